#include "wire/text.h"

#include <gtest/gtest.h>

#include <random>

namespace lisp {
namespace {

TEST(Text, GrowsAndKeepsWhatIsThere) {
	Text text;
	std::string expected;
	for (int i = 0; i < 1000; ++i) {
		text += "ab";
		text += 'c';
		text.append(2, '-');
		expected += "abc--";
	}
	EXPECT_EQ(text.str(), expected);
	text.shorten(3);
	EXPECT_EQ(text.str(), "abc");
	text.clear();
	EXPECT_TRUE(text.empty());
	EXPECT_EQ(text.str(), "");
}

TEST(Text, NumbersAsStandardFormatsThem) {
	std::mt19937_64 random{1};
	std::vector<std::uint64_t> values{0, 9, 10, 99, 100, 999, 1000, 9999, 10000, UINT64_MAX};
	for (unsigned shift = 0; shift < 64; ++shift) values.push_back(random() >> shift);
	for (const auto value : values) {
		Text text;
		append_number(text, value);
		EXPECT_EQ(text.str(), std::to_string(value));
	}
}

TEST(Text, Hexadecimal) {
	const Octets octets{0x00, 0x1f, 0xa0, 0xff};
	Text text;
	append_hex(text, octets);
	append_hex(text, {});
	EXPECT_EQ(text.str(), "001fa0ff");
}

} // namespace
} // namespace lisp
