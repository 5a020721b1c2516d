#include "wire/reader.h"

#include <gtest/gtest.h>

#include <array>

namespace lisp {
namespace {

constexpr std::array<std::uint8_t, 8> octets{1, 2, 3, 4, 5, 6, 7, 8};

TEST(Reader, ReadsBigEndianInOrder) {
	Reader in{octets};
	EXPECT_EQ(in.u8("a"), 0x01);
	EXPECT_EQ(in.u16("b"), 0x0203);
	EXPECT_EQ(in.u32("c"), 0x04050607U);
	EXPECT_EQ(in.remaining(), 1U);
	EXPECT_TRUE(in.ok());
}

TEST(Reader, KeepsTheFirstFailureAndReadsZeroAfterIt) {
	Reader in{octets, 100};
	in.u64("whole");
	EXPECT_EQ(in.u16("beyond"), 0);
	in.fail(Reason::bad_value, "later");
	EXPECT_EQ(in.error(), (WireError{Reason::truncated, 108, "beyond"}));
	EXPECT_EQ(in.remaining(), 0U);
}

TEST(Reader, NothingSucceedsAfterAFailureAlthoughOctetsAreLeft) {
	Reader in{octets};
	in.fail(Reason::bad_value, "first");
	EXPECT_EQ(in.u8("next"), 0);
	EXPECT_TRUE(in.take(1, "next").empty());
	EXPECT_EQ(in.error().field, "first");
}

TEST(Reader, TakeBeyondTheEndGivesNothingAtAll) {
	Reader in{octets};
	EXPECT_TRUE(in.take(9, "too much").empty());
	EXPECT_EQ(in.error(), (WireError{Reason::truncated, 0, "too much"}));
}

TEST(Reader, AChildCannotReadItsParentsOctets) {
	Reader in{octets, 10};
	in.u16("before");
	Reader child = in.sub(2, "part");
	EXPECT_EQ(child.u16("in"), 0x0304);
	EXPECT_EQ(child.u8("out"), 0);
	EXPECT_TRUE(in.ok());
	EXPECT_EQ(in.u8("after"), 5);
	in.absorb(child);
	EXPECT_EQ(in.error(), (WireError{Reason::truncated, 14, "out"}));
}

TEST(Reader, AChildOfTooFewOctetsHasFailed) {
	Reader in{octets};
	Reader child = in.sub(9, "part");
	EXPECT_FALSE(child.ok());
	EXPECT_FALSE(in.ok());
}

} // namespace
} // namespace lisp
