#include "table/recent_map.h"

#include <gtest/gtest.h>

namespace lisp {
namespace {

TEST(RecentMap, RemembersWhatIsUsed) {
	RecentMap<std::uint64_t, int> map{8, 3};
	map[1] = 10;
	for (std::uint64_t key = 100; key < 200; ++key) {
		map[key] = 1;
		ASSERT_NE(map.find(1), nullptr);
		EXPECT_EQ(*map.find(1), 10);
		EXPECT_LE(map.size(), 8U);
	}
	EXPECT_EQ(map.find(100), nullptr);
	EXPECT_NE(map.find(199), nullptr);
}

TEST(RecentMap, HoldsHalfItsLimitForSure) {
	RecentMap<std::uint64_t, int> map{64, 3};
	for (std::uint64_t key = 0; key < 1000; ++key) {
		map[key] = static_cast<int>(key);
		for (std::uint64_t back = 0; back < std::min<std::uint64_t>(key + 1, 32); ++back)
			ASSERT_NE(map.find(key - back), nullptr) << key << " " << back;
	}
}

TEST(RecentMap, NewValuesAreZero) {
	RecentMap<std::uint64_t, int> map{2, 3};
	EXPECT_EQ(map.find(5), nullptr);
	EXPECT_EQ(map[5], 0);
	map[5] = 4;
	EXPECT_EQ(map[5], 4);
}

} // namespace
} // namespace lisp
