// Which map-resolver to ask.
#pragma once

#include "address/ip_address.h"

#include <string>

namespace lisp {

// `resolver` as -m gives it, "ADDR", "NAME", each with ":PORT"; when empty the first @MAPRESOLVER
// of the configuration, else its first @MAPSERVER. Throws UsageError where there is none, and
// std::runtime_error where a name has no address that there is a route to.
Endpoint find_resolver(const std::string &resolver, const std::string &config);

} // namespace lisp
