// What is wrong with a configuration file, and where.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace lisp {

struct Position {
	std::uint32_t line = 0;   // from 1
	std::uint32_t column = 0; // from 1, in octets
	auto operator<=>(const Position &) const = default;
};

struct Diagnostic {
	Position position; // 0:0 where it is about the file as a whole
	bool warning = false;
	std::string text; // "what was found, what was expected"
};

// "lisp.conf:12:9: 300 is no priority, expected 0 to 255"; a warning says so before its text, and
// what concerns the whole file has no position.
std::string to_string(const std::string &file, const Diagnostic &diagnostic);

class Diagnostics {
public:
	// Of each kind this many are kept, so that a file of nothing but mistakes cannot exhaust the
	// memory; one more says that there were others.
	static constexpr std::size_t limit = 10'000;

	void error(Position where, std::string text) { add(where, false, std::move(text)); }
	void warning(Position where, std::string text) { add(where, true, std::move(text)); }
	bool has_errors() const { return counts_[0] > 0; }
	// In order of position once the parser has returned.
	const std::vector<Diagnostic> &all() const { return all_; }

	// What a parser found at the end of a file belongs between what it found on the way.
	void sort();

private:
	void add(Position where, bool warning, std::string text);

	std::vector<Diagnostic> all_;
	std::array<std::size_t, 2> counts_{}; // errors, warnings
};

} // namespace lisp
