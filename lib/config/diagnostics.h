// What is wrong with a configuration file, and where.
#pragma once

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
	Position position;
	bool warning = false;
	std::string text; // "what was found, what was expected"
};

// "lisp.conf:12:9: 300 is no priority, expected 0 to 255"
std::string to_string(const std::string &file, const Diagnostic &diagnostic);

class Diagnostics {
public:
	void error(Position where, std::string text) { add(where, false, std::move(text)); }
	void warning(Position where, std::string text) { add(where, true, std::move(text)); }
	bool has_errors() const { return errors_ > 0; }
	const std::vector<Diagnostic> &all() const { return all_; } // in order of position

private:
	void add(Position where, bool warning, std::string text) {
		all_.push_back({where, warning, std::move(text)});
		errors_ += warning ? 0 : 1;
	}
	std::vector<Diagnostic> all_;
	std::size_t errors_ = 0;
};

} // namespace lisp
