// Writes described values as JSON (RFC 8259) on one line.
#pragma once

#include "wire/octets.h"

#include <string_view>

namespace lisp {

// Appends to `out`, which outlives the sink. open({}) begins an object, close() ends it.
class JsonSink {
public:
	static constexpr bool detailed = true;

	explicit JsonSink(Text &out) : out_(out) {}

	// What follows is a document of its own.
	void restart() { first_ = true; }

	void open(std::string_view key);
	void close();
	void open_row() { open({}); }
	void close_row() { close(); }
	void open_list(std::string_view key);
	void close_list();
	void flag(std::string_view key, bool value);
	template <std::integral T> void number(std::string_view key, T value) {
		begin(key);
		append_number(out_, value);
	}
	void text(std::string_view key, std::string_view value);
	void json(std::string_view key, std::string_view value); // what is JSON already

	Text &scratch() { return scratch_; }

private:
	void begin(std::string_view key);

	Text &out_;
	Text scratch_;
	bool first_ = true; // in the innermost bracket
};

// With its quotes. Octets that are not UTF-8 become U+FFFD, so that the output always is.
void append_json_string(Text &out, std::string_view text);

} // namespace lisp
