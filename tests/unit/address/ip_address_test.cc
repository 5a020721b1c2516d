#include "address/ip_address.h"

#include <gtest/gtest.h>

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
