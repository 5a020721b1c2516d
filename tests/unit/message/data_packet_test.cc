// The LISP header: RFC 9300 section 5.3; with a Next Protocol: RFC 9305 section 3.
#include "golden_packets.h"
#include "message/message.h"

namespace lisp {
namespace {

DataPacket packet(Bytes octets) {
	Reader in{octets};
	DataPacket found;
	read(in, found);
	EXPECT_TRUE(in.ok());
	return found;
}

DataPacket packet(std::string_view header) {
	static Octets octets;
	octets = parse_hex(header).value();
	return packet(octets);
}

TEST(DataHeader, C035_NonceStatusBitsAndInstanceId) {
	const auto found = packet(golden("DATA-NLI").octets);
	EXPECT_TRUE(found.nonce_present && found.status_bits_present && found.instance_id_present);
	EXPECT_TRUE(found.echo_nonce_request);
	EXPECT_FALSE(found.versions_present || found.next_protocol_present);
	EXPECT_EQ(found.nonce(), 0xabcdefU);
	EXPECT_EQ(found.instance_id(), 100U);
	EXPECT_EQ(found.status_bits(), 3U);
	EXPECT_EQ(found.source_map_version(), std::nullopt);
	EXPECT_EQ(found.next_protocol(), std::nullopt);
	EXPECT_EQ(found.payload.size(), 30U);
}

TEST(DataHeader, C035_MapVersionsAreTwelveBitsEach) {
	const auto found = packet(golden("DATA-V").octets);
	EXPECT_EQ(found.source_map_version(), 0x123);
	EXPECT_EQ(found.destination_map_version(), 0x456);
	EXPECT_EQ(found.nonce(), std::nullopt);
	EXPECT_EQ(found.instance_id(), std::nullopt);
	EXPECT_EQ(found.status_bits(), 1U);
}

TEST(DataHeader, C035_FlagsAreAtTheirBits) {
	const auto flags = [](std::string_view header) {
		const auto p = packet(header);
		return std::vector<bool>{p.nonce_present, p.status_bits_present, p.echo_nonce_request,
		    p.versions_present, p.instance_id_present, p.next_protocol_present};
	};
	constexpr std::array<std::string_view, 6> headers{"80 000000 00000000", "40 000000 00000000",
	    "20 000000 00000000", "10 000000 00000000", "08 000000 00000000", "04 000000 00000000"};
	for (std::size_t i = 0; i < headers.size(); ++i) {
		std::vector<bool> expected(headers.size());
		expected[i] = true;
		EXPECT_EQ(flags(headers[i]), expected) << headers[i];
	}
	EXPECT_EQ(packet("03 000000 00000000").key_id, 3);
	EXPECT_EQ(packet("01 000000 00000000").key_id, 1);
}

TEST(DataHeader, C035_StatusBitsAre32WithoutInstanceId) {
	EXPECT_EQ(packet("40 000000 80000003").status_bits(), 0x80000003U);
	EXPECT_EQ(packet("48 000000 00006485").status_bits(), 0x85U);
	EXPECT_EQ(packet("08 000000 00006485").status_bits(), std::nullopt);
	EXPECT_EQ(packet("08 000000 ffffff00").instance_id(), 0xffffffU);
}

TEST(DataHeader, C035_NonceAndVersionsAtOnceAreANonce) {
	const auto found = packet("90 abcdef 00000000");
	EXPECT_EQ(found.nonce(), 0xabcdefU);
	EXPECT_EQ(found.source_map_version(), std::nullopt);
	EXPECT_EQ(found.destination_map_version(), std::nullopt);
}

TEST(DataHeader, C036_NextProtocolIsTheFourthOctet) {
	const auto found = packet(golden("DATA-GPE").octets);
	EXPECT_TRUE(found.next_protocol_present);
	EXPECT_EQ(found.next_protocol(), 1);
	EXPECT_EQ(packet("04 000083 00000000").next_protocol(), 0x83);
}

// "MUST be ignored on receipt."
TEST(DataHeader, C036_BesideANextProtocolNonceAndVersionsMeanNothing) {
	const auto found = packet("b4 abcd03 00000000");
	EXPECT_EQ(found.next_protocol(), 3);
	EXPECT_EQ(found.nonce(), std::nullopt);
	EXPECT_EQ(found.source_map_version(), std::nullopt);
}

TEST(DataPacket, ShorterThanItsHeaderIsAFault) {
	const auto octets = golden("DATA-V").octets;
	for (std::size_t size = 0; size < data_header_size; ++size) {
		Reader in{Bytes{octets}.first(size)};
		DataPacket found;
		read(in, found);
		ASSERT_FALSE(in.ok());
		EXPECT_LE(in.error().offset, size);
	}
}

TEST(DataPacket, WhatDoesNotFitIsRefusedByName) {
	DataPacket wrong;
	wrong.key_id = 4;
	EXPECT_EQ(encode(wrong).error().field, "key id");
	wrong = {};
	wrong.first = 0x1000000;
	EXPECT_EQ(encode(wrong).error().field, "nonce");
}

} // namespace
} // namespace lisp
