// How parts of the output stand out on a terminal (ECMA-48).
#pragma once

#include <string_view>

namespace lisp {

// Put before what they are for, and `off` after it. All are empty where nothing is to stand out.
struct Colours {
	std::string_view type;
	std::string_view fault;
	std::string_view warning;
	std::string_view off;
};

inline constexpr Colours terminal_colours{"\x1b[1m", "\x1b[31m", "\x1b[33m", "\x1b[0m"};

} // namespace lisp
