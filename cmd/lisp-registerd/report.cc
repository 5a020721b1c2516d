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

namespace {

std::string counted(const RegistrationStatus &status) {
	return fmt::format("{} {} {} {}/{}", status.server,
	    status.address.empty() ? "-" : status.address, name(status.state), status.acknowledged,
	    status.records);
}

std::string explained(const std::string &error) {
	return error.empty() ? error : ": " + error;
}

} // namespace

std::string to_line(const RegistrationStatus &status) {
	return counted(status) + explained(status.error);
}

std::string to_line(const RegistrationDetails &details) {
	auto line = counted(details);
	if (details.retried > 0) line += fmt::format(" retried {}", details.retried);
	if (details.refused > 0) line += fmt::format(" refused {}", details.refused);
	if (details.age) line += fmt::format(" age {}", *details.age);
	line += explained(details.error);
	if (details.error.empty() && !details.last_error.empty())
		line += fmt::format(" (before: {})", details.last_error);
	return line;
}

} // namespace lisp
