// Laws that hold for every message, over generated values: decode(encode(m)) == m, what is cut
// short fails where it was cut, no bit is without meaning unless its RFC reserves it.
#include "generator.h"
#include "there_and_back.h"

namespace lisp {
namespace {

template <class T> class Laws : public testing::Test {};

using Kinds =
    testing::Types<MapRequest, MapReply, MapRegister, MapNotify, MapNotifyAck, MapReferral, Info,
        EncapsulatedControl, SharedExtension, OtherMessage, ChangePriority, DataPacket>;

struct KindName {
	template <class T> static std::string GetName(int) {
		constexpr std::array<const char *, 12> names{"MapRequest", "MapReply", "MapRegister",
		    "MapNotify", "MapNotifyAck", "MapReferral", "Info", "EncapsulatedControl",
		    "SharedExtension", "OtherMessage", "ChangePriority", "DataPacket"};
		return names[index<T>(static_cast<Kinds *>(nullptr))];
	}

private:
	template <class T, class... Ts> static std::size_t index(testing::Types<Ts...> *) {
		std::size_t at = 0;
		(void)((std::is_same_v<T, Ts> || (++at, false)) || ...);
		return at;
	}
};

TYPED_TEST_SUITE(Laws, Kinds, KindName);

TYPED_TEST(Laws, WhatIsEncodedDecodesToItself) {
	Arena arena;
	for (unsigned seed = 0; seed < 5; ++seed) {
		Generator generate{seed, {2, 40, seed % 4}};
		for (int i = 0; i < 400; ++i) {
			generate.arena.reset();
			arena.reset();
			const auto message = generate.template message<TypeParam>();
			const auto octets = octets_of(message);
			ASSERT_TRUE(octets) << seed << ' ' << i << ' ' << to_string(octets.error());
			const auto found = read_back<TypeParam>(*octets, arena);
			ASSERT_FALSE(found.error) << to_string(*found.error) << ' ' << to_hex(*octets);
			ASSERT_EQ(found.size, octets->size()) << to_hex(*octets);
			ASSERT_TRUE(found.value == Back<TypeParam>{message}) << to_hex(*octets);
		}
	}
}

// Formats that end in octets of no known length: they can be cut anywhere after what comes first.
template <class T> constexpr std::size_t cuttable_after = ~std::size_t{0};
template <> constexpr std::size_t cuttable_after<SharedExtension> = 2; // sub-type's own data
template <> constexpr std::size_t cuttable_after<OtherMessage> = 1;    // nothing but the type
template <> constexpr std::size_t cuttable_after<DataPacket> = data_header_size; // a packet

TYPED_TEST(Laws, NoStrictPrefixDecodes) {
	Arena arena;
	Generator generate{1000, {2, 16, 1}};
	for (int i = 0; i < 16; ++i) {
		generate.arena.reset();
		const auto octets = octets_of(generate.template message<TypeParam>());
		ASSERT_TRUE(octets);
		for (std::size_t size = 0; size < octets->size(); ++size) {
			arena.reset();
			const auto prefix = cut(*octets, size);
			const auto found = read_back<TypeParam>(prefix, arena);
			ASSERT_EQ(!found.error, size >= cuttable_after<TypeParam>)
			    << size << ' ' << to_hex(*octets);
			if (found.error) {
				EXPECT_LE(found.error->offset, size);
			}
		}
	}
}

TYPED_TEST(Laws, C006_C007_ReservedBitsAreZeroAndIgnored) {
	Arena arena;
	Generator generate{2000, {2, 16, 3}};
	for (int i = 0; i < 100; ++i) {
		generate.arena.reset();
		arena.reset();
		const auto message = generate.template message<TypeParam>();
		auto octets = octets_of(message);
		ASSERT_TRUE(octets);
		const auto reserved = layout_of(message).reserved;
		ASSERT_EQ(reserved.size(), octets->size());
		for (std::size_t at = 0; at < reserved.size(); ++at) {
			ASSERT_EQ((*octets)[at] & reserved[at], 0) << at << ' ' << to_hex(*octets);
			(*octets)[at] |= reserved[at];
		}
		const auto found = read_back<TypeParam>(*octets, arena);
		ASSERT_FALSE(found.error) << to_string(*found.error) << ' ' << to_hex(*octets);
		ASSERT_TRUE(found.value == Back<TypeParam>{message}) << to_hex(*octets);
	}
}

TYPED_TEST(Laws, NoBitIsWithoutMeaning) {
	Generator generate{3000, {2, 4, 1}};
	for (int i = 0; i < 3; ++i) {
		generate.arena.reset();
		const auto octets = octets_of(generate.template message<TypeParam>());
		ASSERT_TRUE(octets);
		ASSERT_EQ(BitLaw<TypeParam>{*octets}.broken(), "");
	}
}

// Every LCAF by itself, in the only record of a Map-Reply, as deep as may be.
class LcafLaws : public testing::TestWithParam<std::size_t> {};

MapReply reply_with(const Address &rloc, Arena &arena) {
	Locator locator;
	locator.rloc = rloc;
	MapRecord record;
	record.eid = IpAddress::v4(0xcb007100);
	record.locators = arena.copy(std::span<const Locator>{&locator, 1});
	MapReply reply;
	reply.records = arena.copy(std::span<const MapRecord>{&record, 1});
	return reply;
}

TEST_P(LcafLaws, DecodesToItselfAndNoBitIsWithoutMeaning) {
	Arena arena;
	for (unsigned seed = 0; seed < 24; ++seed) {
		arena.reset();
		const bool shallow = seed < 2;
		Generator generate{seed, {shallow ? 2U : 1U, shallow ? 4U : 10U, 0}};
		const auto nesting = shallow ? 1 : 1 + seed % max_lcaf_nesting;
		const auto reply = reply_with(generate.lcaf(GetParam(), nesting), generate.arena);
		const auto octets = octets_of(reply);
		ASSERT_TRUE(octets) << to_string(octets.error());
		const auto found = read_back<MapReply>(*octets, arena);
		ASSERT_FALSE(found.error) << to_string(*found.error) << ' ' << to_hex(*octets);
		ASSERT_TRUE(found.value == Message{reply}) << to_hex(*octets);
		if (shallow) {
			ASSERT_EQ(BitLaw<MapReply>{*octets}.broken(), "");
		}
	}
}

INSTANTIATE_TEST_SUITE_P(Kinds, LcafLaws, testing::Range(std::size_t{0}, Generator::lcaf_kinds));

Address nested(Arena &arena, unsigned depth) {
	Address address = IpAddress::v4(0xc6336401);
	for (; depth > 0; --depth) {
		const auto list = arena.copy(std::span<const Address>{&address, 1});
		address = make_lcaf(arena, lcaf::AfiList{list});
	}
	return address;
}

TEST(LcafNesting, C040_EndsAtItsLimit) {
	Arena arena;
	for (unsigned depth = 1; depth <= max_lcaf_nesting + 1; ++depth) {
		const auto octets = octets_of(reply_with(nested(arena, depth), arena));
		ASSERT_TRUE(octets);
		const auto found = read_back<MapReply>(*octets, arena);
		EXPECT_EQ(!found.error, depth <= max_lcaf_nesting) << depth;
	}
}

} // namespace
} // namespace lisp
