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
	ControlPort(const std::vector<std::string> &listen, Log &log,
	    UdpSocket::Sharing sharing = UdpSocket::Sharing::none);
	// One more where another is, both sharing: for another thread.
	ControlPort(const std::vector<Endpoint> &beside, Log &log);
	ControlPort(const ControlPort &) = delete;
	ControlPort &operator=(const ControlPort &) = delete;

	std::vector<Endpoint> listening() const;
	Families sendable() const; // families that there is a socket of

	using Arrived = std::function<void(std::span<const Arrival>)>;
	using Failed = std::function<void(const Datagram &, const std::error_code &)>;
	// Calls `arrived` with what was waiting at a socket, up to UdpBatch::max_size; what it has
	// sent leaves when it returns. As long as what it returns lives.
	[[nodiscard]] std::vector<Loop::Watch> watch(Loop &loop, Arrived arrived, Failed failed);

	// From the socket that was asked at this address and port, or the first of the family that is
	// needed. Keeps a copy until flush(), which sends what has no route to where it goes otherwise
	// and tells of what cannot leave.
	void send(const Datagram &datagram, const Endpoint &asked);
	void flush();

private:
	struct Port {
		UdpSocket socket;
		std::vector<Datagram> queue;
	};
	void open(const Endpoint &local, UdpSocket::Sharing sharing);
	void receive(const Port &port, const Arrived &arrived);
	Port &port_for(const IpAddress &destination, const Endpoint &asked);
	void flush(Port &port);
	void send_otherwise(const Port &port, const Datagram &datagram, std::error_code error);

	Log &log_;
	std::vector<Port> ports_;
	Failed failed_;
	UdpBatch batch_;
	std::vector<Arrival> arrivals_; // of the batch in hand
	Arena queued_;                  // the octets in the queues
};

} // namespace lisp
