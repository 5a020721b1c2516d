#include "lcaf_vectors.h"

#include <gtest/gtest.h>

namespace lisp {
namespace {

constexpr std::size_t header_size = 8; // octets, AFI and Length included

Octets octets_of(const LcafVector &vector) {
	return parse_hex(vector.hex).value();
}

Octets with_length(Octets lcaf, std::size_t length) {
	lcaf[6] = static_cast<std::uint8_t>(length >> 8);
	lcaf[7] = static_cast<std::uint8_t>(length);
	return lcaf;
}

std::string text_of(std::string_view hex) {
	const auto octets = parse_hex(hex).value();
	const ReadAddress found{octets};
	return found.in.ok() ? to_string(found.address) : to_string(found.in.error());
}

TEST(Lcaf, C037_EveryTypeReadsAndWrites) {
	for (const auto &vector : lcaf_vectors) {
		const auto octets = octets_of(vector);
		const ReadAddress found{octets};
		ASSERT_TRUE(found.in.ok()) << vector.hex << ": " << to_string(found.in.error());
		EXPECT_EQ(found.in.remaining(), 0U);
		EXPECT_EQ(to_string(found.address), vector.text);
		EXPECT_EQ(afi(found.address), Afi::lcaf);
		EXPECT_EQ(to_hex(written(found.address)), to_hex(octets));
	}
}

TEST(Lcaf, C037_EveryTypeHasAVector) {
	std::array<bool, std::variant_size_v<LcafValue>> seen{};
	for (const auto &vector : lcaf_vectors) {
		const auto octets = octets_of(vector);
		const ReadAddress found{octets};
		const auto &value = std::get<Lcaf>(found.address).body().value;
		EXPECT_EQ(type(value), octets[4]);
		seen[value.index()] = true;
	}
	EXPECT_EQ(std::count(seen.begin(), seen.end(), true), std::ssize(seen));
}

TEST(Lcaf, C006_C007_ReservedBitsAreIgnoredAndWrittenAsZero) {
	for (const auto &vector : lcaf_vectors) {
		const auto octets = octets_of(vector);
		auto noisy = octets;
		const auto reserved = parse_hex(vector.reserved).value();
		for (std::size_t i = 0; i < reserved.size(); ++i) noisy[i] |= reserved[i];
		const ReadAddress clean{octets};
		const ReadAddress found{noisy};
		ASSERT_TRUE(found.in.ok()) << vector.hex;
		EXPECT_EQ(found.address, clean.address) << vector.hex;
		EXPECT_EQ(to_hex(written(found.address)), to_hex(octets));
	}
}

// The octets behind Length are there, so that reading them would go unnoticed.
TEST(Lcaf, C008_NoBodyIsReadBeyondItsLength) {
	for (const auto &vector : lcaf_vectors) {
		const auto octets = octets_of(vector);
		const auto &right = vector.shorter_lengths;
		for (std::size_t length = 0; length < octets.size() - header_size; ++length) {
			const auto cut = with_length(octets, length);
			const ReadAddress found{cut};
			if (std::find(right.begin(), right.end(), length) != right.end()) {
				EXPECT_TRUE(found.in.ok()) << vector.hex << ' ' << length;
				EXPECT_EQ(found.in.offset(), header_size + length);
				EXPECT_EQ(written(found.address).size(), header_size + length);
				continue;
			}
			ASSERT_FALSE(found.in.ok()) << vector.hex << ' ' << length;
			EXPECT_EQ(found.in.error().reason, Reason::truncated);
			EXPECT_LE(found.in.error().offset, header_size + length);
			EXPECT_FALSE(found.in.error().field.empty());
		}
	}
}

TEST(Lcaf, C008_EveryTruncationFailsInside) {
	for (const auto &vector : lcaf_vectors) {
		const auto octets = octets_of(vector);
		for (std::size_t size = 0; size < octets.size(); ++size) {
			const ReadAddress found{Bytes{octets}.first(size)};
			ASSERT_FALSE(found.in.ok()) << vector.hex << ' ' << size;
			EXPECT_LE(found.in.error().offset, size);
			EXPECT_FALSE(found.in.error().field.empty());
		}
	}
}

TEST(Lcaf, OctetsAfterTheFieldsAreKept) {
	const std::pair<const char *, const char *> cases[] = {
	    {"4003 0000 00 00 0002  beef", "null(rest beef)"},
	    {"4003 0000 02 00 000c  00000064  0001 0a010101  beef", "[100, rest beef]10.1.1.1"},
	    {"4003 0000 03 00 000c  0000fc00  0001 0a000001  beef", "as(64512, 10.0.0.1, rest beef)"},
	    {"4003 0000 0f 00 000a  0001 0a000001  0000  beef", "key-value(10.0.0.1, -, rest beef)"},
	    {"4003 0000 0e 00 0006  0000 0000  beef", "json('', -, rest beef)"},
	};
	for (const auto &[hex, text] : cases) {
		const auto octets = parse_hex(hex).value();
		const ReadAddress found{octets};
		EXPECT_EQ(to_string(found.address), text);
		EXPECT_EQ(to_hex(std::get<Lcaf>(found.address).body().rest), "beef");
		EXPECT_EQ(to_hex(written(found.address)), to_hex(octets));
	}
}

TEST(Lcaf, C038_UnknownTypeIsPassedOver) {
	EXPECT_EQ(text_of("4003 0000 01 00 0012  4003 0000 c8 00 0004 deadbeef  0001 0a000001"),
	    "afi-list(lcaf-200(deadbeef), 10.0.0.1)");
}

TEST(Lcaf, C039_VendorHasItsOuiAndData) {
	const auto octets = parse_hex("4003 0000 ff 00 0006  00 00000c cafe").value();
	const ReadAddress found{octets};
	const auto *vendor = as_lcaf<lcaf::VendorSpecific>(found.address);
	ASSERT_NE(vendor, nullptr);
	EXPECT_EQ(vendor->oui, 0x00000cU);
	EXPECT_EQ(to_hex(vendor->data), "cafe");
}

// `depth` AFI lists, one in the other.
Octets nested_lists(std::size_t depth) {
	Octets octets;
	for (std::size_t i = depth; i > 0; --i) {
		const auto length = (i - 1) * header_size;
		const Octets header{0x40, 0x03, 0, 0, 1, 0, static_cast<std::uint8_t>(length >> 8),
		    static_cast<std::uint8_t>(length)};
		octets.insert(octets.end(), header.begin(), header.end());
	}
	return octets;
}

TEST(Lcaf, C040_NestingIsBounded) {
	const auto deepest = nested_lists(max_lcaf_nesting);
	const ReadAddress found{deepest};
	EXPECT_EQ(to_string(found.address),
	    "afi-list(afi-list(afi-list(afi-list(afi-list(afi-list(afi-list(afi-list()"
	    ")))))))");
	EXPECT_EQ(written(found.address), deepest);
	for (const std::size_t depth : {9U, 1000U}) {
		const auto octets = nested_lists(depth);
		const ReadAddress too_deep{octets};
		EXPECT_EQ(too_deep.in.error(), (WireError{Reason::unsupported, 64, "lcaf nesting"}));
	}
}

// Whatever lists claim to have in them, memory is for the addresses that are there.
TEST(Lcaf, MemoryIsProportionalToTheAddresses) {
	auto octets = nested_lists(max_lcaf_nesting);
	for (std::size_t i = 0; i < max_lcaf_nesting; ++i)
		octets[i * header_size + 6] = octets[i * header_size + 7] = 0xff;
	octets.resize(header_size + 0xffff);
	const ReadAddress cut{octets};
	EXPECT_FALSE(cut.in.ok());
	EXPECT_LT(cut.arena.capacity(), 65536U);
	Octets flat(header_size + 0xfffe);
	const Octets header{0x40, 0x03, 0, 0, 1, 0, 0xff, 0xfe};
	std::copy(header.begin(), header.end(), flat.begin());
	const ReadAddress full{flat};
	ASSERT_TRUE(full.in.ok());
	EXPECT_EQ(as_lcaf<lcaf::AfiList>(full.address)->addresses.size(), 0x7fffU);
	EXPECT_LE(full.arena.capacity(), 2 * 0x8000 * sizeof(Address));
}

TEST(Lcaf, C040_DocumentedNestingReads) {
	EXPECT_EQ(text_of("4003 0000 01 00 0024"
	                  "4003 0000 02 00 001c  00000007"
	                  "4003 0000 0c 00 0010  0000 18 10  0001 c0000200  0001 0a0a0000"),
	    "afi-list([7]source-destination(192.0.2.0/24, 10.10.0.0/16))");
}

TEST(Lcaf, C008_AnInnerLengthIsConfinedToTheOuterOne) {
	EXPECT_EQ(text_of("4003 0000 01 00 0012"
	                  "4003 0000 03 00 000b  0000fc00  0001 0a000001  00 0000"),
	    "truncated at 16 (lcaf length)");
}

TEST(Lcaf, C005_UnknownAfiInsideFailsAtItsPlace) {
	EXPECT_EQ(text_of("4003 0000 01 00 000c  0001 0a000001  0063 0a000001"),
	    "unsupported at 14 (afi list address)");
	EXPECT_EQ(text_of("4003 0000 0b 00 000a  00 00 01 00  0063 0a000001"),
	    "unsupported at 12 (security key address)");
}

TEST(Lcaf, KeyCountBeyondTheOctetsIsTruncated) {
	EXPECT_EQ(text_of("4003 0000 0b 00 0006  ff 00 01 00  0000"),
	    "truncated at 14 (security key length)");
}

TEST(Lcaf, JsonTextCannotActOnATerminal) {
	EXPECT_EQ(text_of("4003 0000 0e 00 0006  0004 1b5b324a"), "json('\\x1b[2J')");
}

TEST(Lcaf, OnlyTheAddressesOfAnLcafDistinguishIt) {
	Arena arena;
	const Address one[] = {IpAddress::v4(1)};
	const Address same[] = {IpAddress::v4(1)};
	const Address two[] = {IpAddress::v4(2)};
	EXPECT_EQ(make_lcaf(arena, lcaf::AfiList{one}), make_lcaf(arena, lcaf::AfiList{same}));
	EXPECT_NE(make_lcaf(arena, lcaf::AfiList{one}), make_lcaf(arena, lcaf::AfiList{two}));
	EXPECT_NE(make_lcaf(arena, lcaf::AfiList{one}), make_lcaf(arena, lcaf::Null{}));
}

WireError refusal(const LcafValue &value) {
	Octets room(100'000);
	Writer out{room};
	write_lcaf(out, LcafBody{value, {}});
	EXPECT_FALSE(out.ok());
	return out.error();
}

TEST(Lcaf, ValuesThatDoNotFitAreRefusedByName) {
	const auto too_long = [](const LcafValue &value, std::string_view field) {
		const auto error = refusal(value);
		EXPECT_EQ(error.reason, Reason::too_long);
		EXPECT_EQ(error.field, field);
	};
	const std::vector<OctetList> keys(256);
	const Octets long_data(65'600);
	too_long(lcaf::NonceLocator{1U << 24, {}}, "nonce locator");
	too_long(lcaf::ApplicationData{1U << 24, 0, {}, {}, {}}, "application data traffic class");
	too_long(lcaf::SecurityKey{1, false, keys, {}}, "security key count");
	const OctetList long_key[] = {OctetList{long_data}};
	too_long(lcaf::SecurityKey{1, false, long_key, {}}, "security key length");
	too_long(lcaf::Geo{{true, 0x8000, 0, 0}, {}, 0, {}}, "geo latitude");
	too_long(lcaf::Geo{{}, {true, 0x8000, 0, 0}, 0, {}}, "geo longitude");
	too_long(lcaf::VendorSpecific{1U << 24, {}}, "vendor oui");
	too_long(lcaf::VendorSpecific{0, long_data}, "lcaf length");
	too_long(lcaf::Json{false, long_data, {}}, "json length");
	EXPECT_EQ(refusal(lcaf::Geo{{}, {}, 0x7fffffff, {}}),
	    (WireError{Reason::bad_value, 6, "geo altitude"}));
	EXPECT_EQ(refusal(lcaf::AsNumber{1, DistinguishedName{std::string_view{"a\0b", 3}}}),
	    (WireError{Reason::bad_value, 12, "as number address"}));
}

TEST(Lcaf, C039_VendorIsFoundHoweverDeep) {
	Arena arena;
	const auto vendor = make_lcaf(arena, lcaf::VendorSpecific{});
	const Address none;
	const Address list[] = {none, vendor};
	const lcaf::ReencapsulationHop hops[] = {{}, {false, false, false, vendor}};
	const lcaf::ReplicationEntry entries[] = {{}, {0, vendor}};
	for (const LcafValue &value :
	    std::initializer_list<LcafValue>{lcaf::AfiList{list}, lcaf::InstanceId{0, 1, vendor},
	        lcaf::AsNumber{1, vendor}, lcaf::ApplicationData{0, 0, {}, {}, vendor},
	        lcaf::Geo{{}, {}, {}, vendor}, lcaf::NatTraversal{0, 0, vendor, none, none, {}},
	        lcaf::NatTraversal{0, 0, none, vendor, none, {}},
	        lcaf::NatTraversal{0, 0, none, none, vendor, {}},
	        lcaf::NatTraversal{0, 0, none, none, none, list}, lcaf::NonceLocator{0, vendor},
	        lcaf::MulticastInfo{0, 0, 0, vendor, none}, lcaf::MulticastInfo{0, 0, 0, none, vendor},
	        lcaf::ExplicitLocatorPath{hops}, lcaf::SecurityKey{0, false, {}, vendor},
	        lcaf::SourceDestinationKey{0, 0, vendor, none},
	        lcaf::SourceDestinationKey{0, 0, none, vendor}, lcaf::ReplicationList{entries},
	        lcaf::Json{false, {}, vendor}, lcaf::KeyValue{vendor, none},
	        lcaf::KeyValue{none, vendor},
	        lcaf::EncapsulationFormat{false, false, false, false, false, false, false, vendor}}) {
		const auto around = make_lcaf(arena, value);
		EXPECT_TRUE(has_vendor_specific(around)) << to_string(around);
		EXPECT_TRUE(has_vendor_specific(make_lcaf(arena, lcaf::InstanceId{0, 1, around})));
	}
	EXPECT_TRUE(has_vendor_specific(vendor));
	EXPECT_FALSE(has_vendor_specific(none));
	for (const auto &vector : lcaf_vectors) {
		const auto octets = octets_of(vector);
		EXPECT_EQ(has_vendor_specific(ReadAddress{octets}.address), octets[4] == 255);
	}
}

} // namespace
} // namespace lisp
