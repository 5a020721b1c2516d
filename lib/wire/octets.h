// Octets: what comes from and goes to the network, and how they and numbers look as text.
#pragma once

#include "wire/text.h"

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lisp {

using Octets = std::vector<std::uint8_t>;
using Bytes = std::span<const std::uint8_t>; // a view: the owner is whoever handed it out
using Room = std::span<std::uint8_t>;        // where an encoder may write

inline constexpr std::size_t max_digits = 20; // of any number of 64 bits, with its sign

// "00" to "99", one after the other.
inline constexpr auto digit_pairs = [] {
	std::array<char, 200> pairs{};
	for (std::size_t i = 0; i < 100; ++i) {
		pairs[2 * i] = static_cast<char>('0' + i / 10);
		pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
	}
	return pairs;
}();

// "00" to "ff", one after the other.
inline constexpr auto hex_pairs = [] {
	std::array<char, 512> pairs{};
	for (std::size_t i = 0; i < 256; ++i) {
		pairs[2 * i] = "0123456789abcdef"[i >> 4];
		pairs[2 * i + 1] = "0123456789abcdef"[i & 15];
	}
	return pairs;
}();

// Write a number and return where the next character goes.
inline char *put_digit(char *to, unsigned value) {
	*to = static_cast<char>('0' + value);
	return to + 1;
}
inline char *put_two_digits(char *to, unsigned value) {
	std::memcpy(to, &digit_pairs[2 * std::size_t{value}], 2);
	return to + 2;
}
inline char *put_hex_digit(char *to, unsigned value) {
	*to = hex_pairs[2 * std::size_t{value} + 1];
	return to + 1;
}
inline char *put_hex(char *to, unsigned octet) {
	std::memcpy(to, &hex_pairs[2 * std::size_t{octet}], 2);
	return to + 2;
}
inline char *put_below_10000(char *to, unsigned value) {
	if (value >= 1000) return put_two_digits(put_two_digits(to, value / 100), value % 100);
	if (value >= 100) return put_two_digits(put_digit(to, value / 100), value % 100);
	return value >= 10 ? put_two_digits(to, value) : put_digit(to, value);
}
template <std::integral T> char *put_number(char *to, T value) {
	constexpr T zero = 0;
	if (value < zero || std::uint64_t(value) >= 100'000'000)
		return std::to_chars(to, to + max_digits, value).ptr;
	const auto small = static_cast<unsigned>(value);
	if (small < 10000) return put_below_10000(to, small);
	to = put_below_10000(to, small / 10000);
	return put_two_digits(put_two_digits(to, small / 100 % 100), small % 100);
}

// Lower case, no separators.
std::string to_hex(Bytes octets);
void append_hex(Text &out, Bytes octets);

// What a peer chose to send as text, in apostrophes: nothing that a terminal could act on is passed
// through, "'lap\x0atop'".
void append_quoted(Text &out, std::string_view text);

// The low digits of a value of no numeric meaning, up to 16, without 0x.
void append_hex_digits(Text &out, std::uint64_t value, unsigned digits);

// Decimal.
template <std::integral T> void append_number(Text &out, T value) {
	auto *to = out.room(max_digits);
	out.advance_to(value >= 0 && value < 10 ? put_digit(to, static_cast<unsigned>(value))
	                                        : put_number(to, value));
}

// Accepts both cases, an optional leading 0x, and blanks between octets; nothing else.
std::optional<Octets> parse_hex(std::string_view text);

inline Bytes as_bytes(std::string_view text) {
	return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

} // namespace lisp
