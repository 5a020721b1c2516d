#include "lisp-registerd/report.h"

#include <fmt/core.h>

namespace lisp {

std::string to_line(const RegistrationStatus &status) {
	auto line =
	    fmt::format("{} {} {} {}/{}", status.server, status.address.empty() ? "-" : status.address,
	        name(status.state), status.acknowledged, status.records);
	if (!status.error.empty()) line += ": " + status.error;
	return line;
}

} // namespace lisp
