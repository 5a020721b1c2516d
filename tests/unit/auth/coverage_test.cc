#include "auth/hmac.h"
#include "golden_packets.h"

namespace lisp {
namespace {

TEST(Coverage, C041_TrailerMayBeLeftOut) {
	Key key{"golden-key-1"};
	EXPECT_EQ(
	    key.check(golden("REG-XTRID").octets), (Verification{Verdict::good, Coverage::whole}));
	EXPECT_EQ(key.check(golden("REG-XTRID-LIT").octets),
	    (Verification{Verdict::good, Coverage::without_trailer}));
	EXPECT_EQ(key.check(golden("REG-TAMPERED").octets).verdict, Verdict::bad);
}

// What a daemon relies on covers everything.
TEST(Coverage, VerifyMeansTheWholeMessage) {
	EXPECT_FALSE(Key{"golden-key-1"}.verify(golden("REG-XTRID-LIT").octets));
}

TEST(Coverage, ShortMessagesAreBad) {
	const Octets short_message(20, 0x30);
	EXPECT_EQ(Key{"k"}.check(short_message).verdict, Verdict::bad);
	EXPECT_EQ(Key{"k"}.check({}).verdict, Verdict::bad);
}

} // namespace
} // namespace lisp
