#include "wire/octets.h"

#include <gtest/gtest.h>

#include <limits>

namespace lisp {
namespace {

TEST(Text, GrowsAsAStringDoes) {
	Text text;
	std::string expected;
	EXPECT_EQ(text.view(), expected);
	for (unsigned i = 0; i < 3000; ++i) {
		const std::string piece(i % 40, static_cast<char>('a' + i % 26));
		text += piece;
		text += 'X';
		text.append(i % 3, ' ');
		expected += piece + 'X' + std::string(i % 3, ' ');
		ASSERT_EQ(text.view(), expected);
	}
	text.cut(10);
	EXPECT_EQ(text.view(), expected.substr(0, 10));
	text += std::string_view{};
	EXPECT_EQ(text.size(), 10U);
}

TEST(Text, MovesAndSwaps) {
	Text one;
	one += "one";
	Text other{std::move(one)};
	other += '!';
	Text third;
	swap(other, third);
	EXPECT_EQ(third.str(), "one!");
	EXPECT_TRUE(other.empty());
	other = std::move(third);
	EXPECT_EQ(other.str(), "one!");
}

template <class T> std::string number(T value) {
	Text text;
	append_number(text, value);
	return text.str();
}

TEST(Text, NumbersAreThoseOfTheStandardLibrary) {
	for (unsigned i = 0; i <= 0xffff; ++i) {
		ASSERT_EQ(number(static_cast<std::uint16_t>(i)), std::to_string(i));
		ASSERT_EQ(number(-static_cast<int>(i)), std::to_string(-static_cast<int>(i)));
	}
	EXPECT_EQ(number(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
	EXPECT_EQ(number(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
	EXPECT_EQ(number(std::numeric_limits<std::int8_t>::min()), "-128");
}

TEST(Text, HexDigitsOfAnyNumber) {
	constexpr std::uint64_t value = 0x0123456789abcdef;
	for (unsigned digits = 1; digits <= 16; ++digits) {
		Text text;
		append_hex_digits(text, value, digits);
		EXPECT_EQ(text.str(), std::string{"0123456789abcdef"}.substr(16 - digits));
	}
}

} // namespace
} // namespace lisp
