// Writes described numbers in Prometheus' text format, one a line: "lisp_replyd_map_replies 7".
#pragma once

#include "wire/octets.h"

#include <cstdint>
#include <string_view>

namespace lisp {

// Appends to `out`, which outlives the sink. Keys become names with underscores, led by `prefix`;
// text, lists and structs inside are left out.
class MetricsSink {
public:
	MetricsSink(Text &out, std::string_view prefix) : out_(out), prefix_(prefix) {}

	void open(std::string_view) { ++depth_; }
	void close() { --depth_; }
	void open_row() { ++depth_; }
	void close_row() { --depth_; }
	void open_list(std::string_view) { ++depth_; }
	void close_list() { --depth_; }
	void flag(std::string_view key, bool value) { number(key, value ? 1 : 0); }
	void number(std::string_view key, std::uint64_t value);
	void text(std::string_view, std::string_view) {}

	Text &scratch() { return scratch_; }

private:
	Text &out_;
	std::string_view prefix_;
	Text scratch_;
	unsigned depth_ = 0;
};

} // namespace lisp
