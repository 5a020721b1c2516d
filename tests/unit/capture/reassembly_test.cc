// Fragments in every order, with losses, copies and contradictions.
#include "capture/reassembly.h"

#include <algorithm>
#include <numeric>
#include <random>

namespace lisp {
namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::size_t header_size = 20; // of the frames here, which nobody reads

struct Fragment {
	std::size_t offset = 0;
	Octets octets;
	bool more = false;
};

Octets numbered(std::size_t size) {
	Octets octets(size);
	for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
	return octets;
}

Fragment part(const Octets &whole, std::size_t from, std::size_t to) {
	const auto start = whole.begin();
	return {from, Octets(start + static_cast<long>(from), start + static_cast<long>(to)),
	    to < whole.size()};
}

// One packet's fragments on their way into a reassembly.
class Sender {
public:
	explicit Sender(Reassembly &to, std::uint32_t identification = 1, bool v6 = false) : to_(to) {
		ip_.source = v6 ? *IpAddress::parse("2001:db8::1") : *IpAddress::parse("192.0.2.1");
		ip_.destination = v6 ? *IpAddress::parse("2001:db8::2") : *IpAddress::parse("192.0.2.2");
		ip_.identification = identification;
		ip_.fragment = true;
	}

	IpHeader &ip() { return ip_; }

	std::optional<Reassembly::Packet> send(
	    const Fragment &fragment, std::uint64_t seconds = 1000, bool matches = false) {
		return send_cut(fragment, fragment.octets.size(), seconds, matches);
	}

	std::optional<Reassembly::Packet> send_cut(const Fragment &fragment, std::size_t captured,
	    std::uint64_t seconds = 1000, bool matches = false) {
		static std::uint64_t number = 0;
		Octets frame(header_size);
		frame.insert(frame.end(), fragment.octets.begin(), fragment.octets.end());
		frame.resize(header_size + captured);
		auto ip = ip_;
		ip.fragment_offset = static_cast<std::uint16_t>(fragment.offset);
		ip.more_fragments = fragment.more;
		ip.payload_length = fragment.octets.size();
		return to_.take({ip, Bytes{frame}.subspan(header_size)},
		    {++number, seconds * second, header_size + fragment.octets.size(), frame}, matches);
	}

private:
	Reassembly &to_;
	IpHeader ip_;
};

void expect_whole(const std::optional<Reassembly::Packet> &packet, const Octets &octets) {
	ASSERT_TRUE(packet);
	EXPECT_TRUE(packet->whole);
	EXPECT_EQ(to_hex(packet->packet.payload), to_hex(octets));
	EXPECT_EQ(packet->packet.ip.payload_length, octets.size());
	EXPECT_FALSE(packet->packet.ip.fragment);
	EXPECT_FALSE(packet->packet.ip.more_fragments);
	EXPECT_EQ(packet->packet.ip.fragment_offset, 0);
}

TEST(Reassembly, InOrderAndBackwards) {
	const auto whole = numbered(100);
	Reassembly reassembly;
	Sender sender{reassembly};
	EXPECT_FALSE(sender.send(part(whole, 0, 40)));
	EXPECT_FALSE(sender.send(part(whole, 40, 80)));
	expect_whole(sender.send(part(whole, 80, 100)), whole);
	EXPECT_TRUE(reassembly.empty());
	EXPECT_EQ(reassembly.memory(), 0U);

	EXPECT_FALSE(sender.send(part(whole, 80, 100)));
	EXPECT_FALSE(sender.send(part(whole, 40, 80)));
	const auto packet = sender.send(part(whole, 0, 40), 1001);
	expect_whole(packet, whole);
	ASSERT_EQ(packet->frames().size(), 3U);
	EXPECT_EQ(packet->frame().number, packet->frames()[2].number);
	EXPECT_EQ(packet->frame().time, 1001 * second);
	EXPECT_EQ(packet->frames()[0].octets.size(), header_size + 20);
	EXPECT_EQ(reassembly.dropped(), 0U);
}

TEST(Reassembly, PacketsAreToldApart) {
	const auto whole = numbered(16);
	Reassembly reassembly;
	Sender one{reassembly, 1};
	Sender another{reassembly, 2};
	Sender v6{reassembly, 1, true};
	Sender tcp{reassembly, 1};
	tcp.ip().protocol = 6;
	for (auto *sender : {&one, &another, &v6, &tcp}) EXPECT_FALSE(sender->send(part(whole, 0, 8)));
	for (auto *sender : {&tcp, &v6, &another, &one})
		expect_whole(sender->send(part(whole, 8, 16)), whole);
}

// RFC 8200 section 4.5: the fragment at offset 0 says what the packet carries.
TEST(Reassembly, ProtocolOfTheFirstFragmentHolds) {
	const auto whole = numbered(16);
	Reassembly reassembly;
	Sender sender{reassembly, 1, true};
	sender.ip().protocol = 60;
	EXPECT_FALSE(sender.send(part(whole, 8, 16)));
	sender.ip().protocol = protocol_udp;
	const auto packet = sender.send(part(whole, 0, 8));
	expect_whole(packet, whole);
	EXPECT_EQ(packet->packet.ip.protocol, protocol_udp);
}

TEST(Reassembly, IdenticalCopiesAreTolerated) {
	const auto whole = numbered(24);
	Reassembly reassembly;
	Sender sender{reassembly};
	for (int i = 0; i < 3; ++i) {
		EXPECT_FALSE(sender.send(part(whole, 16, 24)));
		EXPECT_FALSE(sender.send(part(whole, 0, 8)));
	}
	const auto packet = sender.send(part(whole, 8, 16));
	expect_whole(packet, whole);
	EXPECT_EQ(packet->frames().size(), 3U);
}

// RFC 5722 section 4: an overlap discards the packet, and what comes of it later.
TEST(Reassembly, OverlapRefusesThePacket) {
	const auto whole = numbered(32);
	auto forged = whole;
	forged[9] ^= 1;
	for (const auto &overlap : {part(whole, 0, 16), part(whole, 8, 24), part(forged, 8, 16)}) {
		Reassembly reassembly;
		Sender sender{reassembly};
		EXPECT_FALSE(sender.send(part(whole, 0, 8)));
		EXPECT_FALSE(sender.send(part(whole, 8, 16)));
		EXPECT_FALSE(sender.send(overlap));
		EXPECT_FALSE(sender.send(part(whole, 16, 24)));
		EXPECT_FALSE(sender.send(part(whole, 24, 32)));
		reassembly.give_up_all();
		EXPECT_FALSE(reassembly.given_up());
		EXPECT_EQ(reassembly.dropped(), 5U);
		EXPECT_EQ(reassembly.memory(), 0U);
	}
}

TEST(Reassembly, AnEndWithinThePacketRefusesIt) {
	const auto whole = numbered(32);
	auto early_end = part(whole, 8, 16);
	early_end.more = false;
	Reassembly reassembly;
	Sender sender{reassembly};
	sender.send(part(whole, 24, 32));
	EXPECT_FALSE(sender.send(early_end));
	EXPECT_FALSE(sender.send(part(whole, 0, 8)));
	EXPECT_EQ(reassembly.dropped(), 3U);

	Sender other{reassembly, 2};
	other.send(early_end);
	EXPECT_FALSE(other.send(part(whole, 16, 24))); // beyond the end
	EXPECT_FALSE(other.send(part(whole, 0, 8)));
	EXPECT_EQ(reassembly.dropped(), 6U);
}

TEST(Reassembly, MalformedFragmentsAreDroppedAlone) {
	const auto whole = numbered(16);
	Reassembly reassembly;
	Sender sender{reassembly};
	EXPECT_FALSE(sender.send({0, Octets(7), true}));
	EXPECT_FALSE(sender.send({0, {}, true}));
	EXPECT_FALSE(sender.send({0xfff8, Octets(16), false}));
	EXPECT_TRUE(reassembly.empty());
	EXPECT_EQ(reassembly.dropped(), 3U);
	sender.send(part(whole, 0, 8));
	expect_whole(sender.send(part(whole, 8, 16)), whole);
}

TEST(Reassembly, TheFirstFragmentOfALostPacketIsGivenUpOthersAreDropped) {
	const auto whole = numbered(64);
	Reassembly reassembly;
	Sender sender{reassembly};
	sender.send(part(whole, 16, 24));
	sender.send(part(whole, 0, 8), 1001, true);
	Sender{reassembly, 2}.send(part(whole, 32, 40));
	reassembly.give_up_all();
	const auto packet = reassembly.given_up();
	ASSERT_TRUE(packet);
	EXPECT_FALSE(packet->whole);
	EXPECT_TRUE(packet->matches);
	EXPECT_TRUE(packet->packet.ip.fragment);
	EXPECT_EQ(to_hex(packet->packet.payload), to_hex(numbered(8)));
	EXPECT_EQ(packet->frame().time, 1001 * second);
	EXPECT_EQ(packet->frames().size(), 2U);
	EXPECT_FALSE(reassembly.given_up());
	EXPECT_TRUE(reassembly.empty());
	EXPECT_EQ(reassembly.dropped(), 2U);
}

TEST(Reassembly, TimeIsThatOfTheCapture) {
	const auto whole = numbered(16);
	for (const auto &[v6, seconds] : {std::pair{false, 30U}, std::pair{true, 60U}}) {
		Reassembly reassembly;
		Sender sender{reassembly, 1, v6};
		sender.send(part(whole, 0, 8), 1000);
		reassembly.expire((1000 + seconds) * second - 1);
		EXPECT_FALSE(reassembly.given_up());
		reassembly.expire((1000 + seconds) * second);
		EXPECT_TRUE(reassembly.given_up());
		EXPECT_TRUE(reassembly.empty());
	}
}

TEST(Reassembly, AMatchOfAnyFragmentIsOneOfThePacket) {
	const auto whole = numbered(16);
	Reassembly reassembly;
	Sender sender{reassembly};
	sender.send(part(whole, 0, 8), 1000, true);
	EXPECT_TRUE(sender.send(part(whole, 8, 16), 1000, false)->matches);
	sender.send(part(whole, 0, 8));
	EXPECT_FALSE(sender.send(part(whole, 8, 16))->matches);
}

TEST(Reassembly, ABadHeaderChecksumOfAnyFragmentIsKept) {
	const auto whole = numbered(16);
	for (const bool first : {true, false}) {
		Reassembly reassembly;
		Sender sender{reassembly};
		sender.ip().checksum = first ? ChecksumState::bad : ChecksumState::good;
		sender.send(part(whole, 8, 16));
		sender.ip().checksum = first ? ChecksumState::good : ChecksumState::bad;
		EXPECT_EQ(sender.send(part(whole, 0, 8))->packet.ip.checksum, ChecksumState::bad);
	}
}

TEST(Reassembly, WhatWasCutWhenCapturedEndsThePayload) {
	const auto whole = numbered(48);
	Reassembly reassembly;
	Sender sender{reassembly};
	sender.send(part(whole, 0, 16));
	sender.send_cut(part(whole, 16, 32), 10);
	const auto packet = sender.send(part(whole, 32, 48));
	ASSERT_TRUE(packet);
	EXPECT_EQ(packet->packet.ip.payload_length, 48U);
	EXPECT_EQ(to_hex(packet->packet.payload), to_hex(Bytes{whole}.first(26)));
}

TEST(Reassembly, TooManyFragmentsRefuseThePacket) {
	const auto whole = numbered(8 * (Reassembly::max_fragments + 1));
	Reassembly reassembly;
	Sender sender{reassembly};
	for (std::size_t at = 0; at < whole.size(); at += 8)
		EXPECT_FALSE(sender.send(part(whole, at, at + 8)));
	EXPECT_EQ(reassembly.dropped(), Reassembly::max_fragments + 1);
}

TEST(Reassembly, TheLongestWaitingMakesRoom) {
	const auto whole = numbered(4096);
	Reassembly reassembly;
	constexpr std::uint32_t packets = 2000; // of 4 KiB: twice what there is room for
	std::size_t shown = 0;
	std::uint32_t oldest = 0;
	for (std::uint32_t i = 0; i < packets; ++i) {
		Sender{reassembly, i}.send(part(whole, 0, 4088));
		EXPECT_LE(reassembly.memory(), Reassembly::max_memory);
		while (const auto packet = reassembly.given_up()) {
			EXPECT_EQ(packet->packet.ip.identification, oldest++);
			++shown;
		}
	}
	EXPECT_GT(shown, packets / 2);
	EXPECT_LT(shown, packets);
	expect_whole(Sender{reassembly, packets - 1}.send(part(whole, 4088, 4096)), whole);
}

TEST(Reassembly, RefusedPacketsAreBoundedToo) {
	Reassembly reassembly;
	for (std::uint32_t i = 0; i < 20000; ++i) {
		Sender sender{reassembly, i};
		sender.send({0, Octets(16), true});
		sender.send({8, Octets(8), true});
		ASSERT_LE(reassembly.memory(), Reassembly::max_memory);
	}
}

std::vector<Fragment> cut_at_random(const Octets &whole, std::mt19937 &random) {
	std::vector<Fragment> fragments;
	for (std::size_t at = 0; at < whole.size();) {
		const auto size = 8 * std::uniform_int_distribution<std::size_t>{1, 100}(random);
		const auto end = std::min(whole.size(), at + size);
		fragments.push_back(part(whole, at, end));
		at = end;
	}
	return fragments;
}

TEST(Reassembly, AnyCutInAnyOrderBecomesWholeWithItsLastFragment) {
	std::mt19937 random{4342}; // NOLINT: the same every time
	for (int round = 0; round < 500; ++round) {
		const auto whole = numbered(std::uniform_int_distribution<std::size_t>{9, 9000}(random));
		auto fragments = cut_at_random(whole, random);
		if (fragments.size() == 1) continue;
		std::shuffle(fragments.begin(), fragments.end(), random);
		Reassembly reassembly;
		Sender sender{reassembly, 7, round % 2 == 0};
		for (std::size_t i = 0; i + 1 < fragments.size(); ++i) {
			EXPECT_FALSE(sender.send(fragments[i]));
			if (random() % 4 != 0) continue;
			EXPECT_FALSE(sender.send(fragments[random() % (i + 1)])); // a copy
		}
		expect_whole(sender.send(fragments.back()), whole);
		EXPECT_TRUE(reassembly.empty());
		EXPECT_EQ(reassembly.memory(), 0U);
	}
}

} // namespace
} // namespace lisp
