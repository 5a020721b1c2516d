// Messages in the output form that a user chose.
#pragma once

#include "message/dissection.h"
#include "print/colours.h"
#include "print/json_sink.h"
#include "print/text_sink.h"
#include "print/values.h"

namespace lisp {

enum class Format : std::uint8_t {
	line, // one line a message
	text, // a line of its own for every field
	json, // one object a line
	v102, // as the control plane of 2012 printed messages
	hex,  // the octets, in a form that a HexReader takes
};

std::optional<Format> parse_format(std::string_view text);
std::optional<TimeForm> parse_time_form(std::string_view text); // "utc", "local", …

struct PrinterOptions {
	Format format = Format::line;
	TimeForm time = TimeForm::utc;
	bool octets = false; // also in hexadecimal, where the format does not have them anyway
	// With line: each broken rule of an RFC on a line of its own.
	bool violations_apart = false;
	Colours colours{}; // with line and text
};

// Collects text in a buffer that its owner empties from time to time: printing message after
// message allocates nothing once the buffer has grown.
class Printer {
public:
	explicit Printer(PrinterOptions options);

	void print(const Dissection &found);
	Text &buffer() { return buffer_; }

private:
	std::optional<TimeText> time_of(const Captured &captured);
	void print_text(const Dissection &found);
	void print_json(const Dissection &found);
	void print_hex(const Dissection &found);

	PrinterOptions options_;
	std::optional<std::uint64_t> latest_; // the time of the message before
	Text buffer_;
	JsonSink json_{buffer_};
	TextSink text_{buffer_, 1};
};

// Sixteen octets a line, led by their offset.
void append_dump(Text &out, Bytes octets);

} // namespace lisp
