// The UDP sockets of a daemon that owns the control port.
#pragma once

#include "common/log.h"
#include "engine/datagram.h"
#include "engine/itr_rloc.h"
#include "net/loop.h"
#include "net/udp_batch.h"
#include "wire/arena.h"

#include <functional>
#include <span>
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

	using Arrived = std::function<void(std::span<const Arrival>)>;
	using Failed = std::function<void(const UdpSocket::Datagram &, const std::error_code &)>;
	// Calls `arrived` with what was waiting at a socket, up to UdpBatch::max_size; what it has
	// sent leaves when it returns.
	void watch(Loop &loop, Arrived arrived, Failed failed);

	// From the socket that `asked` came to, or the first of the family that is needed. Keeps a copy
	// until flush(), which tells of what cannot leave.
	void send(const Datagram &datagram, const Arrival &asked);
	void flush();

private:
	struct Port {
		UdpSocket socket;
		std::vector<UdpSocket::Datagram> queue;
	};
	void receive(const Port &port, const Arrived &arrived);
	void flush(Port &port);

	std::vector<Port> ports_;
	std::vector<Loop::Watch> watches_; // gone before the sockets are
	Failed failed_;
	UdpBatch batch_;
	std::vector<Arrival> arrivals_; // of the batch in hand
	Arena queued_;                  // the octets in the queues
};

} // namespace lisp
