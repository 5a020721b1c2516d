// Shared Extension: RFC 9304 section 3.
#include "golden_packets.h"
#include "message/message.h"

namespace lisp {
namespace {

TEST(SharedExtension, C011_WithoutDataIsWhole) {
	Arena arena;
	const auto octets = parse_hex("f401").value();
	const auto found = decode_as<SharedExtension>(octets, arena);
	ASSERT_TRUE(found);
	EXPECT_EQ(found->sub_type, 1025);
	EXPECT_TRUE(found->data.empty());
	const auto cut = decode_as<SharedExtension>(Bytes{octets}.first(1), arena);
	ASSERT_FALSE(cut);
	EXPECT_EQ(cut.error(), (WireError{Reason::truncated, 0, "sub-type"}));
}

TEST(SharedExtension, C011_SubTypeBeyond12BitsIsRefused) {
	EXPECT_EQ(to_hex(*encode(SharedExtension{0x0fff, {}})), "ffff");
	const auto written = encode(SharedExtension{0x1000, {}});
	ASSERT_FALSE(written);
	EXPECT_EQ(written.error(), (WireError{Reason::too_long, 0, "sub-type"}));
}

} // namespace
} // namespace lisp
