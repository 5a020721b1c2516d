// LISP-SEC authentication data: RFC 9303 sections 6.1 and 6.2.
#include "golden_packets.h"
#include "message/message.h"

namespace lisp {
namespace {

constexpr std::size_t ecm_otk_length = 8;     // where fields stand in ECM-LISPSEC
constexpr std::size_t ecm_eid_ad_length = 36; // (octets from the first)
constexpr std::size_t reply_ad = 52;          // and in REP-LISPSEC
constexpr std::size_t reply_eid_ad = reply_ad + 4;
constexpr std::size_t reply_packet_ad = reply_eid_ad + 32;

Octets with(const char *packet, std::size_t at, std::uint8_t octet) {
	auto octets = golden(packet).octets;
	octets[at] = octet;
	return octets;
}

WireError fault(const Octets &octets) {
	Arena arena;
	const auto decoded = decode(octets, arena);
	return decoded.error.value_or(WireError{});
}

TEST(Security, C033_GoldenRequest) {
	Arena arena;
	const auto message = *decode_as<EncapsulatedControl>(golden("ECM-LISPSEC").octets, arena);
	const auto &security = message.security.value();
	EXPECT_EQ(security.requested_hmac_id, hmac_id_sha256_128);
	EXPECT_EQ(security.key_id, 0);
	EXPECT_EQ(security.wrapping_id, null_key_wrap_128);
	EXPECT_EQ(to_hex(security.one_time_key), "0000000000000000000102030405060708090a0b0c0d0e0f");
	EXPECT_EQ(security.eid.kdf_id, kdf_id_hkdf_sha256);
	EXPECT_FALSE(security.eid.authorization);
	EXPECT_EQ(to_hex(security.eid.octets), "00040002");
	EXPECT_EQ(to_hex(message.payload), to_hex(golden("REQ-V4").octets));
}

TEST(Security, GoldenReply) {
	const auto &octets = golden("REP-LISPSEC").octets;
	Arena arena;
	const auto reply = *decode_as<MapReply>(octets, arena);
	const auto &eid = reply.security.value().eid;
	EXPECT_EQ(eid.kdf_id, kdf_id_hkdf_sha256);
	const auto &authorization = eid.authorization.value();
	EXPECT_FALSE(authorization.etr_cannot_sign);
	EXPECT_EQ(authorization.hmac_id, hmac_id_sha256_128);
	ASSERT_EQ(authorization.eids.size(), 1U);
	EXPECT_EQ(to_string(authorization.eids[0].eid), "203.0.113.0");
	EXPECT_EQ(authorization.eids[0].mask_length, 24);
	EXPECT_EQ(to_hex(authorization.hmac), "6a221d00859ad3ab9b03453ad6a89c76");
	EXPECT_EQ(to_hex(eid.octets), to_hex(Bytes{octets}.subspan(reply_eid_ad, 32)));
	EXPECT_EQ(reply.security->packet_hmac_id, hmac_id_sha256_128);
	EXPECT_EQ(to_hex(reply.security->packet_hmac), "7bb79000a23b5c22ba531901b44f9030");
}

// Any OTK Length is gone by, and what is inside is found after it.
TEST(Security, C033_InnerMessageIsFoundByTheLengths) {
	Arena arena;
	auto message = *decode_as<EncapsulatedControl>(golden("ECM-LISPSEC").octets, arena);
	const Octets payload = golden("REQ-V4").octets;
	for (const std::size_t size : {0U, 1U, 16U, 24U, 40U, 1000U}) {
		const Octets key(size, 0xaa);
		message.security->one_time_key = key;
		message.payload = payload;
		const auto octets = *encode(Message{message});
		EXPECT_EQ(octets[ecm_otk_length] << 8 | octets[ecm_otk_length + 1], static_cast<int>(size));
		const auto back = decode_as<EncapsulatedControl>(octets, arena);
		ASSERT_TRUE(back) << to_string(back.error());
		EXPECT_EQ(*back, message) << size;
	}
}

TEST(Security, LengthsCountThemselves) {
	for (std::uint8_t length = 0; length < 4; ++length) {
		const auto of_request = fault(with("ECM-LISPSEC", ecm_eid_ad_length + 1, length));
		EXPECT_EQ(of_request, (WireError{Reason::bad_value, ecm_eid_ad_length, "eid-ad length"}));
		const auto of_reply = fault(with("REP-LISPSEC", reply_eid_ad + 1, length));
		EXPECT_EQ(of_reply, (WireError{Reason::bad_value, reply_eid_ad, "eid-ad length"}));
		const auto of_packet = fault(with("REP-LISPSEC", reply_packet_ad + 1, length));
		EXPECT_EQ(of_packet, (WireError{Reason::bad_value, reply_packet_ad, "pkt-ad length"}));
	}
}

// More than the KDF ID, and less than the fields that come next.
TEST(Security, EidAdEndsBetweenFields) {
	for (std::uint8_t length = 5; length < 8; ++length) {
		const auto found = fault(with("REP-LISPSEC", reply_eid_ad + 1, length));
		EXPECT_EQ(found.reason, Reason::truncated);
		EXPECT_LE(found.offset, reply_eid_ad + length);
	}
}

TEST(Security, LengthsBeyondTheMessage) {
	EXPECT_EQ(fault(with("ECM-LISPSEC", ecm_otk_length, 0xff)),
	    (WireError{Reason::truncated, 12, "one-time key"}));
	EXPECT_EQ(fault(with("REP-LISPSEC", reply_eid_ad, 0xff)),
	    (WireError{Reason::truncated, reply_eid_ad + 2, "eid-ad"}));
	EXPECT_EQ(fault(with("REP-LISPSEC", reply_packet_ad + 1, 21)),
	    (WireError{Reason::truncated, reply_packet_ad + 2, "pkt-ad"}));
}

// The records end with the EID-AD, however many are said to be there, and cost no room beforehand.
TEST(Security, RecordCountBeyondTheEidAd) {
	const auto octets = with("REP-LISPSEC", reply_eid_ad + 4, 255);
	Arena arena;
	const auto decoded = decode(octets, arena);
	ASSERT_TRUE(decoded.error);
	EXPECT_LT(decoded.error->offset, reply_packet_ad);
	EXPECT_LE(arena.capacity(), 4096U);
}

// The HMAC is what remains of the EID-AD: with no record counted, the record is part of it.
TEST(Security, HmacIsWhatRemains) {
	const auto octets = with("REP-LISPSEC", reply_eid_ad + 4, 0);
	Arena arena;
	const auto reply = *decode_as<MapReply>(octets, arena);
	EXPECT_TRUE(reply.security->eid.authorization->eids.empty());
	EXPECT_EQ(reply.security->eid.authorization->hmac.size(), 24U);
}

TEST(Security, MaskBeyondTheAddress) {
	EXPECT_EQ(fault(with("REP-LISPSEC", reply_eid_ad + 9, 33)),
	    (WireError{Reason::bad_value, reply_eid_ad + 9, "eid mask-len"}));
	Arena arena;
	auto reply = *decode_as<MapReply>(golden("REP-LISPSEC").octets, arena);
	const SecuredEid eids[]{{33, IpAddress::v4(1)}};
	reply.security->eid.authorization->eids = eids;
	EXPECT_EQ(encode(Message{reply}).error().field, "eid mask-len");
}

TEST(Security, OtherAdTypesAreUnsupported) {
	for (const unsigned type : {0U, 2U, 255U}) {
		const auto octet = static_cast<std::uint8_t>(type);
		EXPECT_EQ(
		    fault(with("ECM-LISPSEC", 4, octet)), (WireError{Reason::unsupported, 4, "ad type"}));
		EXPECT_EQ(fault(with("REP-LISPSEC", reply_ad, octet)),
		    (WireError{Reason::unsupported, reply_ad, "ad type"}));
	}
}

TEST(Security, OctetsAfterThePktAdTrail) {
	auto octets = golden("REP-LISPSEC").octets;
	const auto size = octets.size();
	octets.resize(size + 7, 0xee);
	Arena arena;
	const auto decoded = decode(octets, arena);
	EXPECT_FALSE(decoded.error);
	EXPECT_EQ(decoded.size, size);
	EXPECT_EQ(std::get<MapReply>(decoded.message).security->packet_hmac.size(), 16U);
}

TEST(Security, C007_ReservedBitsAreIgnored) {
	auto octets = golden("REP-LISPSEC").octets;
	for (const auto at : {reply_ad + 1, reply_ad + 2, reply_ad + 3, reply_eid_ad + 8})
		octets[at] = 0xff;
	octets[reply_eid_ad + 5] = 0x7f;
	Arena arena;
	const auto reply = *decode_as<MapReply>(octets, arena);
	EXPECT_EQ(to_hex(*encode(Message{reply})), to_hex(golden("REP-LISPSEC").octets));
	octets[reply_eid_ad + 5] = 0x80;
	const auto marked = *decode_as<MapReply>(octets, arena);
	EXPECT_TRUE(marked.security->eid.authorization->etr_cannot_sign);
}

TEST(Security, RefusesTheValuesThatDoNotFit) {
	Arena arena;
	auto reply = *decode_as<MapReply>(golden("REP-LISPSEC").octets, arena);
	const std::vector<SecuredEid> eids(256);
	reply.security->eid.authorization->eids = eids;
	EXPECT_EQ(encode(Message{reply}).error().field, "record count");
	const Octets long_hmac(65530);
	reply.security->eid.authorization->eids = {};
	reply.security->eid.authorization->hmac = long_hmac;
	EXPECT_EQ(encode(Message{reply}).error().reason, Reason::too_long);
}

} // namespace
} // namespace lisp
