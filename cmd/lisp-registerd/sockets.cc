#include "lisp-registerd/sockets.h"

#include <algorithm>

namespace lisp {

namespace {

// Datagrams taken in one turn of the loop, so that timers and the local socket get theirs.
constexpr int datagrams_a_turn = 256;

std::vector<IpAddress> sources(const RegisterdOptions &options) {
	std::vector<IpAddress> addresses;
	for (const auto &text : options.sources) {
		const auto address = IpAddress::parse(text);
		if (!address) throw UsageError{"--source: '" + text + "' is no address"};
		for (const auto &other : addresses)
			if (other.family == address->family)
				throw UsageError{"--source: '" + text + "' is the second address of its family"};
		addresses.push_back(*address);
	}
	return addresses;
}

} // namespace

Sockets::Sockets(const RegisterdOptions &options, Log &log) : room_(UdpSocket::max_payload) {
	auto addresses = sources(options);
	const auto port = static_cast<std::uint16_t>(options.source_port);
	for (const auto &any : {IpAddress::v4(0), IpAddress::v6(Bytes{IpAddress{}.octets})}) {
		const auto chosen = std::find_if(addresses.begin(), addresses.end(),
		    [&](const IpAddress &address) { return address.family == any.family; });
		try {
			sockets_.emplace_back(Endpoint{chosen != addresses.end() ? *chosen : any, port});
		} catch (const std::system_error &error) {
			if (chosen != addresses.end() || !is_family_missing(error.code())) throw;
			log.warning("{}", error.what());
		}
	}
}

std::vector<Endpoint> Sockets::local() const {
	std::vector<Endpoint> endpoints;
	for (const auto &socket : sockets_) endpoints.push_back(socket.local());
	return endpoints;
}

std::optional<Endpoint> Sockets::local(const IpAddress &towards) const {
	for (const auto &socket : sockets_)
		if (socket.local().address.family == towards.family) return socket.local();
	return std::nullopt;
}

void Sockets::watch(Loop &loop, Handler handler) {
	for (auto &socket : sockets_)
		watches_.push_back(loop.on_readable(
		    socket.descriptor(), [this, &socket, handler] { receive(socket, handler); }));
}

void Sockets::receive(UdpSocket &socket, const Handler &handler) {
	for (int i = 0; i < datagrams_a_turn; ++i) {
		const auto received = socket.receive(room_);
		if (!received) return;
		handler(received->from, {received->to, socket.local().port}, received->octets);
	}
}

std::error_code Sockets::send(const Endpoint &to, Bytes octets) {
	for (auto &socket : sockets_)
		if (socket.local().address.family == to.address.family) return socket.send(to, octets);
	return std::make_error_code(std::errc::address_family_not_supported);
}

} // namespace lisp
