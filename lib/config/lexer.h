// Lines and words of a configuration file. The same for all of them: words are separated by blanks
// and tabs, "#" at the start of a word begins a comment, lines end with LF or CR-LF, the last one
// may end without.
#pragma once

#include "config/diagnostics.h"

#include <span>
#include <string_view>

namespace lisp {

// A view into the text, so its place there is known to whoever edits the text.
struct Word {
	std::string_view text;
	std::uint32_t column = 0; // from 1, in octets
};

class Lexer {
public:
	// The text must outlive the lexer and the words.
	explicit Lexer(std::string_view text) : text_(text) {}

	// Moves to the next line that has words; false at the end of the text.
	bool next_line();

	std::span<const Word> words() const { return words_; } // until the next line
	std::uint32_t line() const { return line_; }
	std::uint32_t end_column() const { return end_column_; } // just after the last word
	std::size_t offset() const { return at_; }               // octets read so far

private:
	void read_line();

	std::string_view text_;
	std::size_t at_ = 0;
	std::uint32_t line_ = 0;
	std::uint32_t end_column_ = 1;
	std::vector<Word> words_;
};

// What stands between words. A CR anywhere is a blank, which takes care of CR-LF.
constexpr bool is_blank(char c) {
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

// The text as a message may show it: control characters escaped, and not much of it.
std::string shown(std::string_view text);

} // namespace lisp
