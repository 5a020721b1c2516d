#include "lisp-request/resolver.h"

#include "common/cli.h"
#include "config/site_config.h"
#include "message/message.h"
#include "net/udp_socket.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <memory>
#include <netdb.h>
#include <stdexcept>

namespace lisp {

namespace {

std::string from_config(const std::string &path, std::uint16_t &port) {
	Diagnostics found;
	// No key is used, so whoever may read them is no matter here.
	const auto config = load_site_config(path, true, found);
	for (const auto &diagnostic : found.all())
		if (!diagnostic.warning)
			throw std::runtime_error{to_string(path, diagnostic) + "; -m names a map-resolver"};
	if (!config.map_resolvers.empty()) return config.map_resolvers.front();
	if (config.map_servers.empty())
		throw UsageError{
		    path + " has neither @MAPRESOLVER nor @MAPSERVER; -m names a map-resolver"};
	port = config.map_servers.front().port;
	return config.map_servers.front().host;
}

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

// The first of the name's addresses that can be reached.
IpAddress look_up(const std::string &host) {
	addrinfo hints{};
	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_DGRAM;
	addrinfo *found = nullptr;
	if (const auto status = getaddrinfo(host.c_str(), nullptr, &hints, &found); status != 0)
		throw std::runtime_error{host + ": " + gai_strerror(status)};
	const std::unique_ptr<addrinfo, void (*)(addrinfo *)> owner{found, freeaddrinfo};
	for (const auto *info = found; info != nullptr; info = info->ai_next) {
		const auto address = address_of(*info->ai_addr);
		if (!address.is_none() && source_address_for(address)) return address;
	}
	throw std::runtime_error{host + ": no route to any of its addresses"};
}

} // namespace

Endpoint find_resolver(const std::string &resolver, const std::string &config) {
	std::uint16_t port = control_port;
	auto text = resolver.empty() ? from_config(config, port) : resolver;
	if (const auto endpoint = parse_endpoint(text, port)) return *endpoint;
	if (const auto colon = text.rfind(':'); colon != std::string::npos) {
		const auto number = parse_number(text.substr(colon + 1), 65535);
		if (!number || *number == 0) throw UsageError{text + ": no port after the colon"};
		port = static_cast<std::uint16_t>(*number);
		text.resize(colon);
	}
	return {look_up(text), port};
}

} // namespace lisp
