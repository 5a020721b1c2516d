// LISP messages written in hexadecimal: one a line, or as raw dumps of many lines.
#pragma once

#include "message/dissection.h"

#include <cstdio>
#include <string>
#include <vector>

namespace lisp {

// Takes text line by line:
//
//     a line of hexadecimal digits is a message, blanks between octets do not matter;
//     a line that begins with 0x is one too, and the lines of digits that follow continue it, until
//     a blank line, any other text or the next 0x;
//     "SRC:PORT > DST:PORT " may stand before either, port 4341 making it a data packet;
//     other text, such as the titles and rules of a console log, is passed over.
//
// Frames are counted from 1, one a message; there are no times.
class HexReader {
public:
	// The file stays the caller's. `name` is what errors call it.
	HexReader(std::FILE *file, std::string name);
	~HexReader();
	HexReader(const HexReader &) = delete;
	HexReader &operator=(const HexReader &) = delete;

	// The next message, valid until the next call; nullopt at the end.
	std::optional<Captured> next();

	// What was not well since the last call, one line each: a message that is no hexadecimal after
	// all, a file without any, a read that failed.
	std::vector<std::string> take_errors();

private:
	bool read_line();
	void unread_line() { again_ = true; }
	bool read_message(std::string_view first);
	void take_prefix(std::string_view &text);
	void finish_reading();

	std::FILE *file_;
	std::string name_;
	char *line_ = nullptr; // what getline(3) allocates
	std::size_t capacity_ = 0;
	std::string_view text_; // of the line, without blanks at its ends
	bool again_ = false;    // the line is to be read once more
	std::uint64_t line_number_ = 0;
	bool passed_over_text_ = false;

	Captured captured_;
	std::string digits_;
	Octets octets_;
	std::vector<std::string> errors_;
};

} // namespace lisp
