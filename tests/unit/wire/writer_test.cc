#include "wire/writer.h"

#include <gtest/gtest.h>

#include <array>

namespace lisp {
namespace {

TEST(Writer, WritesBigEndianAndPatches) {
	std::array<std::uint8_t, 16> room{};
	Writer out{room};
	out.u8(1, "a");
	out.u16(0, "length");
	out.u32(0x04050607, "c");
	out.patch_u16(1, 0x0203, "length");
	const auto written = out.finish();
	ASSERT_TRUE(written);
	EXPECT_EQ(to_hex(*written), "01020304050607");
}

TEST(Writer, RefusesWhatDoesNotFitItsField) {
	std::array<std::uint8_t, 16> room{};
	Writer out{room};
	out.u8(255, "fits");
	out.u8(256, "record count");
	out.u16(1, "later");
	const auto written = out.finish();
	ASSERT_FALSE(written);
	EXPECT_EQ(written.error(), (WireError{Reason::too_long, 1, "record count"}));
}

TEST(Writer, RefusesWhatDoesNotFitItsRoom) {
	std::array<std::uint8_t, 3> room{};
	Writer out{room};
	out.u16(1, "a");
	out.u16(2, "b");
	EXPECT_EQ(out.error(), (WireError{Reason::too_long, 2, "b"}));
	EXPECT_EQ(room[2], 0);
}

} // namespace
} // namespace lisp
