// The sockets that Map-Registers leave from: one a family.
#pragma once

#include "common/log.h"
#include "lisp-registerd/options.h"
#include "net/loop.h"
#include "net/udp_batch.h"

#include <functional>
#include <vector>

namespace lisp {

class Sockets {
public:
	// At the addresses of --source, else any. The lack of a family's stack is one warning. Throws
	// UsageError and std::system_error.
	Sockets(const RegisterdOptions &options, Log &log);

	std::vector<Endpoint> local() const;
	// The socket's own endpoint; nothing where the family has no socket.
	std::optional<Endpoint> local(const IpAddress &towards) const;

	using Handler = std::function<void(const Endpoint &from, const Endpoint &to, Bytes octets)>;
	// `after`: called whenever all that was waiting has been handed over.
	void watch(Loop &loop, Handler handler, std::function<void()> after);

	using Failed = std::function<void(const Datagram &datagram, const std::error_code &error)>;
	// In their order; one that cannot be sent keeps none back.
	void send(std::span<const Datagram> datagrams, const Failed &failed);

private:
	void receive(const UdpSocket &socket, const Handler &handler);
	UdpSocket *socket_for(const IpAddress &towards);

	std::vector<UdpSocket> sockets_;
	std::vector<Loop::Watch> watches_; // gone before the sockets are
	UdpBatch batch_;
};

} // namespace lisp
