// Address Family Identifiers as LISP messages carry them (IANA "Address Family Numbers").
#pragma once

#include <cstdint>

namespace lisp {

enum class Afi : std::uint16_t {
	none = 0,
	ipv4 = 1,
	ipv6 = 2,
	mac48 = 6,    // "802"
	name = 17,    // distinguished name, NUL-terminated
	lcaf = 16387, // RFC 8060
	eui48 = 16389,
	eui64 = 16390,
};

} // namespace lisp
