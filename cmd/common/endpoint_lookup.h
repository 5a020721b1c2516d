// Names on a command line to addresses.
#pragma once

#include "address/ip_address.h"

#include <stdexcept>
#include <string>

namespace lisp {

struct LookupError : std::runtime_error {
	using runtime_error::runtime_error;
};

// "ADDR" or "NAME", each with ":PORT" or without; of a name the first address that there is a route
// to. Waits for the name servers. Throws LookupError, and UsageError where the port is none.
Endpoint look_up_endpoint(const std::string &text, std::uint16_t default_port);

} // namespace lisp
