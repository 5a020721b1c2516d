#include "lisp-registerd/sockets.h"

#include <algorithm>

namespace lisp {

namespace {

// Datagrams taken in one turn of the loop, so that timers and the local socket get theirs.
constexpr std::size_t datagrams_a_turn = 256;

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

Sockets::Sockets(const RegisterdOptions &options, Log &log) {
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

void Sockets::watch(Loop &loop, Handler handler, std::function<void()> after) {
	for (auto &socket : sockets_)
		watches_.push_back(loop.on_readable(socket.descriptor(), [this, &socket, handler, after] {
			receive(socket, handler);
			after();
		}));
}

void Sockets::receive(const UdpSocket &socket, const Handler &handler) {
	for (std::size_t taken = 0; taken < datagrams_a_turn; taken += UdpBatch::max_size) {
		const auto batch = batch_.receive(socket);
		for (const auto &[from, to, octets] : batch)
			handler(from, {to, socket.local().port}, octets);
		if (batch.size() < UdpBatch::max_size) return;
	}
}

UdpSocket *Sockets::socket_for(const IpAddress &towards) {
	for (auto &socket : sockets_)
		if (socket.local().address.family == towards.family) return &socket;
	return nullptr;
}

void Sockets::send(std::span<const Datagram> datagrams, const Failed &failed) {
	while (!datagrams.empty()) {
		auto *socket = socket_for(datagrams[0].to.address);
		UdpSocket::Progress progress;
		if (socket != nullptr)
			progress = socket->send(datagrams);
		else
			progress.error = std::make_error_code(std::errc::address_family_not_supported);
		datagrams = datagrams.subspan(progress.sent);
		if (datagrams.empty()) return;
		// Where the family alone is another, another socket may have it.
		if (progress.sent > 0 && socket_for(datagrams[0].to.address) != socket) continue;
		failed(datagrams[0], progress.error);
		datagrams = datagrams.subspan(1);
	}
}

} // namespace lisp
