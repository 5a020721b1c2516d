// Change-Priority Messages: the layouts of 2012 by vectors computed without this code, and the
// sub-type of the Shared Extension by hand.
#include "auth/hmac.h"
#include "message/message.h"

#include <gtest/gtest.h>

namespace lisp {
namespace {

Octets hex(std::string_view text) {
	return parse_hex(text).value();
}

// Of nonce 0x0102030405060708, Key ID 0 and algorithm 1, signed with "test-cpm-key".
struct Vector {
	ChangePriorityLayout layout;
	bool from_hypervisor;
	std::string eid;
	unsigned mask_length;
	std::vector<std::string> addresses;
	std::string octets;
};

const std::vector<Vector> vectors{
    {ChangePriorityLayout::seed, false, "192.0.2.6", 32, {},
        "50000000010203040506070800010014be347f89d65448cd15d312f2638dca925b2c208c"
        "00200001c0000206"},
    {ChangePriorityLayout::seed, false, "192.0.2.6", 32, {"198.51.100.1", "2001:db8::1"},
        "50000002010203040506070800010014440ff7a9e1b9f906071f1dd69a167f9234827509"
        "00200001c00002060001c6336401000220010db8000000000000000000000001"},
    {ChangePriorityLayout::seed, false, "2001:db8:1::6", 128, {"198.51.100.1"},
        "500000010102030405060708000100146ef9c168f91dbdba16598e2e647cb1a81cc0cb11"
        "0080000220010db80001000000000000000000060001c6336401"},
    {ChangePriorityLayout::v102, true, "192.0.2.6", 32, {},
        "580000000102030405060708000100142fd1644b515fa96b89245624040b4daa362f1493"
        "200001c0000206"},
    {ChangePriorityLayout::v102, true, "192.0.2.6", 32, {"198.51.100.1", "2001:db8::1"},
        "5800000201020304050607080001001410bec535e44dc44e903ea40457ef77b7dde7f229"
        "200001c00002060001c6336401000220010db8000000000000000000000001"},
    {ChangePriorityLayout::v102, true, "2001:db8:1::6", 128, {"198.51.100.1"},
        "580000010102030405060708000100142651fca93e68504aeabe8ba13a0f01c2d34ba4d5"
        "80000220010db80001000000000000000000060001c6336401"},
};

// Two EIDs, to the receiver of RLOC 198.51.100.9.
const std::string extension = "fffa 61 02 0000000000000777 01 02 0004 aabbccdd"
                              "00 0b 0001 c6336409"
                              "00 20 0001 c0000206  00 02 0001 c6336401 0001 c6336402"
                              "00 30 0002 20010db8000100000000000000000000  00 00";

ChangePriority found_in(Bytes octets, Arena &arena) {
	const auto found = decode_change_priority(octets, arena);
	EXPECT_TRUE(found) << to_string(found.error());
	return found ? *found : ChangePriority{};
}

WireError fault(Bytes octets) {
	Arena arena;
	const auto found = decode_change_priority(octets, arena);
	EXPECT_FALSE(found);
	return found ? WireError{} : found.error();
}

std::string refused(const ChangePriority &message) {
	const auto written = encode(message);
	return written ? "" : std::string{written.error().field};
}

ChangePriority of_2012() {
	static const MovedEid moved{32, IpAddress::v4(0xc0000206), {}};
	ChangePriority message;
	message.eids = std::span<const MovedEid>{&moved, 1};
	return message;
}

TEST(ChangePriorityFormat, C029_VectorsOf2012AreReadAndWrittenAgain) {
	for (const auto &vector : vectors) {
		Arena arena;
		const auto octets = hex(vector.octets);
		const auto found = found_in(octets, arena);
		EXPECT_EQ(found.layout, vector.layout);
		EXPECT_EQ(found.from_hypervisor, vector.from_hypervisor);
		EXPECT_FALSE(found.notify || found.response || found.acknowledgement);
		EXPECT_EQ(found.nonce, 0x0102030405060708U);
		EXPECT_EQ(found.authentication.algorithm, Algorithm::hmac_sha1);
		ASSERT_EQ(found.eids.size(), 1U);
		EXPECT_EQ(to_string(found.eids[0].eid), vector.eid);
		EXPECT_EQ(found.eids[0].mask_length, vector.mask_length);
		std::vector<std::string> addresses;
		for (const auto &address : found.eids[0].addresses) addresses.push_back(to_string(address));
		EXPECT_EQ(addresses, vector.addresses);
		const auto written = encode(found);
		ASSERT_TRUE(written);
		EXPECT_EQ(to_hex(*written), vector.octets);
	}
}

TEST(ChangePriorityFormat, VectorsOf2012Verify) {
	Key key{"test-cpm-key"};
	for (const auto &vector : vectors) {
		const auto octets = hex(vector.octets);
		EXPECT_TRUE(key.verify(octets, TakenAs::change_priority)) << vector.octets;
	}
}

TEST(ChangePriorityFormat, FlagsOf2012AreInTheOrderHrna) {
	for (const std::size_t vector : {0U, 3U}) {
		auto octets = hex(vectors[vector].octets);
		for (unsigned flags = 0; flags < 16; ++flags) {
			octets[0] = static_cast<std::uint8_t>(0x50 | flags);
			Arena arena;
			const auto found = found_in(octets, arena);
			EXPECT_EQ(found.from_hypervisor, (flags & 8) != 0);
			EXPECT_EQ(found.response, (flags & 4) != 0);
			EXPECT_EQ(found.notify, (flags & 2) != 0);
			EXPECT_EQ(found.acknowledgement, (flags & 1) != 0);
			EXPECT_EQ(to_hex(*encode(found)), to_hex(octets));
		}
	}
}

TEST(ChangePriorityFormat, ReservedOctetsAreIgnoredAndWrittenAsZero) {
	auto octets = hex(vectors[1].octets);
	octets[1] = octets[2] = 0xff;
	Arena arena;
	EXPECT_EQ(to_hex(*encode(found_in(octets, arena))), vectors[1].octets);
}

TEST(ChangePriorityFormat, AnAcknowledgementHasItsCodeInTheThirdOctet) {
	auto octets = hex(vectors[0].octets);
	octets[0] = 0x51;
	octets[2] = 17;
	Arena arena;
	const auto found = found_in(octets, arena);
	EXPECT_EQ(name(ChangeResult{found.code}), "covering-only");
	EXPECT_TRUE(is_refusal(ChangeResult{found.code}));
	EXPECT_EQ(to_hex(*encode(found)), to_hex(octets));
}

TEST(ChangePriorityFormat, ExtensionHasItsOwnFlagsReceiverAndSeveralEids) {
	Arena arena;
	const auto octets = hex(extension);
	const auto found = found_in(octets, arena);
	EXPECT_EQ(found.layout, ChangePriorityLayout::extension);
	EXPECT_EQ(found.sub_type, 0x0ffa);
	EXPECT_TRUE(found.notify && found.response && found.failed);
	EXPECT_FALSE(found.from_hypervisor || found.acknowledgement);
	EXPECT_EQ(found.nonce, 0x777U);
	EXPECT_EQ(found.authentication.key_id, 1);
	EXPECT_EQ(found.authentication.algorithm, Algorithm::hmac_sha256);
	EXPECT_EQ(found.code, 11);
	EXPECT_EQ(to_string(found.target_rloc), "198.51.100.9");
	ASSERT_EQ(found.eids.size(), 2U);
	EXPECT_EQ(found.eids[0].addresses.size(), 2U);
	EXPECT_EQ(to_string(found.eids[1].eid), "2001:db8:1::");
	EXPECT_EQ(found.eids[1].mask_length, 48);
	EXPECT_TRUE(found.eids[1].addresses.empty());
	EXPECT_EQ(to_hex(*encode(found)), to_hex(octets));
}

TEST(ChangePriorityFormat, ExtensionNeedNotNameItsReceiver) {
	Arena arena;
	const auto octets = hex("fffa 90 00 0000000000000777 01 02 0000 0000 0000");
	const auto found = found_in(octets, arena);
	EXPECT_TRUE(found.from_hypervisor && found.acknowledgement);
	EXPECT_TRUE(found.target_rloc.is_none());
	EXPECT_TRUE(found.eids.empty());
	EXPECT_EQ(to_hex(*encode(found)), to_hex(octets));
}

TEST(ChangePriority, AnOctetAfterTheLastAddressIsAFault) {
	std::vector<Octets> all{hex(extension)};
	for (const auto &vector : vectors) all.push_back(hex(vector.octets));
	for (auto &octets : all) {
		const auto size = octets.size();
		octets.push_back(0);
		EXPECT_EQ(fault(octets), (WireError{Reason::bad_value, size, "trailer"}));
	}
}

TEST(ChangePriority, EveryTruncationIsAFaultInside) {
	std::vector<Octets> all{hex(extension)};
	for (const auto &vector : vectors) all.push_back(hex(vector.octets));
	for (const auto &octets : all)
		for (std::size_t size = 0; size < octets.size(); ++size)
			EXPECT_LE(fault(Bytes{octets}.first(size)).offset, size);
}

// 0 would move the default route.
TEST(ChangePriority, MaskLengthIsFrom1ToTheWidth) {
	auto octets = hex(vectors[0].octets);
	for (const auto *length : {"00", "21", "ff"}) {
		octets[37] = hex(length)[0];
		EXPECT_EQ(fault(octets), (WireError{Reason::bad_value, 37, "eid mask-len"}));
	}
	octets = hex(vectors[5].octets);
	octets[36] = 129;
	EXPECT_EQ(fault(octets), (WireError{Reason::bad_value, 36, "eid mask-len"}));
}

TEST(ChangePriority, AddressesAreIpAddresses) {
	auto octets = hex(vectors[0].octets);
	octets[39] = 0;
	EXPECT_EQ(fault(octets), (WireError{Reason::bad_value, 38, "eid"}));
	octets = hex(vectors[1].octets);
	// As version 1.02 wrote it on little-endian machines.
	std::swap(octets[44], octets[45]);
	EXPECT_EQ(fault(octets), (WireError{Reason::bad_value, 44, "address"}));
	octets = hex(extension);
	octets[23] = 6;
	EXPECT_EQ(fault(octets), (WireError{Reason::bad_value, 22, "target rloc"}));
}

TEST(ChangePriority, AnyOtherTypeIsAFault) {
	auto octets = hex(vectors[0].octets);
	octets[0] = 0x40;
	EXPECT_EQ(fault(octets), (WireError{Reason::bad_value, 0, "type"}));
	EXPECT_EQ(fault({}), (WireError{Reason::truncated, 0, "type"}));
}

TEST(ChangePriority, Type5HasOneEidAndNothingOfTheExtension) {
	EXPECT_EQ(refused(of_2012()), "");
	auto wrong = of_2012();
	wrong.eids = {};
	EXPECT_EQ(refused(wrong), "eid count");
	const std::vector<MovedEid> two(2, wrong.eids.empty() ? MovedEid{} : wrong.eids[0]);
	wrong.eids = two;
	EXPECT_EQ(refused(wrong), "eid count");
	wrong = of_2012();
	wrong.layout = ChangePriorityLayout::v102;
	wrong.sub_type = 1;
	EXPECT_EQ(refused(wrong), "sub-type");
	wrong = of_2012();
	wrong.failed = true;
	EXPECT_EQ(refused(wrong), "failed");
	wrong = of_2012();
	wrong.code = 1;
	EXPECT_EQ(refused(wrong), "code");
	wrong = of_2012();
	wrong.target_rloc = IpAddress::v4(1);
	EXPECT_EQ(refused(wrong), "target rloc");
}

TEST(ChangePriority, WhatDoesNotFitIsRefusedByName) {
	const std::vector<IpAddress> addresses(256, IpAddress::v4(1));
	MovedEid moved = of_2012().eids[0];
	auto wrong = of_2012();
	wrong.eids = std::span<const MovedEid>{&moved, 1};
	moved.addresses = std::span{addresses}.first(255);
	EXPECT_EQ(refused(wrong), "");
	moved.addresses = addresses;
	EXPECT_EQ(refused(wrong), "record count");
	wrong.layout = ChangePriorityLayout::extension;
	EXPECT_EQ(refused(wrong), "address count");
	moved.addresses = {};
	wrong.sub_type = 0x1000;
	EXPECT_EQ(refused(wrong), "sub-type");
	wrong.sub_type = 0;
	for (const auto *length : {"00", "21"}) {
		moved.mask_length = hex(length)[0];
		EXPECT_EQ(refused(wrong), "eid mask-len");
	}
	moved = {1, IpAddress{}, {}};
	EXPECT_EQ(refused(wrong), "eid mask-len");
	const IpAddress none;
	moved = {32, IpAddress::v4(1), std::span<const IpAddress>{&none, 1}};
	EXPECT_EQ(refused(wrong), "address");
	const std::vector<MovedEid> many(256, of_2012().eids[0]);
	wrong.eids = many;
	EXPECT_EQ(refused(wrong), "record count");
}

TEST(ChangePriority, CountsBeyondTheOctetsAllocateNothingForThem) {
	auto octets = hex(extension);
	octets[3] = 255;
	octets[37] = 255;
	Arena arena;
	EXPECT_FALSE(decode_change_priority(octets, arena));
	EXPECT_LE(arena.capacity(), 65536U);
}

} // namespace
} // namespace lisp
