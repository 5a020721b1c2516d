#include "wire/checksum.h"
#include "wire/octets.h"

#include <gtest/gtest.h>

namespace lisp {
namespace {

TEST(Hex, ReadsBothCasesAndBlanksBetweenOctets) {
	EXPECT_EQ(parse_hex("0x0aFF 10\n20"), (Octets{0x0a, 0xff, 0x10, 0x20}));
	EXPECT_EQ(parse_hex(""), Octets{});
}

TEST(Hex, RefusesHalfOctetsAndOtherCharacters) {
	EXPECT_FALSE(parse_hex("0a1"));
	EXPECT_FALSE(parse_hex("0 a"));
	EXPECT_FALSE(parse_hex("0g"));
	EXPECT_FALSE(parse_hex("-1"));
}

TEST(Hex, WritesWhatItReads) {
	Octets all(256);
	for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i);
	EXPECT_EQ(parse_hex(to_hex(all)), all);
}

// The worked example of RFC 1071 section 3.
TEST(Checksum, Rfc1071Example) {
	Checksum sum;
	sum.add(*parse_hex("0001f203f4f5f6f7"));
	EXPECT_EQ(sum.value(), static_cast<std::uint16_t>(~0xddf2));
}

TEST(Checksum, AnOddLastOctetIsTheHighHalf) {
	Checksum odd;
	odd.add(*parse_hex("ab"));
	Checksum even;
	even.add(*parse_hex("ab00"));
	EXPECT_EQ(odd.value(), even.value());
}

} // namespace
} // namespace lisp
