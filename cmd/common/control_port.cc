#include "common/control_port.h"

#include "common/cli.h"
#include "message/message.h"

#include <algorithm>

namespace lisp {

namespace {

// What another destination may help against.
bool is_without_route(const std::error_code &error) {
	return error == std::errc::network_unreachable || error == std::errc::host_unreachable ||
	       error == std::errc::network_down || error == std::errc::address_not_available;
}

} // namespace

ControlPort::ControlPort(
    const std::vector<std::string> &listen, Log &log, UdpSocket::Sharing sharing)
    : log_(log) {
	for (const auto &text : listen) {
		const auto local = parse_endpoint(text, control_port);
		if (!local) throw UsageError{"-l: '" + text + "' is not an address, with or without port"};
		open(*local, sharing);
	}
	if (!listen.empty()) return;
	open({IpAddress::v4(0), control_port}, sharing);
	try {
		open({IpAddress::v6({}), control_port}, sharing);
	} catch (const std::system_error &error) {
		if (!is_family_missing(error.code())) throw;
		log.warning("IPv4 only: {}", error.what());
	}
}

ControlPort::ControlPort(const std::vector<Endpoint> &beside, Log &log) : log_(log) {
	for (const auto &local : beside)
		ports_.push_back({UdpSocket{local, UdpSocket::Sharing::port}, {}});
}

void ControlPort::open(const Endpoint &local, UdpSocket::Sharing sharing) {
	// One that shares would not be told that another process is there and shares, too.
	if (sharing == UdpSocket::Sharing::port) UdpSocket{local};
	ports_.push_back({UdpSocket{local, sharing}, {}});
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

std::vector<Loop::Watch> ControlPort::watch(Loop &loop, Arrived arrived, Failed failed) {
	failed_ = std::move(failed);
	std::vector<Loop::Watch> watches;
	for (auto &port : ports_)
		watches.push_back(loop.on_readable(
		    port.socket.descriptor(), [this, &port, arrived] { receive(port, arrived); }));
	return watches;
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

// The first port, if none has the family: its socket says so.
ControlPort::Port &ControlPort::port_for(const IpAddress &destination, const Endpoint &asked) {
	Port *chosen = nullptr;
	for (auto &port : ports_) {
		const auto &local = port.socket.local();
		if (local.address.family != destination.family) continue;
		const bool was_asked = local.port == asked.port &&
		                       (local.address == asked.address || local.address.is_unspecified());
		if (chosen == nullptr || was_asked) chosen = &port;
	}
	return chosen != nullptr ? *chosen : ports_.front();
}

void ControlPort::send(const Datagram &datagram, const Endpoint &asked) {
	auto &queue = port_for(datagram.to.address, asked).queue;
	queue.push_back(datagram);
	queue.back().octets = queued_.copy(datagram.octets);
}

void ControlPort::flush() {
	for (auto &port : ports_) flush(port);
	queued_.reset();
}

void ControlPort::flush(Port &port) {
	for (std::span<const Datagram> rest = port.queue; !rest.empty();) {
		const auto [sent, error] = port.socket.send(rest);
		rest = rest.subspan(sent);
		if (rest.empty()) break;
		send_otherwise(port, rest.front(), error);
		rest = rest.subspan(1);
	}
	port.queue.clear();
}

void ControlPort::send_otherwise(
    const Port &port, const Datagram &datagram, std::error_code error) {
	const bool possible = is_without_route(error) && !datagram.otherwise.is_none();
	if (possible) {
		const auto other = rerouted(datagram);
		log_.debug(
		    "{}: {}: sent to {}", to_string(datagram.to), error.message(), to_string(other.to));
		auto &socket = port_for(other.to.address, port.socket.local()).socket;
		error = socket.send(other.to, other.octets, other.source);
	}
	if (error) failed_(datagram, error);
}

} // namespace lisp
