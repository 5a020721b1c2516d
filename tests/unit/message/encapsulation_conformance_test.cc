// What the RFCs say of Encapsulated Control Messages, of what they carry, and of the types that
// nobody knows; with the numbers of the conformance rows.
#include "golden_packets.h"
#include "message/dissection.h"
#include "wire/checksum.h"

namespace lisp {
namespace {

struct Encapsulated {
	explicit Encapsulated(Octets from) : octets(std::move(from)) {
		const auto decoded = decode_as<EncapsulatedControl>(octets, arena);
		EXPECT_TRUE(decoded) << (decoded ? "" : to_string(decoded.error()));
		if (!decoded) return;
		outer = *decoded;
		const auto inside = decode_as<MapRequest>(outer.payload, arena);
		EXPECT_TRUE(inside) << (inside ? "" : to_string(inside.error()));
		if (inside) inner = *inside;
	}
	explicit Encapsulated(const std::string &name) : Encapsulated(golden(name).octets) {}

	Octets octets;
	Arena arena;
	EncapsulatedControl outer;
	MapRequest inner;
};

TEST(EncapsulatedFormat, C032_InnerHeadersAndMessageOfBothFamilies) {
	const Encapsulated v4{"ECM-V4"};
	EXPECT_EQ(to_string(v4.outer.source), "192.0.2.10:50000");
	EXPECT_EQ(to_string(v4.outer.destination), "203.0.113.7:4342");
	EXPECT_EQ(v4.outer.hop_limit, 64);
	EXPECT_EQ(to_hex(v4.outer.payload), to_hex(golden("REQ-V4").octets));
	EXPECT_EQ(v4.inner.nonce, 0x1122334455667788U);
	const Encapsulated v6{"ECM-V6"};
	EXPECT_EQ(to_string(v6.outer.source), "[2001:db8:2::10]:50001");
	EXPECT_EQ(to_string(v6.outer.destination), "[2001:db8:1:1::1]:4342");
	EXPECT_EQ(to_hex(v6.outer.payload), to_hex(golden("REQ-V6-2ITR").octets));
}

// RFC 9303 section 6.1: the lengths of its parts lead to the inner header. The values are those of
// the packet's description.
TEST(EncapsulatedFormat, C033_SecurityDataIsWalkedByItsLengths) {
	const Encapsulated found{"ECM-LISPSEC"};
	ASSERT_TRUE(found.outer.security);
	const auto &security = *found.outer.security;
	EXPECT_EQ(security.requested_hmac_id, 2);
	EXPECT_EQ(security.wrapping_id, 1);
	EXPECT_EQ(to_hex(security.one_time_key), "0000000000000000000102030405060708090a0b0c0d0e0f");
	EXPECT_EQ(security.eid.kdf_id, 2);
	EXPECT_FALSE(security.eid.authorization);
	EXPECT_EQ(to_string(found.outer.source), "192.0.2.10:50000");
	EXPECT_EQ(found.inner.nonce, 0x1122334455667788U);
}

// The same with an EID-AD that a Map-Server has filled: one EID-prefix and an HMAC of 16 octets.
TEST(EncapsulatedFormat, C033_FilledSecurityDataLeadsToTheInnerHeaderToo) {
	auto octets = golden("ECM-LISPSEC").octets;
	const auto filled = parse_hex("0020 0002 01 80 0002 00180001cb007100"
	                              "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5")
	                        .value();
	octets.erase(octets.begin() + 36, octets.begin() + 40); // the length of 4 and the KDF ID
	octets.insert(octets.begin() + 36, filled.begin(), filled.end());
	const Encapsulated found{octets};
	ASSERT_TRUE(found.outer.security && found.outer.security->eid.authorization);
	const auto &authorization = *found.outer.security->eid.authorization;
	EXPECT_TRUE(authorization.etr_cannot_sign);
	EXPECT_EQ(authorization.hmac_id, 2);
	ASSERT_EQ(authorization.eids.size(), 1U);
	EXPECT_EQ(authorization.eids[0], (SecuredEid{24, IpAddress::v4(0xcb007100)}));
	EXPECT_EQ(authorization.hmac.size(), 16U);
	EXPECT_EQ(found.inner.nonce, 0x1122334455667788U);
}

TEST(EncapsulatedFormat, C034_FlagsAreAtTheirBits) {
	EXPECT_TRUE(Encapsulated{"ECM-DDT"}.outer.ddt_originated);
	EXPECT_FALSE(Encapsulated{"ECM-V4"}.outer.ddt_originated);
	auto octets = golden("ECM-V4").octets;
	for (unsigned bit = 5; bit < 8; ++bit) { // D, and E and M of RFC 9301 section 12.6
		octets[0] = static_cast<std::uint8_t>(0x80U | 0x80U >> bit);
		const Encapsulated found{octets};
		EXPECT_EQ(found.outer.ddt_originated, bit == 5);
		EXPECT_EQ(found.outer.to_etr, bit == 6);
		EXPECT_EQ(found.outer.to_map_server, bit == 7);
	}
}

// The one's complement sum over pseudo-header and datagram is all ones where the checksum is right
// (RFC 768), added up here 16 bits at a time.
std::uint32_t udp_sum(Bytes ip_packet) {
	std::uint32_t sum = 17 + static_cast<std::uint32_t>(ip_packet.size() - 20);
	for (std::size_t i = 12; i < ip_packet.size(); ++i)
		sum += std::uint32_t{ip_packet[i]} << (i % 2 == 0 ? 8 : 0);
	while (sum > 0xffff) sum = (sum >> 16) + (sum & 0xffff);
	return sum;
}

TEST(EncapsulatedFormat, C002_InnerChecksumIsRightAndNeverZero) {
	unsigned all_ones = 0;
	for (unsigned i = 0; i < 0x10000; ++i) {
		const std::array payload{static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)};
		EncapsulatedControl message;
		message.source = {IpAddress::v4(0xc000020a), 50000};
		message.destination = {IpAddress::v4(0xcb007107), control_port};
		message.payload = Bytes{payload};
		std::array<std::uint8_t, 64> room;
		const auto octets = encode(Message{message}, room);
		ASSERT_TRUE(octets);
		const auto packet = octets->subspan(4);
		ASSERT_EQ(udp_sum(packet), 0xffffU) << i;
		const auto checksum = packet[26] << 8 | packet[27];
		ASSERT_NE(checksum, 0) << i;
		if (checksum == 0xffff) ++all_ones;
	}
	EXPECT_EQ(all_ones, 1U); // what would have been 0
}

TEST(OtherTypes, C010_UnassignedTypesAreNoFault) {
	for (const unsigned type : {0U, 9U, 10U, 11U, 12U, 13U, 14U}) {
		auto octets = golden("UNKNOWN-9").octets;
		octets[0] = static_cast<std::uint8_t>(type << 4);
		Arena arena;
		const auto decoded = decode(octets, arena);
		EXPECT_FALSE(decoded.error);
		const auto *found = std::get_if<OtherMessage>(&decoded.message);
		ASSERT_TRUE(found);
		EXPECT_EQ(found->type, type);
		EXPECT_EQ(to_hex(found->octets), to_hex(octets));
		EXPECT_EQ(type_name(octets), "unknown");
	}
}

// RFC 9304 section 3.
TEST(OtherTypes, C011_SharedExtensionIsASubTypeOf12BitsAndOctets) {
	Arena arena;
	const auto found = decode_as<SharedExtension>(golden("SHEXT").octets, arena);
	ASSERT_TRUE(found);
	EXPECT_EQ(found->sub_type, 1025);
	EXPECT_EQ(to_hex(found->data), "beefdeadbeef");
	const auto most = parse_hex("ffff").value();
	EXPECT_EQ(decode_as<SharedExtension>(most, arena)->sub_type, 4095);
}

} // namespace
} // namespace lisp
