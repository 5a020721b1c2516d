#include "config/lexer.h"

#include <cstring>

namespace lisp {

namespace {

enum class Kind : std::uint8_t { word, blank, newline };

constexpr auto kinds = [] {
	std::array<Kind, 256> table{};
	for (std::size_t i = 0; i < table.size(); ++i)
		if (is_blank(static_cast<char>(i))) table[i] = Kind::blank;
	table['\n'] = Kind::newline;
	return table;
}();

Kind kind(char c) {
	return kinds[static_cast<unsigned char>(c)];
}

} // namespace

bool Lexer::next_line() {
	words_.clear();
	while (at_ < text_.size()) {
		read_line();
		if (!words_.empty()) return true;
	}
	return false;
}

void Lexer::read_line() {
	const char *const begin = text_.data() + at_;
	const char *const end = text_.data() + text_.size();
	const char *at = begin;
	++line_;
	end_column_ = 1;
	while (at < end && *at != '\n') {
		if (kind(*at) == Kind::blank) {
			++at;
			continue;
		}
		if (*at == '#') {
			const auto *newline = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
			at = newline == nullptr ? end : static_cast<const char *>(newline);
			break;
		}
		const char *const first = at;
		while (at < end && kind(*at) == Kind::word) ++at;
		words_.push_back({{first, static_cast<std::size_t>(at - first)},
		    static_cast<std::uint32_t>(first - begin + 1)});
		end_column_ = static_cast<std::uint32_t>(at - begin + 1);
	}
	at_ = static_cast<std::size_t>((at < end ? at + 1 : at) - text_.data());
}

std::string shown(std::string_view text) {
	constexpr std::size_t longest = 64;
	if (text.empty()) return "\"\"";
	std::string out;
	for (const char c : text.substr(0, longest)) {
		const auto octet = static_cast<unsigned char>(c);
		if (octet >= 0x20 && octet != 0x7f) {
			out += c;
			continue;
		}
		constexpr std::string_view digits = "0123456789abcdef";
		out += "\\x";
		out += digits[octet >> 4];
		out += digits[octet & 15];
	}
	if (text.size() > longest) out += "...";
	return out;
}

} // namespace lisp
