#include "print/json_sink.h"

#include <algorithm>

namespace lisp {

void JsonSink::begin(std::string_view key) {
	if (!first_) out_ += ',';
	first_ = false;
	if (key.empty()) return;
	out_ += '"';
	out_ += key;
	out_ += "\":";
}

void JsonSink::open(std::string_view key) {
	begin(key);
	out_ += '{';
	first_ = true;
}

void JsonSink::close() {
	out_ += '}';
	first_ = false;
}

void JsonSink::open_list(std::string_view key) {
	begin(key);
	out_ += '[';
	first_ = true;
}

void JsonSink::close_list() {
	out_ += ']';
	first_ = false;
}

void JsonSink::flag(std::string_view key, bool value) {
	begin(key);
	out_ += value ? "true" : "false";
}

void JsonSink::text(std::string_view key, std::string_view value) {
	begin(key);
	append_json_string(out_, value);
}

void JsonSink::json(std::string_view key, std::string_view value) {
	begin(key);
	out_ += value;
}

namespace {

// Length of the well-formed UTF-8 sequence (RFC 3629) that `text` begins with; 0 if none.
std::size_t utf8_length(std::string_view text) {
	const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
	const auto lead = at(0);
	const std::size_t length = lead < 0x80   ? 1
	                           : lead < 0xc2 ? 0
	                           : lead < 0xe0 ? 2
	                           : lead < 0xf0 ? 3
	                           : lead < 0xf5 ? 4
	                                         : 0;
	if (length == 0 || length > text.size()) return 0;
	for (std::size_t i = 1; i < length; ++i)
		if ((at(i) & 0xc0) != 0x80) return 0;
	if ((lead == 0xe0 && at(1) < 0xa0) || (lead == 0xed && at(1) > 0x9f)) return 0;
	if ((lead == 0xf0 && at(1) < 0x90) || (lead == 0xf4 && at(1) > 0x8f)) return 0;
	return length;
}

// How many characters from the first need no escape and no look at their encoding.
std::size_t plain_length(std::string_view text) {
	const auto special = [](unsigned char c) {
		return c < 0x20 || c >= 0x7f || c == '"' || c == '\\';
	};
	return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), special) - text.begin());
}

void append_escape(Text &out, char c) {
	out += "\\u00";
	append_hex(out, as_bytes({&c, 1}));
}

} // namespace

void append_json_string(Text &out, std::string_view text) {
	out += '"';
	while (!text.empty()) {
		const auto plain = plain_length(text);
		out += text.substr(0, plain);
		text.remove_prefix(plain);
		if (text.empty()) break;
		const auto length = utf8_length(text);
		const char c = text[0];
		if (length == 0) {
			out += "\xef\xbf\xbd"; // U+FFFD
		} else if (c == '"' || c == '\\') {
			out += '\\';
			out += c;
		} else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
			append_escape(out, c);
		} else {
			out += text.substr(0, length);
		}
		text.remove_prefix(length == 0 ? 1 : length);
	}
	out += '"';
}

} // namespace lisp
