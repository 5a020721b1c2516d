#include "common/control_port.h"

#include "common/cli.h"
#include "message/message.h"

#include <algorithm>

namespace lisp {

namespace {

constexpr int datagrams_a_turn = 64; // of one socket, before the others are looked at

} // namespace

ControlPort::ControlPort(const std::vector<std::string> &listen, Log &log)
    : room_(UdpSocket::max_payload) {
	for (const auto &text : listen) {
		const auto local = parse_endpoint(text, control_port);
		if (!local) throw UsageError{"-l: '" + text + "' is not an address, with or without port"};
		sockets_.emplace_back(*local);
	}
	if (!listen.empty()) return;
	sockets_.emplace_back(Endpoint{IpAddress::v4(0), control_port});
	try {
		sockets_.emplace_back(Endpoint{IpAddress::v6({}), control_port});
	} catch (const std::system_error &error) {
		if (!is_family_missing(error.code())) throw;
		log.warning("IPv4 only: {}", error.what());
	}
}

std::vector<Endpoint> ControlPort::listening() const {
	std::vector<Endpoint> endpoints;
	for (const auto &socket : sockets_) endpoints.push_back(socket.local());
	return endpoints;
}

Families ControlPort::sendable() const {
	const auto has = [&](Afi family) {
		return std::any_of(sockets_.begin(), sockets_.end(),
		    [&](const auto &socket) { return socket.local().address.family == family; });
	};
	return {has(Afi::ipv4), has(Afi::ipv6)};
}

void ControlPort::watch(Loop &loop, std::function<void(const Arrival &)> handler) {
	for (auto &socket : sockets_)
		watches_.push_back(loop.on_readable(
		    socket.descriptor(), [this, &socket, handler] { receive(socket, handler); }));
}

void ControlPort::receive(UdpSocket &socket, const std::function<void(const Arrival &)> &handler) {
	for (int i = 0; i < datagrams_a_turn; ++i) {
		const auto received = socket.receive(room_);
		if (!received) return;
		handler({received->from, {received->to, socket.local().port}, received->octets});
	}
}

std::error_code ControlPort::send(const Datagram &datagram, const Arrival &asked) {
	UdpSocket *chosen = nullptr;
	for (auto &socket : sockets_) {
		const auto &local = socket.local();
		if (local.address.family != datagram.to.address.family) continue;
		const bool was_asked = local.port == asked.to.port && (local.address == asked.to.address ||
		                                                          local.address.is_unspecified());
		if (chosen == nullptr || was_asked) chosen = &socket;
	}
	if (chosen == nullptr) return std::make_error_code(std::errc::address_family_not_supported);
	return chosen->send(datagram.to, datagram.octets, datagram.source);
}

} // namespace lisp
