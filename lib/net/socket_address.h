// Endpoints as the system's socket addresses, and back.
#pragma once

#include "address/ip_address.h"

#include <sys/socket.h>
#include <sys/types.h>

#include <optional>
#include <string>

namespace lisp {

// With the exact length that its family has: some systems refuse a longer one.
class SocketAddress {
public:
	SocketAddress() = default; // empty: for the system to fill in
	explicit SocketAddress(const Endpoint &endpoint);
	// A Unix socket's path; nullopt and ENAMETOOLONG when it is empty or too long.
	static std::optional<SocketAddress> unix_path(const std::string &path);

	// An address of another family becomes "none".
	Endpoint endpoint() const;

	const sockaddr *get() const { return reinterpret_cast<const sockaddr *>(&storage_); }
	sockaddr *fill() { return reinterpret_cast<sockaddr *>(&storage_); }
	socklen_t size() const { return size_; }
	socklen_t &fill_size() { return size_; }

private:
	sockaddr_storage storage_{};
	socklen_t size_ = sizeof storage_;
};

} // namespace lisp
