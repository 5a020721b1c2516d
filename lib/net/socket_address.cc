#include "net/socket_address.h"

#include "net/os_socket.h"

#include <netinet/in.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace lisp {

SocketAddress::SocketAddress(const Endpoint &endpoint) {
	if (endpoint.address.is_v6()) {
		sockaddr_in6 address{};
		address.sin6_family = AF_INET6;
		address.sin6_port = htons(endpoint.port);
		std::memcpy(&address.sin6_addr, endpoint.address.octets.data(), sizeof address.sin6_addr);
		std::memcpy(&storage_, &address, sizeof address);
		size_ = sizeof address;
	} else {
		sockaddr_in address{};
		address.sin_family = AF_INET;
		address.sin_port = htons(endpoint.port);
		std::memcpy(&address.sin_addr, endpoint.address.octets.data(), sizeof address.sin_addr);
		std::memcpy(&storage_, &address, sizeof address);
		size_ = sizeof address;
	}
	os::set_length(fill(), size_);
}

std::optional<SocketAddress> SocketAddress::unix_path(const std::string &path) {
	sockaddr_un address{};
	if (path.empty() || path.size() >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return std::nullopt;
	}
	address.sun_family = AF_UNIX;
	std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
	SocketAddress result;
	std::memcpy(&result.storage_, &address, sizeof address);
	result.size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
	os::set_length(result.fill(), result.size_);
	return result;
}

Endpoint SocketAddress::endpoint() const {
	if (storage_.ss_family == AF_INET) {
		sockaddr_in address{};
		std::memcpy(&address, &storage_, sizeof address);
		return {IpAddress::v4(ntohl(address.sin_addr.s_addr)), ntohs(address.sin_port)};
	}
	if (storage_.ss_family == AF_INET6) {
		sockaddr_in6 address{};
		std::memcpy(&address, &storage_, sizeof address);
		return {IpAddress::v6(Bytes{address.sin6_addr.s6_addr}), ntohs(address.sin6_port)};
	}
	return {};
}

} // namespace lisp
