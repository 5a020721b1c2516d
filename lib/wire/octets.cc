#include "wire/octets.h"

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

} // namespace

void append_hex(Text &out, Bytes octets) {
	auto *to = out.room(2 * octets.size());
	for (const auto octet : octets) to = put_hex(to, octet);
	out.advance_to(to);
}

void append_hex_digits(Text &out, std::uint64_t value, unsigned digits) {
	auto *to = out.room(digits);
	if (digits % 2 != 0) to = put_hex_digit(to, value >> 4 * (digits - 1) & 15);
	for (auto pair = digits / 2; pair > 0; --pair) to = put_hex(to, value >> 8 * (pair - 1) & 0xff);
	out.advance_to(to);
}

void append_quoted(Text &out, std::string_view text) {
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
	Text text;
	append_hex(text, octets);
	return text.str();
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
