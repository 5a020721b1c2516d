#include "config/diagnostics.h"

#include <algorithm>

namespace lisp {

std::string to_string(const std::string &file, const Diagnostic &diagnostic) {
	std::string text = file;
	if (diagnostic.position.line > 0) {
		text += ':';
		text += std::to_string(diagnostic.position.line);
		text += ':';
		text += std::to_string(diagnostic.position.column);
	}
	text += diagnostic.warning ? ": warning: " : ": ";
	text += diagnostic.text;
	return text;
}

void Diagnostics::add(Position where, bool warning, std::string text) {
	auto &count = counts_[warning ? 1 : 0];
	if (count > limit) return;
	if (++count > limit) text = warning ? "further warnings are left out" : "too many errors";
	all_.push_back({where, warning, std::move(text)});
}

void Diagnostics::sort() {
	std::stable_sort(all_.begin(), all_.end(),
	    [](const auto &a, const auto &b) { return a.position < b.position; });
}

} // namespace lisp
