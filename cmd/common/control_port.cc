#include "common/control_port.h"

#include "common/cli.h"
#include "message/message.h"

#include <algorithm>

namespace lisp {

ControlPort::ControlPort(const std::vector<std::string> &listen, Log &log) {
	arrivals_.reserve(UdpBatch::max_size);
	for (const auto &text : listen) {
		const auto local = parse_endpoint(text, control_port);
		if (!local) throw UsageError{"-l: '" + text + "' is not an address, with or without port"};
		ports_.push_back({UdpSocket{*local}, {}});
	}
	if (!listen.empty()) return;
	ports_.push_back({UdpSocket{{IpAddress::v4(0), control_port}}, {}});
	try {
		ports_.push_back({UdpSocket{{IpAddress::v6({}), control_port}}, {}});
	} catch (const std::system_error &error) {
		if (!is_family_missing(error.code())) throw;
		log.warning("IPv4 only: {}", error.what());
	}
}

std::vector<Endpoint> ControlPort::listening() const {
	std::vector<Endpoint> endpoints;
	for (const auto &port : ports_) endpoints.push_back(port.socket.local());
	return endpoints;
}

Families ControlPort::sendable() const {
	const auto has = [&](Afi family) {
		return std::any_of(ports_.begin(), ports_.end(),
		    [&](const auto &port) { return port.socket.local().address.family == family; });
	};
	return {has(Afi::ipv4), has(Afi::ipv6)};
}

void ControlPort::watch(Loop &loop, Arrived arrived, Failed failed) {
	failed_ = std::move(failed);
	for (auto &port : ports_)
		watches_.push_back(loop.on_readable(
		    port.socket.descriptor(), [this, &port, arrived] { receive(port, arrived); }));
}

void ControlPort::receive(const Port &port, const Arrived &arrived) {
	arrivals_.clear();
	const auto local = port.socket.local().port;
	for (const auto &[from, to, octets] : batch_.receive(port.socket))
		arrivals_.push_back({from, {to, local}, octets});
	if (arrivals_.empty()) return;
	arrived(arrivals_);
	flush();
}

void ControlPort::send(const Datagram &datagram, const Arrival &asked) {
	Port *chosen = nullptr;
	for (auto &port : ports_) {
		const auto &local = port.socket.local();
		if (local.address.family != datagram.to.address.family) continue;
		const bool was_asked = local.port == asked.to.port && (local.address == asked.to.address ||
		                                                          local.address.is_unspecified());
		if (chosen == nullptr || was_asked) chosen = &port;
	}
	// The first socket says what is wrong where none has the family.
	auto &queue = (chosen != nullptr ? *chosen : ports_.front()).queue;
	queue.push_back({datagram.to, queued_.copy(datagram.octets), datagram.source});
}

void ControlPort::flush() {
	for (auto &port : ports_) flush(port);
	queued_.reset();
}

void ControlPort::flush(Port &port) {
	for (std::span<const UdpSocket::Datagram> rest = port.queue; !rest.empty();) {
		const auto [sent, error] = port.socket.send(rest);
		rest = rest.subspan(sent);
		if (rest.empty()) break;
		failed_(rest.front(), error);
		rest = rest.subspan(1);
	}
	port.queue.clear();
}

} // namespace lisp
