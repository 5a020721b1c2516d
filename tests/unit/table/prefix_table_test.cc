// The trie against a list of prefixes that is searched from end to end.
#include "table/prefix_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace lisp {
namespace {

using Model = std::map<EidPrefix, PrefixIndex::Value>;

EidPrefix prefix(const std::string &text) {
	return EidPrefix::parse(text).value();
}

// Few distinct bits, so that prefixes nest, share forks and meet again after being erased.
EidPrefix random_prefix(std::mt19937 &random) {
	const bool v6 = random() % 2 == 0;
	IpAddress address = v6 ? IpAddress::v6({}) : IpAddress::v4(0);
	const unsigned width = address.width();
	const auto spread = random() % 3 == 0 ? width : 8;
	for (unsigned i = 0; i < spread; ++i)
		if (random() % 4 == 0) address.octets[i / 8] |= static_cast<std::uint8_t>(0x80 >> i % 8);
	const auto length = random() % 4 == 0 ? width : static_cast<unsigned>(random() % (spread + 1));
	const auto instance = static_cast<std::uint32_t>(random() % 4 == 0 ? 1 + random() % 3 : 0);
	return EidPrefix::make(address, length, instance).value();
}

std::vector<PrefixIndex::Entry> within(const PrefixIndex &index, const EidPrefix &prefix) {
	std::vector<PrefixIndex::Entry> found;
	index.for_each_within(prefix, [&](const auto &entry) {
		found.push_back(entry);
		return true;
	});
	return found;
}

std::optional<EidPrefix> model_longest(const Model &model, const EidPrefix &asked) {
	std::optional<EidPrefix> best;
	for (const auto &[key, value] : model)
		if (key.covers(asked) && (!best || key.length > best->length)) best = key;
	return best;
}

std::optional<EidPrefix> model_hole(const Model &model, const EidPrefix &around, unsigned base) {
	for (unsigned length = base; length <= around.length; ++length) {
		const auto candidate = EidPrefix::make(around.address, length, around.instance).value();
		bool overlaps = false;
		for (const auto &[key, value] : model)
			overlaps = overlaps || key.covers(candidate) || candidate.covers(key);
		if (!overlaps) return candidate;
	}
	return std::nullopt;
}

void expect_same_answers(const PrefixIndex &index, const Model &model, const EidPrefix &asked) {
	const auto at = model.find(asked);
	const auto exact = index.exact(asked);
	ASSERT_EQ(exact.has_value(), at != model.end()) << to_string(asked);
	if (exact) {
		EXPECT_EQ(*exact, at->second);
	}

	const auto longest = index.longest_match(asked);
	const auto expected = model_longest(model, asked);
	ASSERT_EQ(longest.has_value(), expected.has_value()) << to_string(asked);
	if (longest) {
		EXPECT_EQ(longest->prefix, *expected);
		EXPECT_EQ(longest->value, model.at(*expected));
	}

	const auto found = within(index, asked);
	std::size_t i = 0;
	for (const auto &[key, value] : model) {
		if (!asked.covers(key)) continue;
		ASSERT_LT(i, found.size()) << to_string(asked);
		EXPECT_EQ(found[i].prefix, key);
		EXPECT_EQ(found[i].value, value);
		++i;
	}
	EXPECT_EQ(i, found.size());

	auto next = model.upper_bound(asked);
	index.for_each_after(asked, [&](const auto &entry) {
		EXPECT_EQ(entry.prefix, next->first) << to_string(asked);
		EXPECT_EQ(entry.value, next->second);
		return ++next != model.end();
	});
	EXPECT_EQ(next, model.end()) << to_string(asked);

	for (const unsigned base : {0U, 4U, 20U})
		EXPECT_EQ(index.hole(asked, base), model_hole(model, asked, base)) << to_string(asked);
}

class PrefixIndexLaws : public testing::TestWithParam<unsigned> {};

TEST_P(PrefixIndexLaws, AnswersAsASearchThroughAllKeysDoes) {
	std::mt19937 random{GetParam()};
	PrefixIndex index;
	Model model;
	for (PrefixIndex::Value step = 0; step < 600; ++step) {
		const auto key = random_prefix(random);
		const auto at = model.find(key);
		const auto before = at == model.end() ? std::nullopt : std::optional(at->second);
		if (random() % 5 < 3) {
			EXPECT_EQ(index.insert(key, step), before);
			model[key] = step;
		} else {
			EXPECT_EQ(index.erase(key), before);
			model.erase(key);
		}
		ASSERT_EQ(index.size(), model.size());
		expect_same_answers(index, model, random_prefix(random));
		expect_same_answers(index, model, key);
	}
	auto expected = model.begin();
	index.for_each([&](const auto &entry) {
		EXPECT_EQ(entry.prefix, expected->first);
		++expected;
		return true;
	});
	EXPECT_EQ(expected, model.end());
	for (const auto &[key, value] : model) EXPECT_EQ(index.erase(key), value);
	EXPECT_EQ(index.size(), 0U);
}

TEST(PrefixIndex, ManyLookedUpTogetherAreAnsweredAsEachAlone) {
	std::mt19937 random{2};
	PrefixIndex index;
	for (PrefixIndex::Value i = 0; i < 300; ++i) index.insert(random_prefix(random), i);
	for (const std::size_t count : {0U, 1U, 15U, 16U, 17U, 100U}) {
		std::vector<EidPrefix> asked;
		while (asked.size() < count) asked.push_back(random_prefix(random));
		std::vector<const PrefixIndex::Entry *> found(count);
		index.longest_matches(asked, found);
		for (std::size_t i = 0; i < count; ++i) {
			const auto alone = index.longest_match(asked[i]);
			ASSERT_EQ(found[i] != nullptr, alone.has_value()) << to_string(asked[i]);
			if (alone) {
				EXPECT_EQ(found[i]->prefix, alone->prefix);
			}
		}
	}
}

TEST(PrefixIndex, EveryBitOfAKeyCounts) {
	const auto host = prefix("[1]2001:db8::1");
	Model model{{host, 0}, {prefix("[1]1.2.3.4"), 1}};
	for (unsigned i = 0; i < 128; ++i) {
		auto other = host;
		other.address.octets[i / 8] ^= static_cast<std::uint8_t>(0x80 >> i % 8);
		model[other] = 2 + i;
		if (i < 32) model[EidPrefix{host.instance ^ 1U << i, host.address, 128}] = 200 + i;
	}
	PrefixIndex index;
	for (const auto &[key, value] : model) EXPECT_FALSE(index.insert(key, value));
	for (const auto &[key, value] : model) EXPECT_EQ(index.exact(key), value) << to_string(key);
	EXPECT_EQ(index.size(), model.size());
}

// What the header promises of memory, for keys that come and go in any order.
TEST(PrefixIndex, MemoryFollowsTheKeys) {
	std::mt19937 random{1};
	constexpr std::size_t keys = 20'000;
	const auto draw = [&] {
		return EidPrefix::host(IpAddress::v4(static_cast<std::uint32_t>(random())));
	};
	PrefixIndex index;
	std::vector<EidPrefix> present;
	while (index.size() < keys) index.insert(present.emplace_back(draw()), 0);
	for (std::size_t step = 0; step < 3 * keys; ++step) {
		auto &replaced = present[random() % present.size()];
		index.erase(replaced);
		index.insert(replaced = draw(), 0);
		ASSERT_LT(index.memory(), 64 * keys);
	}
	index.shrink_to_fit();
	EXPECT_LT(index.memory(), 42 * keys);
	EXPECT_TRUE(index.exact(present.back()));
}

INSTANTIATE_TEST_SUITE_P(Seeds, PrefixIndexLaws, testing::Range(0U, 6U));

TEST(PrefixIndex, C124_HoleIsTheLeastSpecificPrefixThatOverlapsNoKey) {
	PrefixIndex index;
	EXPECT_EQ(index.hole(prefix("10.0.0.1")), prefix("0.0.0.0/0"));
	index.insert(prefix("203.0.113.0/24"), 1);
	EXPECT_EQ(index.hole(prefix("10.0.0.1")), prefix("0.0.0.0/1"));
	EXPECT_EQ(index.hole(prefix("203.0.112.5")), prefix("203.0.112.0/24"));
	EXPECT_EQ(index.hole(prefix("203.0.114.9")), prefix("203.0.114.0/23"));
	EXPECT_EQ(index.hole(prefix("203.0.120.1"), 20), prefix("203.0.120.0/21"));
	EXPECT_EQ(index.hole(prefix("203.0.113.7")), std::nullopt);
	EXPECT_EQ(index.hole(prefix("203.0.112.0/23")), std::nullopt);
}

TEST(PrefixIndex, C092_InstanceIdsAndFamiliesAreApart) {
	PrefixIndex index;
	for (std::uint32_t instance = 0; instance < 5000; ++instance)
		index.insert(EidPrefix::make(IpAddress::v4(0x0a000000), 8, instance).value(), instance);
	index.insert(prefix("::/0"), 9);
	EXPECT_EQ(index.longest_match(prefix("[4711]10.1.1.1"))->value, 4711U);
	EXPECT_EQ(index.longest_match(prefix("10.1.1.1"))->value, 0U);
	EXPECT_FALSE(index.longest_match(prefix("[5000]10.1.1.1")));
	EXPECT_EQ(index.longest_match(prefix("a00::1"))->value, 9U);
	EXPECT_FALSE(index.longest_match(prefix("[1]a00::1")));
}

TEST(PrefixIndex, VisitingStopsWhenToldTo) {
	PrefixIndex index;
	for (std::uint32_t i = 0; i < 10; ++i)
		index.insert(EidPrefix::host(IpAddress::v4(0x0a000000 + i)), i);
	int visited = 0;
	index.for_each([&](const auto &) { return ++visited < 3; });
	EXPECT_EQ(visited, 3);
	index.for_each_within(prefix("10.0.0.0/30"), [&](const auto &) { return ++visited < 5; });
	EXPECT_EQ(visited, 5);
}

} // namespace
} // namespace lisp
