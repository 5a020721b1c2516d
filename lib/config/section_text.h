// An @EID section of lisp.conf(5) as it is written, words and the blanks between them, so that some
// can be changed and the rest be written again as it was.
#pragma once

#include "config/site_config.h"

#include <optional>

namespace lisp {

// A number on an RLOC's line.
struct RlocNumber {
	std::string gap; // the blanks before it
	std::string text;
	std::uint8_t value = 0;
	std::string_view place; // where it stands in the text; empty for what is not in it
	bool changed = false;   // `text` is no longer what stands there
};

struct RlocText {
	IpAddress rloc;
	std::string indent;
	std::string name;                  // the RLOC as it is written
	std::array<RlocNumber, 3> numbers; // priority, weight, local flag
	std::string options;               // with the blanks before them
};

struct SectionText {
	EidPrefix eid;
	std::string keyword; // with its indent
	std::string indent;  // of the first line
	std::string name;    // the address as it is written
	std::string slash;   // or the blanks between address and mask length
	std::string mask;
	std::string rest; // TTL, flag and options, with the blanks before them
	std::vector<RlocText> rlocs;

	std::string_view line_end; // LF or CR-LF, as after the keyword
	std::size_t begin = 0;     // of the keyword's line, in the text
	std::size_t end = 0;       // of the last line that has words, after its LF
	bool open = false;         // that is the text's last line, and has no LF
};

// The section whose keyword's line begins at `begin`. nullopt where its first line is missing or
// has an error; RLOCs' lines that have one are left out, as by the parser.
std::optional<SectionText> read_section(std::string_view text, std::size_t begin);

void append_line(std::string &out, const RlocText &rloc, std::string_view line_end);
void append_lines(std::string &out, const SectionText &section); // all of them

} // namespace lisp
