// Type 5: which of its two messages the octets are.
#include "generator.h"
#include "golden_packets.h"
#include "message/dissection.h"

namespace lisp {
namespace {

Octets hex(std::string_view text) {
	return parse_hex(text).value();
}

const MapNotifyAck *ack_in(const std::optional<TypeFive> &found) {
	return found ? std::get_if<MapNotifyAck>(&found->message) : nullptr;
}

const ChangePriority *change_priority_in(const std::optional<TypeFive> &found) {
	return found ? std::get_if<ChangePriority>(&found->message) : nullptr;
}

Dissection dissected(Bytes octets, Arena &arena, const DissectOptions &options = {}) {
	Captured captured;
	captured.octets = octets;
	captured.length = octets.size();
	return dissect(captured, arena, options);
}

// The packet as a Map-Notify-Ack with an xTR identity announced in the bit of the NAT-traversal
// draft.
Octets ack_with_identity() {
	auto octets = golden("NTF-XTRID").octets;
	octets[0] = 0x58;
	return octets;
}

TEST(TypeFive, C029_GoldenPacketsAreToldApart) {
	Arena arena;
	for (const auto *name : {"ACK-SHA256-32", "ACK-HKDF-16"}) {
		const auto found = read_type_five(golden(name).octets, arena);
		ASSERT_TRUE(ack_in(found)) << name;
		EXPECT_EQ(ack_in(found)->records.size(), 2U);
		EXPECT_FALSE(found->ambiguous || found->uncounted_records || found->no_authentication);
	}
	const auto found = read_type_five(golden("CPM-SEED").octets, arena);
	ASSERT_TRUE(change_priority_in(found));
	const auto &moved = change_priority_in(found)->eids[0];
	EXPECT_EQ(to_string(moved.eid), "153.16.38.0");
	EXPECT_EQ(moved.mask_length, 24);
	ASSERT_EQ(moved.addresses.size(), 2U);
	EXPECT_EQ(to_string(moved.addresses[1]), "132.227.62.243");
}

TEST(TypeFive, C029_RecordsBeyondACountOf0AreRead) {
	Arena arena;
	const auto found = read_type_five(golden("ACK-LISPERS").octets, arena);
	ASSERT_TRUE(ack_in(found));
	EXPECT_TRUE(found->uncounted_records);
	EXPECT_EQ(ack_in(found)->records.size(), 2U);
}

TEST(TypeFive, C029_HeaderAndNonceAloneAreAMapNotifyAck) {
	Arena arena;
	const auto octets = hex("50000000 0102030405060708");
	const auto found = read_type_five(octets, arena);
	ASSERT_TRUE(ack_in(found));
	EXPECT_TRUE(found->no_authentication);
	EXPECT_EQ(ack_in(found)->nonce, 0x0102030405060708U);
}

TEST(TypeFive, C029_NoRecordsAreAMapNotifyAck) {
	Arena arena;
	const auto octets = hex("50000000 0102030405060708 0102 0004 aabbccdd");
	const auto found = read_type_five(octets, arena);
	ASSERT_TRUE(ack_in(found));
	EXPECT_FALSE(found->uncounted_records || found->no_authentication);
}

// 0x58 begins a Change-Priority Message of version 1.02 as well.
TEST(TypeFive, C029_IdentityMakesNoChangePriorityMessage) {
	Arena arena;
	auto octets = ack_with_identity();
	auto found = read_type_five(octets, arena);
	ASSERT_TRUE(ack_in(found));
	EXPECT_FALSE(found->ambiguous);
	ASSERT_TRUE(ack_in(found)->identity);
	EXPECT_EQ(ack_in(found)->identity->site_id, 0x42U);
	octets[0] = 0x50;
	found = read_type_five(octets, arena);
	ASSERT_TRUE(ack_in(found));
	EXPECT_TRUE(ack_in(found)->identity);
}

TEST(TypeFive, C029_OtherFlagsAreThoseOfAChangePriorityMessage) {
	Arena arena;
	auto ack = golden("ACK-SHA256-32").octets;
	auto change_priority = golden("CPM-SEED").octets;
	for (const unsigned flags : {1U, 2U, 4U, 7U}) {
		ack[0] = change_priority[0] = static_cast<std::uint8_t>(0x50 | flags);
		EXPECT_FALSE(read_type_five(ack, arena)) << flags;
		EXPECT_TRUE(change_priority_in(read_type_five(change_priority, arena))) << flags;
		EXPECT_TRUE(ack_in(read_type_five(ack, arena, TypeFiveRule::map_notify_ack))) << flags;
	}
}

TEST(TypeFive, C029_MayBeForced) {
	Arena arena;
	const auto &ack = golden("ACK-SHA256-32").octets;
	const auto &change_priority = golden("CPM-SEED").octets;
	EXPECT_TRUE(ack_in(read_type_five(ack, arena, TypeFiveRule::map_notify_ack)));
	EXPECT_FALSE(read_type_five(change_priority, arena, TypeFiveRule::map_notify_ack));
	EXPECT_FALSE(read_type_five(ack, arena, TypeFiveRule::change_priority));
	EXPECT_TRUE(
	    change_priority_in(read_type_five(change_priority, arena, TypeFiveRule::change_priority)));
}

TEST(TypeFive, NothingElseIsTakenForIt) {
	Arena arena;
	EXPECT_FALSE(read_type_five({}, arena));
	EXPECT_FALSE(read_type_five(golden("NTF-SHA256-32").octets, arena));
	auto octets = golden("ACK-SHA256-32").octets;
	octets.push_back(0);
	EXPECT_FALSE(read_type_five(octets, arena));
	octets = golden("CPM-SEED").octets;
	octets.push_back(0);
	EXPECT_FALSE(read_type_five(octets, arena));
}

// An IPv6 EID whose first octets read as "one locator" and its last as AFI 0.
TEST(TypeFive, WhatCouldBeEitherSaysSo) {
	Arena arena;
	const auto octets = hex("50000000 0102030405060708 0001 0000"
	                        "0010 0002 0100 1000 0000 0000 0132 ff00 0001 0000");
	const auto found = read_type_five(octets, arena);
	ASSERT_TRUE(ack_in(found));
	EXPECT_TRUE(found->ambiguous);
	EXPECT_TRUE(dissected(octets, arena).warnings.has(Warning::ambiguous_type));
	EXPECT_TRUE(change_priority_in(read_type_five(octets, arena, TypeFiveRule::change_priority)));
}

// TTLs among which are those that begin as the mask length and AFI of a Change-Priority Message do.
MapNotifyAck random_ack(Generator &generator) {
	auto ack = generator.message<MapNotifyAck>();
	const auto records = generator.arena.array<MapRecord>(ack.records.size());
	std::copy(ack.records.begin(), ack.records.end(), records.begin());
	for (auto &record : records) {
		const RecordTtl ttls[]{ttl_remove, ttl_receiver_decides,
		    RecordTtl{0x80000000U + generator.u32(1023)}, RecordTtl{generator.u32()}};
		record.ttl = ttls[generator.number(3)];
	}
	ack.records = std::span<const MapRecord>(records);
	return ack;
}

TEST(TypeFive, C029_OfManyAcksNoneIsAmbiguous) {
	Generator generator{29};
	for (unsigned i = 0; i < 20'000; ++i) {
		generator.arena.reset();
		const auto octets = encode(random_ack(generator));
		ASSERT_TRUE(octets);
		Arena arena;
		const auto found = read_type_five(*octets, arena);
		ASSERT_TRUE(ack_in(found)) << to_hex(*octets);
		ASSERT_FALSE(found->ambiguous) << to_hex(*octets);
	}
}

TEST(TypeFive, C029_OfManyChangePriorityMessagesNoneIsAmbiguous) {
	Generator generator{29, {.items = 8}};
	for (unsigned i = 0; i < 20'000; ++i) {
		generator.arena.reset();
		auto message = generator.message<ChangePriority>();
		if (message.layout == ChangePriorityLayout::extension) continue;
		if (i % 2 == 0) {
			message.response = message.notify = message.acknowledgement = false;
			message.code = 0;
		}
		const auto octets = encode(message);
		ASSERT_TRUE(octets);
		Arena arena;
		const auto found = read_type_five(*octets, arena);
		ASSERT_TRUE(change_priority_in(found)) << to_hex(*octets);
		ASSERT_EQ(*change_priority_in(found), message);
	}
}

TEST(TypeFiveDissected, C029_FaultIsThatOfTheLikelierMessage) {
	Arena arena;
	auto octets = golden("ACK-SHA256-32").octets;
	octets.pop_back();
	auto found = dissected(octets, arena);
	EXPECT_EQ(found.type, "map-notify-ack");
	ASSERT_TRUE(found.error);
	EXPECT_EQ(found.error->field, "locator");

	octets = golden("CPM-SEED").octets;
	octets[0] = 0x52;
	octets.pop_back();
	found = dissected(octets, arena);
	EXPECT_EQ(found.type, "change-priority");
	ASSERT_TRUE(found.error);
	EXPECT_EQ(found.error->field, "address");
	EXPECT_EQ(std::get<ChangePriority>(found.message).eids[0].addresses.size(), 1U);

	found = dissected(golden("ACK-SHA256-32").octets, arena, {TypeFiveRule::change_priority, {}});
	EXPECT_EQ(found.type, "change-priority");
	EXPECT_TRUE(found.error);
}

TEST(TypeFiveDissected, C029_SubTypeMakesAChangePriorityMessage) {
	Arena arena;
	const auto octets = hex("fffa 90 00 0000000000000777 01 02 0000 0000 0000");
	EXPECT_EQ(dissected(octets, arena).type, "shared-extension");
	EXPECT_EQ(dissected(octets, arena, {{}, 0x0ffb}).type, "shared-extension");
	const auto found = dissected(octets, arena, {{}, 0x0ffa});
	EXPECT_EQ(found.type, "change-priority");
	EXPECT_FALSE(found.error);
	EXPECT_TRUE(std::get<ChangePriority>(found.message).acknowledgement);
}

} // namespace
} // namespace lisp
