// Map-Referral against the figure and the table of RFC 8111 sections 6.1 and 6.4.
#include "golden_packets.h"
#include "message/message.h"

namespace lisp {
namespace {

Octets hex(std::string_view text) {
	return parse_hex(text).value();
}

std::string fault(const MapReferral &message) {
	const auto written = encode(message);
	return written ? "" : std::string{written.error().field};
}

TEST(MapReferralFormat, C030_MsAckHasItsFlagsAndItsReferral) {
	Arena arena;
	const auto found = decode_as<MapReferral>(golden("REF-MSACK").octets, arena);
	ASSERT_TRUE(found);
	EXPECT_EQ(found->nonce, 0x1122334455667788U);
	ASSERT_EQ(found->records.size(), 1U);
	const auto &record = found->records[0];
	EXPECT_EQ(record.action, ReferralAction::ms_ack);
	EXPECT_TRUE(record.authoritative);
	EXPECT_TRUE(record.incomplete);
	EXPECT_EQ(record.ttl, RecordTtl{1440});
	EXPECT_EQ(to_string(record.eid), "203.0.113.0");
	EXPECT_EQ(record.mask_length, 24);
	EXPECT_TRUE(record.signatures.empty());
	ASSERT_EQ(record.referrals.size(), 1U);
	EXPECT_EQ(to_string(record.referrals[0].rloc), "198.51.100.200");
	EXPECT_TRUE(record.referrals[0].reachable);
}

TEST(MapReferralFormat, C030_DelegationHoleHasNoReferral) {
	Arena arena;
	const auto found = decode_as<MapReferral>(golden("REF-HOLE").octets, arena);
	ASSERT_TRUE(found);
	const auto &record = found->records[0];
	EXPECT_EQ(record.action, ReferralAction::delegation_hole);
	EXPECT_FALSE(record.incomplete);
	EXPECT_EQ(record.ttl, RecordTtl{15});
	EXPECT_TRUE(record.referrals.empty());
}

TEST(MapReferralFormat, C030_ActionIsThreeBits) {
	auto octets = golden("REF-HOLE").octets;
	for (unsigned action = 0; action < 8; ++action) {
		octets[18] = static_cast<std::uint8_t>(action << 5);
		Arena arena;
		const auto found = decode_as<MapReferral>(octets, arena);
		ASSERT_TRUE(found);
		EXPECT_EQ(static_cast<unsigned>(found->records[0].action), action);
		EXPECT_FALSE(found->records[0].authoritative);
	}
}

// One record with a Map-Version, a referral and two signatures, written by hand.
const auto signed_referral = hex("60000001 0102030405060708"
                                 "000005a0 01 10 1000 2123 0001 0a010000"
                                 "01 64 ff 00 0001 0001 c6336401"
                                 "00000b40 65a0c5a0 659f7420 1234 0004 02 ff ffff deadbeef"
                                 "000005a0 00000002 00000001 0001 0000 01 00 0000");

TEST(MapReferralFormat, C030_SignatureSectionsFollowTheReferrals) {
	Arena arena;
	const auto found = decode_as<MapReferral>(signed_referral, arena);
	ASSERT_TRUE(found);
	const auto &record = found->records[0];
	EXPECT_EQ(record.map_version, 0x123);
	ASSERT_EQ(record.referrals.size(), 1U);
	ASSERT_EQ(record.signatures.size(), 2U);
	const auto &first = record.signatures[0];
	EXPECT_EQ(first.original_ttl, RecordTtl{2880});
	EXPECT_EQ(first.expiration, 0x65a0c5a0U);
	EXPECT_EQ(first.inception, 0x659f7420U);
	EXPECT_EQ(first.key_tag, 0x1234);
	EXPECT_EQ(first.algorithm, 2);
	EXPECT_EQ(to_hex(first.signature), "deadbeef");
	EXPECT_EQ(record.signatures[1].expiration, 2U);
	EXPECT_TRUE(record.signatures[1].signature.empty());
}

TEST(MapReferralFormat, C030_ReservedBitsOfASignatureAreWrittenAsZero) {
	Arena arena;
	auto expected = signed_referral;
	std::fill_n(expected.begin() + 57, 3, std::uint8_t{0});
	const auto found = decode_as<MapReferral>(signed_referral, arena);
	ASSERT_TRUE(found);
	const auto written = encode(*found);
	ASSERT_TRUE(written);
	EXPECT_EQ(to_hex(*written), to_hex(expected));
}

TEST(MapReferral, CountsBeyondTheOctetsAreAFaultWhereTheOctetsEnd) {
	auto octets = signed_referral;
	octets[20] |= 0xf0; // 15 signatures
	Arena arena;
	const auto found = decode(octets, arena);
	ASSERT_TRUE(found.error);
	EXPECT_EQ(*found.error, (WireError{Reason::truncated, octets.size(), "original record ttl"}));
	const auto &records = std::get<MapReferral>(found.message).records;
	ASSERT_EQ(records.size(), 1U);
	EXPECT_EQ(records[0].signatures.size(), 2U);

	octets = golden("REF-HOLE").octets;
	octets[3] = 255;
	octets[16] = 255;
	const auto claims = decode(octets, arena);
	ASSERT_TRUE(claims.error);
	EXPECT_EQ(claims.error->offset, octets.size());
	EXPECT_LE(arena.capacity(), 65536U);
}

TEST(MapReferral, WhatDoesNotFitIsRefusedByName) {
	const std::vector<ReferralSignature> signatures(16);
	const std::vector<Locator> referrals(256);
	const Octets key(70'000);
	ReferralRecord record;
	const auto fault_of = [](const ReferralRecord &one) {
		return fault(MapReferral{0, std::span<const ReferralRecord>{&one, 1}});
	};
	record.signatures = std::span{signatures}.first(15);
	record.referrals = std::span{referrals}.first(255);
	record.map_version = 0x0fff;
	EXPECT_EQ(fault_of(record), "");

	auto wrong = record;
	wrong.signatures = signatures;
	EXPECT_EQ(fault_of(wrong), "signature count");
	wrong = record;
	wrong.referrals = referrals;
	EXPECT_EQ(fault_of(wrong), "referral count");
	wrong = record;
	wrong.map_version = 0x1000;
	EXPECT_EQ(fault_of(wrong), "map-version");
	wrong = record;
	wrong.eid = IpAddress::v4(0);
	wrong.mask_length = 33;
	EXPECT_EQ(fault_of(wrong), "eid mask-len");
	wrong = record;
	ReferralSignature huge;
	huge.signature = key;
	wrong.signatures = std::span<const ReferralSignature>{&huge, 1};
	EXPECT_EQ(fault_of(wrong), "signature length");

	const std::vector<ReferralRecord> records(256);
	EXPECT_EQ(fault(MapReferral{0, records}), "record count");
}

} // namespace
} // namespace lisp
