// The UDP sockets of a daemon that owns the control port.
#pragma once

#include "common/log.h"
#include "engine/datagram.h"
#include "engine/itr_rloc.h"
#include "net/loop.h"
#include "net/udp_socket.h"

#include <functional>
#include <string>
#include <vector>

namespace lisp {

class ControlPort {
public:
	// `listen` as -l gives it: "ADDR", "ADDR:PORT". Empty: every address of both families, where
	// the lack of an IPv6 stack is one warning. Throws UsageError and std::system_error.
	ControlPort(const std::vector<std::string> &listen, Log &log);
	ControlPort(const ControlPort &) = delete;
	ControlPort &operator=(const ControlPort &) = delete;

	std::vector<Endpoint> listening() const;
	Families sendable() const; // families that there is a socket of

	// Calls the handler for each datagram; it may send().
	void watch(Loop &loop, std::function<void(const Arrival &)> handler);

	// From the socket that `asked` came to, or the first of the family that is needed.
	std::error_code send(const Datagram &datagram, const Arrival &asked);

private:
	void receive(UdpSocket &socket, const std::function<void(const Arrival &)> &handler);

	std::vector<UdpSocket> sockets_;
	std::vector<Loop::Watch> watches_; // gone before the sockets are
	Octets room_;
};

} // namespace lisp
