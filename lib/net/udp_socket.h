// A UDP socket that knows which local address each datagram came to and can answer from it.
#pragma once

#include "engine/datagram.h"

#include <optional>
#include <span>
#include <system_error>

namespace lisp {

class UdpSocket {
public:
	UdpSocket() = default; // none

	// Whether sockets that ask for `port` alike may be bound to the same endpoint, each of which
	// gets a part of the datagrams: always the same one from the same peer.
	enum class Sharing : std::uint8_t { none, port };
	// Non-blocking, close-on-exec; IPv6 sockets take IPv6 alone. Throws std::system_error that
	// names the endpoint. Port 0: local() tells which one the system chose.
	explicit UdpSocket(const Endpoint &local, Sharing sharing = Sharing::none);
	~UdpSocket();
	UdpSocket(UdpSocket &&other) noexcept;
	UdpSocket &operator=(UdpSocket &&other) noexcept;

	struct Received {
		Endpoint from;
		IpAddress to; // the local address asked, also on a wildcard socket
		Bytes octets; // in the caller's room
	};
	static constexpr std::size_t max_payload = 65535; // octets, what the UDP header can tell
	// nullopt when nothing is waiting. What does not fit `room` is lost, so it has max_payload
	// octets where that matters.
	std::optional<Received> receive(Room room);

	// `source` none: the system chooses. EAGAIN and unreachable networks are ordinary results.
	std::error_code send(const Endpoint &to, Bytes octets, const IpAddress &source = {});

	struct Progress {
		std::size_t sent = 0;
		std::error_code error; // of the datagram after those, where there is one
	};
	// Several in their order, with fewer calls of the system; to where they go first.
	Progress send(std::span<const Datagram> datagrams);

	int descriptor() const { return descriptor_; }
	const Endpoint &local() const { return local_; }

private:
	std::error_code refusal(const Datagram &datagram) const;
	IpAddress source_to_choose(const Datagram &datagram) const;
	void send_some(std::span<const Datagram> datagrams, Progress &progress);

	int descriptor_ = -1;
	Endpoint local_;
};

// Whether the address is one of this host's own: a UDP socket can be bound to it. Nothing where the
// system does not let it be tried.
std::optional<bool> can_bind(const IpAddress &address);

// Why a socket could not be made or bound: the system was built or set up without the family.
bool is_family_missing(const std::error_code &error);

// The address this host would send from to reach `destination`; nullopt without a route.
std::optional<IpAddress> source_address_for(const IpAddress &destination);

} // namespace lisp
