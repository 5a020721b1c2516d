#include "lcaf_vectors.h"

#include <gtest/gtest.h>

namespace lisp {
namespace {

WireError fault_of(std::string_view hex) {
	const auto octets = parse_hex(hex).value();
	const ReadAddress found{octets};
	EXPECT_FALSE(found.in.ok());
	return found.in.error();
}

// AFI, text; RFC 9301 section 5.1, RFC 8060 section 3 and the IANA registry.
TEST(Address, EveryAfiReadsAndWrites) {
	const std::pair<const char *, const char *> cases[] = {
	    {"0000", "-"},
	    {"0001c0000201", "192.0.2.1"},
	    {"000220010db8000000000000000000000001", "2001:db8::1"},
	    {"0006020000000001", "02:00:00:00:00:01"},
	    {"4005020000000001", "02-00-00-00-00-01"},
	    {"40060200000000000001", "02-00-00-00-00-00-00-01"},
	    {"00116c6170746f7000", "'laptop'"},
	    {"40030000c8000004deadbeef", "lcaf-200(deadbeef)"},
	};
	for (const auto &[hex, text] : cases) {
		const auto octets = parse_hex(hex).value();
		const ReadAddress found{octets};
		ASSERT_TRUE(found.in.ok()) << hex;
		EXPECT_EQ(to_string(found.address), text);
		EXPECT_EQ(to_hex(written(found.address)), hex);
		EXPECT_EQ(encoded_size(found.address), octets.size());
	}
}

TEST(Address, C005_UnknownAfiIsUnsupportedAtItsPlace) {
	EXPECT_EQ(fault_of("0063c0000201"), (WireError{Reason::unsupported, 0, "address"}));
}

TEST(Address, NameWithoutItsNulIsTruncated) {
	EXPECT_EQ(fault_of("00116c6170"), (WireError{Reason::truncated, 2, "address"}));
}

TEST(Address, NameCannotPrintControlCharacters) {
	EXPECT_EQ(to_string(Address{DistinguishedName{"a\x1b[2J'\\"}}), "'a\\x1b[2J\\x27\\x5c'");
}

TEST(Address, NameWithANulInsideIsNotWritten) {
	Octets room(64);
	Writer out{room};
	write(out, Address{DistinguishedName{std::string_view{"a\0b", 3}}}, "eid");
	EXPECT_EQ(out.error(), (WireError{Reason::bad_value, 2, "eid"}));
}

// RFC 8060 section 4.1; the mask length counts where the address is AFI 0.
TEST(Address, InstanceIdStandsBeforeTheAddress) {
	Arena arena;
	const auto text = [&](std::uint8_t mask_length, std::uint32_t instance, const Address &inner) {
		return to_string(make_lcaf(arena, lcaf::InstanceId{mask_length, instance, inner}));
	};
	EXPECT_EQ(text(0, 100, IpAddress::v4(0x0a010101)), "[100]10.1.1.1");
	EXPECT_EQ(text(32, 100, IpAddress::v4(0x0a010101)), "[100]10.1.1.1");
	EXPECT_EQ(text(8, 100, IpAddress::v4(0x0a010101)), "[100/8]10.1.1.1");
	EXPECT_EQ(text(0, 0, IpAddress::v4(0x0a010101)), "10.1.1.1");
	EXPECT_EQ(text(8, 0, IpAddress::v4(0x0a010101)), "[0/8]10.1.1.1");
	EXPECT_EQ(text(32, 0, IpAddress{}), "[0/32]-");
	EXPECT_EQ(text(24, 0xffffff00, IpAddress{}), "[4294967040/24]-");
	EXPECT_EQ(text(0, 7, DistinguishedName{"laptop"}), "[7]'laptop'");
}

TEST(Address, KnowsAnIpAddressFromTheRest) {
	const Address ip = IpAddress::v4(0x0a010101);
	ASSERT_NE(as_ip(ip), nullptr);
	EXPECT_EQ(*as_ip(ip), IpAddress::v4(0x0a010101));
	EXPECT_EQ(as_ip(Address{}), nullptr);
	EXPECT_EQ(as_ip(Address{DistinguishedName{"a"}}), nullptr);
}

} // namespace
} // namespace lisp
