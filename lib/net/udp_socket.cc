#include "net/udp_socket.h"

#include "net/os_socket.h"
#include "net/udp_message.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <unistd.h>
#include <utility>

namespace lisp {

namespace {

constexpr int wanted_receive_buffer = 4 << 20; // octets: a burst of some ten thousand messages

int make_socket(const IpAddress &address) {
	return socket(
	    address.is_v6() ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int switch_on(int descriptor, int level, int option) {
	const int on = 1;
	return setsockopt(descriptor, level, option, &on, sizeof on);
}

// Some systems refuse what is too large instead of giving what they may.
void enlarge_receive_buffer(int descriptor) {
	for (int octets = wanted_receive_buffer; octets >= 1 << 16; octets /= 2)
		if (os::set_receive_buffer(descriptor, octets) == 0) return;
}

// Binds and leaves what was bound in `local`. 0, or -1 and errno.
int open_at(int descriptor, Endpoint &local, UdpSocket::Sharing sharing) {
	const bool v6 = local.address.is_v6();
	if (v6 && switch_on(descriptor, IPPROTO_IPV6, IPV6_V6ONLY) < 0) return -1;
	if (local.address.is_unspecified()) {
		const auto asked = v6 ? switch_on(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO)
		                      : os::ask_destination(descriptor);
		if (asked < 0) return -1;
	}
	if (sharing == UdpSocket::Sharing::port && os::share_port(descriptor) < 0) return -1;
	enlarge_receive_buffer(descriptor);
	const SocketAddress wanted{local};
	if (bind(descriptor, wanted.get(), wanted.size()) < 0) return -1;
	SocketAddress bound;
	if (getsockname(descriptor, bound.fill(), &bound.fill_size()) < 0) return -1;
	local = bound.endpoint();
	return 0;
}

std::error_code error_code() {
	return {errno, std::generic_category()};
}

} // namespace

UdpSocket::UdpSocket(const Endpoint &local, Sharing sharing)
    : descriptor_(make_socket(local.address)), local_(local) {
	if (descriptor_ >= 0 && open_at(descriptor_, local_, sharing) == 0) return;
	const auto error = error_code();
	if (descriptor_ >= 0) close(descriptor_);
	throw std::system_error(error, to_string(local));
}

UdpSocket::~UdpSocket() {
	if (descriptor_ >= 0) close(descriptor_);
}

UdpSocket::UdpSocket(UdpSocket &&other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), local_(other.local_) {}

UdpSocket &UdpSocket::operator=(UdpSocket &&other) noexcept {
	std::swap(descriptor_, other.descriptor_);
	std::swap(local_, other.local_);
	return *this;
}

std::optional<UdpSocket::Received> UdpSocket::receive(Room room) {
	IncomingMessage message;
	msghdr header;
	message.prepare(header, room, local_.address.is_unspecified());
	const auto size = recvmsg(descriptor_, &header, 0);
	if (size < 0) return std::nullopt;
	return message.received(header, static_cast<std::size_t>(size), local_.address);
}

std::error_code UdpSocket::refusal(const Datagram &datagram) const {
	if (datagram.to.address.family != local_.address.family)
		return std::make_error_code(std::errc::address_family_not_supported);
	if (source_to_choose(datagram).is_none() && !datagram.source.is_none() &&
	    datagram.source != local_.address)
		return std::make_error_code(std::errc::address_not_available);
	return {};
}

// A socket bound to one address has no other, and not every system lets it repeat that.
IpAddress UdpSocket::source_to_choose(const Datagram &datagram) const {
	return local_.address.is_unspecified() ? datagram.source : IpAddress{};
}

std::error_code UdpSocket::send(const Endpoint &to, Bytes octets, const IpAddress &source) {
	const Datagram datagram{to, source, octets};
	if (const auto error = refusal(datagram)) return error;
	const OutgoingMessage message{to, octets, source_to_choose(datagram)};
	if (sendmsg(descriptor_, &message.header, MSG_NOSIGNAL) < 0) return error_code();
	return {};
}

UdpSocket::Progress UdpSocket::send(std::span<const Datagram> datagrams) {
	Progress progress;
	while (progress.sent < datagrams.size() && !progress.error)
		send_some(datagrams.subspan(progress.sent), progress);
	return progress;
}

// As many as one call takes.
void UdpSocket::send_some(std::span<const Datagram> datagrams, Progress &progress) {
	constexpr std::size_t batch = 32;
	std::array<std::optional<OutgoingMessage>, batch> messages;
	std::array<mmsghdr, batch> headers; // NOLINT(*-member-init): as many as are sent are filled
	unsigned count = 0;
	for (const auto &datagram : datagrams.first(std::min(batch, datagrams.size()))) {
		progress.error = refusal(datagram);
		if (progress.error) break;
		messages[count].emplace(datagram.to, datagram.octets, source_to_choose(datagram));
		headers[count] = {messages[count]->header, 0};
		++count;
	}
	if (count == 0) return;
	const auto sent = sendmmsg(descriptor_, headers.data(), count, MSG_NOSIGNAL);
	progress.error = sent > 0 ? std::error_code{} : error_code();
	progress.sent += sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

std::optional<bool> can_bind(const IpAddress &address) {
	const int descriptor = make_socket(address);
	const SocketAddress wanted{Endpoint{address, 0}};
	const bool bound = descriptor >= 0 && bind(descriptor, wanted.get(), wanted.size()) == 0;
	const int error = bound ? 0 : errno;
	if (descriptor >= 0) close(descriptor);
	switch (error) {
	case 0:
	case EADDRINUSE: return true; // no port is free, but of that address
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
	case EPROTONOSUPPORT:
	case EINVAL: return false; // a link-local address without its link
	default: return std::nullopt;
	}
}

bool is_family_missing(const std::error_code &error) {
	// Linux and FreeBSD kernels without it; FreeBSD jails without an address of it; hosts where it
	// is switched off.
	return error == std::errc::address_family_not_supported ||
	       error == std::errc::protocol_not_supported || error == std::errc::address_not_available;
}

std::optional<IpAddress> source_address_for(const IpAddress &destination) {
	if (destination.is_none() || destination.is_unspecified()) return std::nullopt;
	const int descriptor = make_socket(destination);
	if (descriptor < 0) return std::nullopt;
	// Connecting sends nothing; any port but 0 does.
	const SocketAddress there{Endpoint{destination, 4342}};
	SocketAddress here;
	const bool known = connect(descriptor, there.get(), there.size()) == 0 &&
	                   getsockname(descriptor, here.fill(), &here.fill_size()) == 0;
	close(descriptor);
	if (!known || here.endpoint().address.is_unspecified()) return std::nullopt;
	return here.endpoint().address;
}

} // namespace lisp
