// Octets: what comes from and goes to the network, and how they and numbers look as text.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lisp {

using Octets = std::vector<std::uint8_t>;
using Bytes = std::span<const std::uint8_t>; // a view: the owner is whoever handed it out
using Room = std::span<std::uint8_t>;        // where an encoder may write

// Lower case, no separators.
std::string to_hex(Bytes octets);
void append_hex(std::string &out, Bytes octets);

// What a peer chose to send as text, in apostrophes: nothing that a terminal could act on is passed
// through, "'lap\x0atop'".
void append_quoted(std::string &out, std::string_view text);

// The low digits of a value of no numeric meaning, up to 16, without 0x.
void append_hex_digits(std::string &out, std::uint64_t value, unsigned digits);

// Decimal.
template <std::integral T> void append_number(std::string &out, T value) {
	char digits[20];
	out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

// Accepts both cases, an optional leading 0x, and blanks between octets; nothing else.
std::optional<Octets> parse_hex(std::string_view text);

inline Bytes as_bytes(std::string_view text) {
	return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

} // namespace lisp
