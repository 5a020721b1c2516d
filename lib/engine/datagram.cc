#include "engine/datagram.h"

namespace lisp {

IpAddress reply_source(const IpAddress &asked, const IpAddress &destination) {
	const bool possible = asked.family == destination.family && !asked.is_unspecified() &&
	                      !asked.is_multicast() && !asked.is_broadcast() &&
	                      !asked.is_link_local() &&
	                      (!asked.is_loopback() || destination.is_loopback());
	return possible ? asked : IpAddress{};
}

Datagram rerouted(const Datagram &datagram) {
	return {{datagram.otherwise, datagram.to.port},
	    reply_source(datagram.source, datagram.otherwise), datagram.octets};
}

} // namespace lisp
