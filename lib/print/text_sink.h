// Writes described values as indented text, one field a line: "key = value". Rows of a list are a
// line each: "locators: rloc 192.0.2.1, priority 1, weight 100".
#pragma once

#include "wire/octets.h"

#include <array>
#include <string_view>

namespace lisp {

// Appends to `out`, which outlives the sink.
class TextSink {
public:
	explicit TextSink(Text &out, unsigned indent = 0) : out_(out), depth_(indent) {}

	void open(std::string_view key);
	void close() { --depth_; }
	void open_row();
	void close_row();
	void open_list(std::string_view key);
	void close_list() {}
	void flag(std::string_view key, bool value) { text(key, value ? "yes" : "no"); }
	template <std::integral T> void number(std::string_view key, T value) {
		std::array<char, max_digits> digits;
		text(key, {digits.data(), put_number(digits.data(), value)});
	}
	void text(std::string_view key, std::string_view value);

	Text &scratch() { return scratch_; }

private:
	void begin(std::string_view key);

	Text &out_;
	Text scratch_;
	static constexpr unsigned max_depth = 16;
	std::array<std::string_view, max_depth> lists_; // by depth: the list whose items come next
	unsigned depth_;
	bool in_row_ = false;
	bool row_is_empty_ = false;
};

} // namespace lisp
