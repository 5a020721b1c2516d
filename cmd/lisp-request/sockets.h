// Where lisp-request sends from, and what it names as the place for answers.
#pragma once

#include "net/udp_socket.h"

#include <vector>

namespace lisp {

// An IPv4 and an IPv6 socket of one port, since a Map-Request can name only one; the second may be
// missing.
struct RequestSockets {
	UdpSocket ipv4;
	UdpSocket ipv6;

	UdpSocket &of(Afi family) { return family == Afi::ipv6 ? ipv6 : ipv4; }
	std::uint16_t port() const { return ipv4.local().port; }
};

RequestSockets open_sockets(); // throws std::system_error

// Own addresses that an answer can come to: first that towards the resolver, then one of the other
// family, where there is a way out. Throws std::runtime_error where there is no way to the
// resolver.
std::vector<IpAddress> own_addresses(const Endpoint &resolver);

} // namespace lisp
