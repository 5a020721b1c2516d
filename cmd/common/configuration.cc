#include "common/configuration.h"

#include <fmt/core.h>

namespace lisp {

void tell(const Diagnostics &found, const std::string &file, Log &log) {
	for (const auto &diagnostic : found.all())
		log.say_of_file(
		    diagnostic.warning ? Severity::warning : Severity::error, to_string(file, diagnostic));
}

std::string first_error(const Diagnostics &found, const std::string &file) {
	const Diagnostic *first = nullptr;
	std::size_t others = 0;
	for (const auto &diagnostic : found.all()) {
		if (diagnostic.warning) continue;
		if (first == nullptr)
			first = &diagnostic;
		else
			++others;
	}
	if (first == nullptr) return {};
	const auto text = to_string(file, *first);
	return others == 0 ? text : fmt::format("{} (and {} more)", text, others);
}

} // namespace lisp
