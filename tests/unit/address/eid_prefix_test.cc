#include "address/eid_prefix.h"
#include "address/lcaf.h"

#include <gtest/gtest.h>

namespace lisp {
namespace {

EidPrefix prefix(std::string_view text) {
	return EidPrefix::parse(text).value();
}

TEST(EidPrefix, ReadsAndWritesText) {
	for (const auto *text : {"153.16.38.0/24", "0.0.0.0/0", "2610:d0:2121::/48", "::/0",
	         "[100]10.1.1.1/32", "[4294967295]2001:db8::1/128"})
		EXPECT_EQ(to_string(prefix(text)), text);
	EXPECT_EQ(to_string(prefix("10.1.2.3")), "10.1.2.3/32");
	for (const auto *bad : {"", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8",
	         "[1 10.0.0.0/8", "[4294967296]10.0.0.0/8", "[]10.0.0.0/8", "/8"})
		EXPECT_FALSE(EidPrefix::parse(bad)) << bad;
}

TEST(EidPrefix, ClearsHostBits) {
	EXPECT_EQ(prefix("153.16.38.77/25"), prefix("153.16.38.0/25"));
	EXPECT_TRUE(has_host_bits(*IpAddress::parse("153.16.38.77"), 25));
	EXPECT_FALSE(has_host_bits(*IpAddress::parse("153.16.38.77"), 32));
	EXPECT_FALSE(has_host_bits(*IpAddress::parse("0.0.0.0"), 0));
}

TEST(EidPrefix, CoversOnlyItsOwnInstanceAndFamily) {
	EXPECT_TRUE(prefix("153.16.38.0/24").covers(prefix("153.16.38.128/25")));
	EXPECT_TRUE(prefix("153.16.38.0/24").covers(prefix("153.16.38.0/24")));
	EXPECT_FALSE(prefix("153.16.38.0/25").covers(prefix("153.16.38.0/24")));
	EXPECT_FALSE(prefix("[1]10.0.0.0/8").covers(prefix("10.0.0.0/9")));
	EXPECT_FALSE(prefix("0.0.0.0/0").covers(prefix("::/0")));
}

// RFC 8060 section 4.1: AFI 16387, type 2, the Instance ID, then an AFI-coded address.
TEST(EidPrefix, InstanceIdIsAnLcafOnTheWire) {
	Arena arena;
	const auto address = eid_address(prefix("[100]10.1.1.1/32"), arena);
	Octets room(64);
	Writer out{room};
	write(out, address, "eid");
	EXPECT_EQ(to_hex(out.written()), "400300000200000a0000006400010a010101");
	EXPECT_EQ(eid_prefix(address, 32), prefix("[100]10.1.1.1/32"));
}

TEST(EidPrefix, OtherAddressesAreNoPrefixes) {
	EXPECT_FALSE(eid_prefix(Address{IpAddress{}}, 0));
	EXPECT_FALSE(eid_prefix(Address{*IpAddress::parse("10.0.0.0")}, 33));
	EXPECT_FALSE(eid_prefix(Address{DistinguishedName{"laptop"}}, 32));
	Arena arena;
	EXPECT_FALSE(eid_prefix(make_lcaf(arena, lcaf::InstanceId{0, 1, IpAddress{}}), 0));
	EXPECT_FALSE(eid_prefix(make_lcaf(arena, lcaf::AsNumber{1, IpAddress::v4(1)}), 32));
	const auto instance = eid_address(prefix("[1]10.0.0.0/8"), arena);
	EXPECT_FALSE(eid_prefix(instance, 33));
	EXPECT_FALSE(eid_prefix(make_lcaf(arena, lcaf::InstanceId{0, 2, instance}), 32));
}

TEST(EidPrefix, InstanceAddressIsOneInstanceIdAroundAnAddress) {
	Arena arena;
	const auto ip = IpAddress::v4(0x0a000001);
	const auto inside = instance_address(make_lcaf(arena, lcaf::InstanceId{0, 7, ip}));
	ASSERT_TRUE(inside);
	EXPECT_EQ(*inside, (std::pair{std::uint32_t{7}, ip}));
	EXPECT_TRUE(instance_address(make_lcaf(arena, lcaf::InstanceId{8, 7, IpAddress{}})));
	EXPECT_FALSE(instance_address(ip));
	EXPECT_FALSE(instance_address(make_lcaf(arena, lcaf::AsNumber{1, ip})));
	EXPECT_FALSE(
	    instance_address(make_lcaf(arena, lcaf::InstanceId{0, 7, DistinguishedName{"a"}})));
}

TEST(EidPrefix, MaskLengthIsBoundedForIpAddressesOnly) {
	EXPECT_EQ(max_mask_length(IpAddress::v4(0)), 32U);
	EXPECT_EQ(max_mask_length(*IpAddress::parse("::")), 128U);
	EXPECT_EQ(max_mask_length(IpAddress{}), 255U);
	EXPECT_EQ(max_mask_length(DistinguishedName{"laptop"}), 255U);
	Octets room(1);
	Writer out{room};
	write_mask_length(out, 33, IpAddress::v4(0));
	EXPECT_EQ(out.error(), (WireError{Reason::bad_value, 0, "eid mask-len"}));
	Reader in{room};
	require_mask_length(in, 32, IpAddress::v4(0), 5);
	EXPECT_TRUE(in.ok());
	require_mask_length(in, 33, IpAddress::v4(0), 5);
	EXPECT_EQ(in.error(), (WireError{Reason::bad_value, 5, "eid mask-len"}));
}

} // namespace
} // namespace lisp
