// Where a Map-Reply goes: one of the ITR-RLOCs that the Map-Request lists. RFC 9301 sections 5.3
// and 5.5; the refusals are against being used as a reflector (section 9).
#pragma once

#include "address/address.h"
#include "wire/arena.h"

#include <cstdint>
#include <optional>

namespace lisp {

// The address families that this host can send to.
struct Families {
	bool ipv4 = true;
	bool ipv6 = true;

	bool contains(Afi family) const {
		return (family == Afi::ipv4 && ipv4) || (family == Afi::ipv6 && ipv6);
	}
	bool operator==(const Families &) const = default;
};

// Whether a peer may name this address as one to send to: not where it is multicast, broadcast,
// unspecified, link-local or IPv4-mapped. Loopback only for who came over loopback itself.
bool may_send_to(const IpAddress &address, bool over_loopback);

enum class ItrRlocFault : std::uint8_t {
	none,
	unusable, // nothing of a family that can be sent to
	refused,  // only addresses that may_send_to() forbids
};

struct ItrRlocChoice {
	IpAddress address; // none where there is a fault
	ItrRlocFault fault = ItrRlocFault::none;
	IpAddress otherwise = {}; // if there is no route to that one; none where none is listed
};

// The first of the family of `from`, who sent the datagram, else the first of any other family;
// and otherwise the first of the other family, else the next. One with keys (RFC 8061 section 6) is
// the address that goes with them.
ItrRlocChoice choose_itr_rloc(List<Address> itr_rlocs, const IpAddress &from, Families sendable);

} // namespace lisp
