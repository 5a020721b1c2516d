#include "table/bounded_map.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace lisp {
namespace {

using Map = BoundedMap<std::uint64_t, int>;

TEST(BoundedMap, FindsWhatWasAddedUntilItIsErased) {
	Map map{10, 1};
	const auto place = map.find_or_add(5);
	map[place].value = 7;
	EXPECT_EQ(map.find(5), place);
	EXPECT_EQ(map.find_or_add(5), place);
	EXPECT_EQ(map.size(), 1U);
	map.erase(place);
	EXPECT_EQ(map.find(5), Map::nowhere);
	EXPECT_EQ(map[map.find_or_add(5)].value, 0);
}

TEST(BoundedMap, HasNoRoomBeyondItsLimit) {
	Map map{100, 1};
	for (std::uint64_t key = 0; key < 100; ++key) EXPECT_LT(map.find_or_add(key), 100U);
	EXPECT_TRUE(map.full());
	EXPECT_EQ(map.find_or_add(100), Map::nowhere);
	EXPECT_NE(map.find_or_add(99), Map::nowhere);
	map.erase(map.find(50));
	EXPECT_LT(map.find_or_add(100), 100U);
}

TEST(BoundedMap, DoesWhatAMapDoesInAnyOrder) {
	std::mt19937_64 random{1};
	Map map{300, 9};
	std::map<std::uint64_t, Map::Place> expected;
	for (int i = 0; i < 100'000; ++i) {
		const auto key = random() % 500;
		const auto known = expected.find(key);
		if (random() % 2 == 0 && known != expected.end()) {
			map.erase(known->second);
			expected.erase(known);
			continue;
		}
		const auto place = map.find_or_add(key);
		if (place == Map::nowhere) {
			ASSERT_EQ(expected.size(), 300U);
			ASSERT_EQ(known, expected.end());
		} else {
			ASSERT_EQ(map[place].key, key);
			ASSERT_EQ(expected.emplace(key, place).first->second, place);
		}
	}
	ASSERT_EQ(map.size(), expected.size());
	std::map<std::uint64_t, Map::Place> found;
	map.for_each([&](const Map::Entry &entry) { found[entry.key] = map.find(entry.key); });
	EXPECT_EQ(found, expected);
}

} // namespace
} // namespace lisp
