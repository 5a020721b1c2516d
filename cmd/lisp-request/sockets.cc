#include "lisp-request/sockets.h"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace lisp {

RequestSockets open_sockets() {
	constexpr int attempts = 16;
	for (int attempt = 1;; ++attempt) {
		RequestSockets sockets;
		sockets.ipv4 = UdpSocket{{IpAddress::v4(0), 0}};
		try {
			sockets.ipv6 =
			    UdpSocket{{IpAddress::v6(std::array<std::uint8_t, 16>{}), sockets.port()}};
		} catch (const std::system_error &error) {
			if (error.code().value() == EADDRINUSE && attempt < attempts) continue;
		}
		return sockets;
	}
}

std::vector<IpAddress> own_addresses(const Endpoint &resolver) {
	std::vector<IpAddress> own;
	const auto add = [&](const IpAddress &destination) {
		const auto source = source_address_for(destination);
		if (source && !source->is_link_local()) own.push_back(*source);
	};
	add(resolver.address);
	if (own.empty()) throw std::runtime_error{"no route to " + to_string(resolver.address)};
	// Any global address does: nothing is sent there.
	const auto *elsewhere = resolver.address.is_v4() ? "2001:db8::1" : "192.0.2.1";
	add(*IpAddress::parse(elsewhere));
	return own;
}

} // namespace lisp
