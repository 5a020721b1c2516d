// What a data packet carries, by its headers: RFC 9300 section 5.3, RFC 9305 section 3.
#include "inside.h"

namespace lisp {
namespace {

InnerPacket inner_of(const Octets &octets) {
	Reader in{octets};
	DataPacket packet;
	read(in, packet);
	EXPECT_TRUE(in.ok());
	return inner_packet(packet);
}

TEST(InnerPacket, PortsAreThoseOfProtocolsThatBeginWithThem) {
	for (unsigned protocol = 0; protocol < 256; ++protocol) {
		auto octets = data_packet(udp(request()));
		octets[data_header_size + 9] = static_cast<std::uint8_t>(protocol);
		const auto found = inner_of(octets);
		ASSERT_TRUE(found.ip);
		EXPECT_EQ(found.ip->ip.protocol, protocol);
		// TCP, UDP, DCCP, SCTP, UDP-Lite
		const bool has_ports =
		    protocol == 6 || protocol == 17 || protocol == 33 || protocol == 132 || protocol == 136;
		ASSERT_EQ(found.ports.has_value(), has_ports) << protocol;
		if (!has_ports) continue;
		EXPECT_EQ(found.ports->source, 50000);
		EXPECT_EQ(found.ports->destination, 4342);
	}
}

TEST(InnerPacket, PortsAreInTheFirstFragmentAlone) {
	auto octets = data_packet(udp(request()));
	octets[data_header_size + 6] = 0x20; // more fragments
	EXPECT_TRUE(inner_of(octets).ports);
	octets[data_header_size + 7] = 1; // eight octets further on
	ASSERT_TRUE(inner_of(octets).ip);
	EXPECT_FALSE(inner_of(octets).ports);
}

TEST(InnerPacket, WhatIsCutOffIsMissing) {
	const auto octets = data_packet(udp(request()));
	for (std::size_t size = data_header_size; size <= octets.size(); ++size) {
		const Octets cut(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(size));
		const auto found = inner_of(cut);
		EXPECT_EQ(found.ip.has_value(), size >= data_header_size + 20) << size;
		EXPECT_EQ(found.ports.has_value(), size >= data_header_size + 24) << size;
		if (found.ip) {
			EXPECT_EQ(found.ip_length, headers_v4 + request().size());
		}
	}
}

TEST(InnerPacket, ExtensionHeadersAreWalked) {
	const auto plain_packet = udp(request(), host6, far_host6);
	auto head = Octets(plain_packet.begin(), plain_packet.begin() + 40);
	const auto options = hex("1100010400000000"); // then UDP
	head[5] = static_cast<std::uint8_t>(head[5] + options.size());
	head[6] = 60; // destination options
	const auto rest = Octets(plain_packet.begin() + 40, plain_packet.end());
	const auto octets = data_packet(head + options + rest);
	const auto found = inner_of(octets);
	ASSERT_TRUE(found.ip && found.ports);
	EXPECT_EQ(found.ip->ip.protocol, 17);
	EXPECT_EQ(found.ports->destination, 4342);
	EXPECT_EQ(found.ip_length, 40 + options.size() + rest.size());
	expect_request(Taken{octets}.found.inner);
	// Without all of them there are the addresses.
	const auto cut = data_packet(head + hex("1100"));
	const auto first = inner_of(cut);
	ASSERT_TRUE(first.ip);
	EXPECT_EQ(first.ip->ip.source, host6.address);
	EXPECT_EQ(first.ip_length, 40 + options.size() + rest.size());
	EXPECT_FALSE(first.ports);
}

TEST(InnerPacket, C036_EthernetFrameWithItsTags) {
	const auto frame = [](std::string_view tags) {
		return data_packet(
		    hex("020000000002020000000001") + hex(tags) + udp(request()), gpe_ethernet);
	};
	const auto untagged = inner_of(frame("0800"));
	ASSERT_TRUE(untagged.ethernet && untagged.ip);
	EXPECT_EQ(to_string(Address{untagged.ethernet->source}), "02:00:00:00:00:01");
	EXPECT_EQ(to_string(Address{untagged.ethernet->destination}), "02:00:00:00:00:02");
	EXPECT_EQ(untagged.ethernet->type, 0x0800);
	EXPECT_EQ(untagged.ethernet->vlans().size(), 0U);
	const auto tagged = inner_of(frame("88a8f064810020c80800"));
	ASSERT_TRUE(tagged.ethernet && tagged.ip);
	ASSERT_EQ(tagged.ethernet->vlans().size(), 2U);
	EXPECT_EQ(tagged.ethernet->vlans()[0], 100);
	EXPECT_EQ(tagged.ethernet->vlans()[1], 200);
	const auto four = inner_of(frame("81000001810000028100000381000004 0800"));
	EXPECT_EQ(four.ethernet->vlans().size(), 4U);
	EXPECT_TRUE(four.ip);
	const auto five = inner_of(frame("8100000181000002810000038100000481000005 0800"));
	EXPECT_EQ(five.ethernet->vlans().size(), 4U);
	EXPECT_EQ(five.ethernet->type, 0x8100);
	EXPECT_FALSE(five.ip);
	const auto arp =
	    inner_of(data_packet(hex("ffffffffffff0200000000010806000108000604"), gpe_ethernet));
	ASSERT_TRUE(arp.ethernet);
	EXPECT_EQ(arp.ethernet->type, 0x0806);
	EXPECT_FALSE(arp.ip);
	EXPECT_FALSE(inner_of(data_packet(hex("02000000000202000000000108"), gpe_ethernet)).ethernet);
}

TEST(InnerPacket, EncryptedHasNone) {
	const auto found = inner_of(data_packet(udp(request()), "0100000000000000"));
	EXPECT_FALSE(found.ip || found.ethernet || found.ports);
}

} // namespace
} // namespace lisp
