#include "lisp-registerd/report.h"

#include <fmt/core.h>

namespace lisp {

RegistrationStatus final_status(const Registrar &registrar, std::size_t server) {
	auto status = registrar.status(server);
	// Some of several registers may have been answered.
	if (status.state == RegistrationState::pending || status.state == RegistrationState::sent)
		status.state =
		    status.acknowledged > 0 ? RegistrationState::partial : RegistrationState::timeout;
	return status;
}

std::string to_line(const RegistrationStatus &status) {
	auto line =
	    fmt::format("{} {} {} {}/{}", status.server, status.address.empty() ? "-" : status.address,
	        name(status.state), status.acknowledged, status.records);
	if (!status.error.empty()) line += ": " + status.error;
	return line;
}

} // namespace lisp
