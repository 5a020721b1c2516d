#include "address/ip_address.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include <random>

namespace lisp {
namespace {

IpAddress ip(std::string_view text) {
	return IpAddress::parse(text).value();
}

TEST(IpAddress, ReadsAndWritesText) {
	EXPECT_EQ(to_string(ip("153.16.38.0")), "153.16.38.0");
	EXPECT_EQ(to_string(ip("2610:D0:2121::")), "2610:d0:2121::"); // the seed writes capitals
	EXPECT_EQ(to_string(IpAddress{}), "-");
	for (const auto *bad : {"", "1.2.3", "1.2.3.256", "1.2.3.4/8", " 1.2.3.4", "::1%lo", "host",
	         "1.2.3.4.5", "12345::", "1.2.3.4 "})
		EXPECT_FALSE(IpAddress::parse(bad)) << bad;
}

// RFC 5952 section 4: the first of the longest runs of at least two zero groups; section 5:
// addresses that end in an IPv4 address.
TEST(IpAddress, WritesTheShortestText) {
	for (const auto *text :
	    {"::", "::1", "::2", "::ffff", "1::", "::1.2.3.4", "::0.1.0.0", "::ffff:1.2.3.4",
	        "::ffff:0.0.0.0", "::ffff:0:102:304", "::fffe:102:304", "2001:db8:0:1:1:1:1:1",
	        "2001:db8::1:0:0:1", "2001:0:0:1::1", "0:1:2:3:4:5:6:7", "1:2:3:4:5:6:7:0",
	        "1:2:3:4:5:6::", "::3:4:5:6:7:8", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"})
		EXPECT_EQ(to_string(ip(text)), text);
	EXPECT_EQ(to_string(ip("2001:DB8::1:1:1:1:1")), "2001:db8:0:1:1:1:1:1");
	EXPECT_EQ(to_string(ip("2001:db8:0:0:1::1")), "2001:db8::1:0:0:1");
	EXPECT_EQ(to_string(ip("0001:0020:0300:4000::")), "1:20:300:4000::");
}

std::string text_of_library(const IpAddress &address) {
	std::array<char, INET6_ADDRSTRLEN> text{};
	const int family = address.is_v6() ? AF_INET6 : AF_INET;
	return inet_ntop(family, address.octets.data(), text.data(), text.size());
}

// C libraries do not agree on ::2 and the like, of which RFC 5952 says nothing.
bool is_disputed(const IpAddress &address) {
	return address.masked(112).is_unspecified();
}

TEST(IpAddress, TextIsThatOfTheLibrary) {
	std::mt19937 random{1};
	const std::array<std::uint8_t, 4> likely{0, 0, 0xff, 1};
	for (int i = 0; i < 50'000; ++i) {
		IpAddress address{i % 16 == 0 ? Afi::ipv4 : Afi::ipv6, {}};
		for (unsigned at = 0; at < address.width() / 8; ++at) {
			const auto bits = random();
			address.octets[at] =
			    bits & 0x300 ? likely[bits % 4] : static_cast<std::uint8_t>(bits >> 16);
		}
		if (is_disputed(address)) continue;
		ASSERT_EQ(to_string(address), text_of_library(address));
		ASSERT_EQ(ip(to_string(address)), address);
	}
}

// Every pattern of zero groups, with and without what looks like IPv4 at the end.
TEST(IpAddress, TextOfEveryPatternOfZerosIsThatOfTheLibrary) {
	for (unsigned pattern = 0; pattern < 6561; ++pattern) { // 3 to the 8th
		IpAddress address{Afi::ipv6, {}};
		auto rest = pattern;
		for (unsigned group = 0; group < 8; ++group, rest /= 3) {
			const unsigned value = rest % 3 == 0 ? 0 : rest % 3 == 1 ? 0xffff : 0x0a0;
			address.octets[2 * group] = static_cast<std::uint8_t>(value >> 8);
			address.octets[2 * group + 1] = static_cast<std::uint8_t>(value);
		}
		if (is_disputed(address)) continue;
		ASSERT_EQ(to_string(address), text_of_library(address));
	}
}

TEST(IpAddress, MasksToAnyLength) {
	EXPECT_EQ(ip("255.255.255.255").masked(0), ip("0.0.0.0"));
	EXPECT_EQ(ip("255.255.255.255").masked(25), ip("255.255.255.128"));
	EXPECT_EQ(ip("255.255.255.255").masked(32), ip("255.255.255.255"));
	EXPECT_EQ(ip("2001:db8:ffff:ffff::1").masked(33), ip("2001:db8:8000::"));
	EXPECT_EQ(ip("::ffff").masked(128), ip("::ffff"));
}

TEST(IpAddress, KnowsWhereNotToSend) {
	EXPECT_TRUE(ip("127.9.9.9").is_loopback());
	EXPECT_TRUE(ip("::1").is_loopback());
	EXPECT_FALSE(ip("::2").is_loopback());
	EXPECT_TRUE(ip("239.1.1.1").is_multicast());
	EXPECT_TRUE(ip("ff02::1").is_multicast());
	EXPECT_TRUE(ip("169.254.1.1").is_link_local());
	EXPECT_TRUE(ip("fe80::1").is_link_local());
	EXPECT_FALSE(ip("fec0::1").is_link_local());
	EXPECT_TRUE(ip("255.255.255.255").is_broadcast());
	EXPECT_TRUE(ip("::").is_unspecified());
}

TEST(IpAddress, OrdersIpv4BeforeIpv6) {
	EXPECT_LT(ip("255.0.0.0"), ip("::1"));
	EXPECT_LT(ip("9.0.0.0"), ip("10.0.0.0"));
}

TEST(Endpoint, ReadsEveryForm) {
	EXPECT_EQ(to_string(parse_endpoint("192.0.2.1", 4342).value()), "192.0.2.1:4342");
	EXPECT_EQ(to_string(parse_endpoint("192.0.2.1:14342", 4342).value()), "192.0.2.1:14342");
	EXPECT_EQ(to_string(parse_endpoint("[::1]:0", 4342).value()), "[::1]:0");
	EXPECT_EQ(to_string(parse_endpoint("[::1]", 4342).value()), "[::1]:4342");
	EXPECT_EQ(to_string(parse_endpoint("2001:db8::1", 7).value()), "[2001:db8::1]:7");
	for (const auto *bad : {"", ":", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:x", "[::1", "[::1]4342",
	         "[::1]:", "[1.2.3.4]:1", "host:1", "1.2.3.4:1:2"})
		EXPECT_FALSE(parse_endpoint(bad, 4342)) << bad;
}

} // namespace
} // namespace lisp
