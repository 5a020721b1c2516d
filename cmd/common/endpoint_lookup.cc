#include "common/endpoint_lookup.h"

#include "common/cli.h"
#include "net/udp_socket.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <memory>
#include <netdb.h>

namespace lisp {

namespace {

IpAddress address_of(const sockaddr &address) {
	if (address.sa_family == AF_INET) {
		const auto &v4 = reinterpret_cast<const sockaddr_in &>(address);
		return IpAddress::v4(Bytes{reinterpret_cast<const std::uint8_t *>(&v4.sin_addr), 4});
	}
	if (address.sa_family == AF_INET6) {
		const auto &v6 = reinterpret_cast<const sockaddr_in6 &>(address);
		return IpAddress::v6(Bytes{reinterpret_cast<const std::uint8_t *>(&v6.sin6_addr), 16});
	}
	return {};
}

IpAddress look_up(const std::string &host) {
	addrinfo hints{};
	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_DGRAM;
	addrinfo *found = nullptr;
	if (const auto status = getaddrinfo(host.c_str(), nullptr, &hints, &found); status != 0)
		throw LookupError{host + ": " + gai_strerror(status)};
	const std::unique_ptr<addrinfo, void (*)(addrinfo *)> owner{found, freeaddrinfo};
	for (const auto *info = found; info != nullptr; info = info->ai_next) {
		const auto address = address_of(*info->ai_addr);
		if (!address.is_none() && source_address_for(address)) return address;
	}
	throw LookupError{host + ": no route to any of its addresses"};
}

} // namespace

Endpoint look_up_endpoint(const std::string &text, std::uint16_t default_port) {
	const auto endpoint = parse_endpoint(text, default_port);
	if (endpoint && endpoint->port != 0) return *endpoint;
	const auto colon = text.rfind(':');
	if (colon == std::string::npos) return {look_up(text), default_port};
	const auto port = parse_number(text.substr(colon + 1), 65535);
	if (!port || *port == 0) throw UsageError{text + ": no port after the colon"};
	return {look_up(text.substr(0, colon)), static_cast<std::uint16_t>(*port)};
}

} // namespace lisp
