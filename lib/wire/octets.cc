#include "wire/octets.h"

#include <array>

namespace lisp {

namespace {

constexpr int hex_digit(char c) {
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	if (c >= 'A' && c <= 'F') return c - 'A' + 10;
	return -1;
}

constexpr bool is_blank(char c) {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

constexpr auto hex_pairs = [] {
	std::array<char, 512> pairs{};
	for (std::size_t i = 0; i < 256; ++i) {
		pairs[2 * i] = "0123456789abcdef"[i >> 4];
		pairs[2 * i + 1] = "0123456789abcdef"[i & 15];
	}
	return pairs;
}();

} // namespace

void append_hex(std::string &out, Bytes octets) {
	const auto start = out.size();
	out.resize(start + 2 * octets.size());
	auto *to = out.data() + start;
	for (const auto octet : octets) {
		*to++ = hex_pairs[2U * octet];
		*to++ = hex_pairs[2U * octet + 1];
	}
}

void append_hex_digits(std::string &out, std::uint64_t value, unsigned digits) {
	std::array<char, 16> text;
	for (auto i = digits; i > 0; --i, value >>= 4) text[i - 1] = "0123456789abcdef"[value & 15];
	out.append(text.data(), digits);
}

void append_quoted(std::string &out, std::string_view text) {
	out += '\'';
	for (const char c : text) {
		if (c >= 0x20 && c < 0x7f && c != '\'' && c != '\\') {
			out += c;
		} else {
			out += "\\x";
			append_hex(out, as_bytes({&c, 1}));
		}
	}
	out += '\'';
}

std::string to_hex(Bytes octets) {
	std::string text;
	append_hex(text, octets);
	return text;
}

std::optional<Octets> parse_hex(std::string_view text) {
	if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
	Octets octets;
	octets.reserve(text.size() / 2);
	int high = -1;
	for (const char c : text) {
		if (is_blank(c)) {
			if (high >= 0) return std::nullopt;
			continue;
		}
		const int digit = hex_digit(c);
		if (digit < 0) return std::nullopt;
		if (high < 0) {
			high = digit;
		} else {
			octets.push_back(static_cast<std::uint8_t>(high << 4 | digit));
			high = -1;
		}
	}
	if (high >= 0) return std::nullopt;
	return octets;
}

} // namespace lisp
