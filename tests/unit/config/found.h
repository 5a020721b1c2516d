// What a parser says about a text, as the lines that people would see.
#pragma once

#include "config/diagnostics.h"

#include <gtest/gtest.h>

namespace lisp {

inline std::vector<std::string> lines(const Diagnostics &found) {
	std::vector<std::string> result;
	for (const auto &diagnostic : found.all()) result.push_back(to_string("f", diagnostic));
	return result;
}

// The positions alone, as "line:column", warnings with a "w" after it.
inline std::vector<std::string> places(const Diagnostics &found) {
	std::vector<std::string> result;
	for (const auto &[position, warning, text] : found.all())
		result.push_back(std::to_string(position.line) + ':' + std::to_string(position.column) +
		                 (warning ? "w" : ""));
	return result;
}

using Lines = std::vector<std::string>;

} // namespace lisp
