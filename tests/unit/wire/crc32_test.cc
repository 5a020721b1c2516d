#include "wire/crc32.h"

#include <gtest/gtest.h>

namespace lisp {

// The check value of CRC-32/ISO-HDLC, and those that zlib gives.
TEST(Crc32, IsThatOfZip) {
	EXPECT_EQ(crc32(as_bytes("123456789")), 0xcbf43926U);
	EXPECT_EQ(crc32({}), 0U);
	EXPECT_EQ(crc32(as_bytes("a")), 0xe8b7be43U);
	EXPECT_EQ(crc32(as_bytes("The quick brown fox jumps over the lazy dog")), 0x414fa339U);
}

TEST(Crc32, GoesOnWhereItEnded) {
	const std::string_view text = "The quick brown fox jumps over the lazy dog";
	for (std::size_t i = 0; i <= text.size(); ++i)
		EXPECT_EQ(crc32(as_bytes(text.substr(i)), crc32(as_bytes(text.substr(0, i)))), 0x414fa339U);
}

} // namespace lisp
