// A datagram as the system's calls take it: a msghdr and all that it points to.
#pragma once

#include "net/os_socket.h"
#include "net/socket_address.h"
#include "net/udp_socket.h"

#include <netinet/in.h>
#include <sys/uio.h>

#include <array>

namespace lisp {

// Where the system tells, or is told, the local address of a datagram.
struct alignas(cmsghdr) UdpControl {
	std::array<char, os::control_room + CMSG_SPACE(sizeof(in6_pktinfo))> room;
};

struct OutgoingMessage {
	// Its octets are to live as long. Without a source the system chooses one.
	OutgoingMessage(const Endpoint &to, Bytes octets, const IpAddress &source);
	OutgoingMessage(const OutgoingMessage &) = delete;
	OutgoingMessage &operator=(const OutgoingMessage &) = delete;

	msghdr header{};

private:
	void choose_source(const IpAddress &source);

	SocketAddress to_;
	iovec part_;
	UdpControl control_; // written where there is a source
};

class IncomingMessage {
public:
	IncomingMessage() = default;
	IncomingMessage(const IncomingMessage &) = delete;
	IncomingMessage &operator=(const IncomingMessage &) = delete;

	// Makes `header` one to receive into `room` with; its local address, too, if that is to be
	// told.
	void prepare(msghdr &header, Room room, bool with_destination);
	// What came with `header`, of `size` octets, to `local` where its destination was not told.
	UdpSocket::Received received(msghdr &header, std::size_t size, const IpAddress &local) const;

private:
	SocketAddress from_;
	iovec part_{};
	UdpControl control_;
};

} // namespace lisp
