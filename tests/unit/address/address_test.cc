#include "address/address.h"

#include <gtest/gtest.h>

namespace lisp {
namespace {

Result<Address> read_hex(std::string_view hex, Octets &keep) {
	keep = parse_hex(hex).value();
	Reader in{keep};
	Address address;
	read(in, address, "address");
	if (!in.ok()) return in.error();
	return address;
}

// AFI, text; RFC 9301 section 5.1, RFC 8060 section 3 and the IANA registry.
TEST(Address, EveryAfiReadsAndWrites) {
	const std::pair<const char *, const char *> cases[] = {
	    {"0000", "-"},
	    {"0001c0000201", "192.0.2.1"},
	    {"000220010db8000000000000000000000001", "2001:db8::1"},
	    {"0006020000000001", "02:00:00:00:00:01"},
	    {"4005020000000001", "02:00:00:00:00:01"},
	    {"40060200000000000001", "02:00:00:00:00:00:00:01"},
	    {"00116c6170746f7000", "'laptop'"},
	    {"40030000c8000004deadbeef", "lcaf-200:deadbeef"},
	};
	for (const auto &[hex, text] : cases) {
		Octets keep;
		const auto address = read_hex(hex, keep);
		ASSERT_TRUE(address) << hex;
		EXPECT_EQ(to_string(*address), text);
		Octets room(64);
		Writer out{room};
		write(out, *address, "address");
		EXPECT_EQ(to_hex(out.written()), hex);
	}
}

TEST(Address, C005_UnknownAfiIsUnsupportedAtItsPlace) {
	Octets keep;
	const auto address = read_hex("0063c0000201", keep);
	ASSERT_FALSE(address);
	EXPECT_EQ(address.error(), (WireError{Reason::unsupported, 0, "address"}));
}

TEST(Address, NameWithoutItsNulIsTruncated) {
	Octets keep;
	EXPECT_EQ(read_hex("00116c6170", keep).error().reason, Reason::truncated);
}

TEST(Address, NameCannotPrintControlCharacters) {
	EXPECT_EQ(to_string(Address{DistinguishedName{"a\x1b[2J'\\"}}), "'a\\x1b[2J\\x27\\x5c'");
}

TEST(Address, NameWithANulInsideIsNotWritten) {
	Octets room(64);
	Writer out{room};
	write(out, Address{DistinguishedName{std::string_view{"a\0b", 3}}}, "eid");
	EXPECT_FALSE(out.ok());
}

} // namespace
} // namespace lisp
