#include "net/udp_socket.h"

#include "net/os_socket.h"
#include "net/socket_address.h"

#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>
#include <utility>
#include <vector>

namespace lisp {

namespace {

constexpr int wanted_receive_buffer = 4 << 20; // octets: a burst of some ten thousand messages

union Control {
	cmsghdr first; // for its alignment
	char room[os::control_room + CMSG_SPACE(sizeof(in6_pktinfo))];
};

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
		if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets) == 0) return;
}

// Binds and leaves what was bound in `local`. 0, or -1 and errno.
int open_at(int descriptor, Endpoint &local) {
	const bool v6 = local.address.is_v6();
	if (v6 && switch_on(descriptor, IPPROTO_IPV6, IPV6_V6ONLY) < 0) return -1;
	if (local.address.is_unspecified()) {
		const auto asked = v6 ? switch_on(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO)
		                      : os::ask_destination(descriptor);
		if (asked < 0) return -1;
	}
	enlarge_receive_buffer(descriptor);
	const SocketAddress wanted{local};
	if (bind(descriptor, wanted.get(), wanted.size()) < 0) return -1;
	SocketAddress bound;
	if (getsockname(descriptor, bound.fill(), &bound.fill_size()) < 0) return -1;
	local = bound.endpoint();
	return 0;
}

IpAddress destination_of(msghdr &message) {
	for (auto *c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			in6_pktinfo info{};
			std::memcpy(&info, CMSG_DATA(c), sizeof info);
			return IpAddress::v6(Bytes{info.ipi6_addr.s6_addr});
		}
		if (const auto address = os::destination(*c); !address.is_none()) return address;
	}
	return {};
}

void choose_source(msghdr &message, Control &control, const IpAddress &source) {
	message.msg_control = &control;
	message.msg_controllen = sizeof control;
	auto &first = *CMSG_FIRSTHDR(&message);
	if (source.is_v4()) {
		message.msg_controllen =
		    static_cast<decltype(message.msg_controllen)>(os::put_source(first, source));
		return;
	}
	first.cmsg_level = IPPROTO_IPV6;
	first.cmsg_type = IPV6_PKTINFO;
	first.cmsg_len = CMSG_LEN(sizeof(in6_pktinfo));
	in6_pktinfo info{};
	std::memcpy(&info.ipi6_addr, source.octets.data(), sizeof info.ipi6_addr);
	std::memcpy(CMSG_DATA(&first), &info, sizeof info);
	message.msg_controllen = CMSG_SPACE(sizeof info);
}

std::error_code error_code() {
	return {errno, std::generic_category()};
}

} // namespace

UdpSocket::UdpSocket(const Endpoint &local)
    : descriptor_(make_socket(local.address)), local_(local) {
	if (descriptor_ >= 0 && open_at(descriptor_, local_) == 0) return;
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
	SocketAddress from;
	iovec part{room.data(), room.size()};
	Control control{};
	msghdr message{};
	message.msg_name = from.fill();
	message.msg_namelen = from.size();
	message.msg_iov = &part;
	message.msg_iovlen = 1;
	message.msg_control = &control;
	message.msg_controllen = sizeof control;
	const auto size = recvmsg(descriptor_, &message, 0);
	if (size < 0) return std::nullopt;
	Received received;
	received.from = from.endpoint();
	const bool wildcard = local_.address.is_unspecified();
	received.to = wildcard ? destination_of(message) : local_.address;
	received.octets = room.first(static_cast<std::size_t>(size));
	return received;
}

std::error_code UdpSocket::send(const Endpoint &to, Bytes octets, const IpAddress &source) {
	if (to.address.family != local_.address.family)
		return std::make_error_code(std::errc::address_family_not_supported);
	const SocketAddress destination{to};
	iovec part{const_cast<std::uint8_t *>(octets.data()), octets.size()};
	Control control{};
	msghdr message{};
	message.msg_name = const_cast<sockaddr *>(destination.get());
	message.msg_namelen = destination.size();
	message.msg_iov = &part;
	message.msg_iovlen = 1;
	// A socket bound to one address has no other, and not every system lets it repeat that.
	if (!source.is_none() && local_.address.is_unspecified())
		choose_source(message, control, source);
	else if (!source.is_none() && source != local_.address)
		return std::make_error_code(std::errc::address_not_available);
	if (sendmsg(descriptor_, &message, MSG_NOSIGNAL) < 0) return error_code();
	return {};
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

UdpSocket::Progress UdpSocket::send(std::span<const Datagram> datagrams) {
	constexpr std::size_t batch = 64;
	std::vector<SocketAddress> to;
	std::vector<iovec> parts;
	std::vector<msghdr> messages;
	to.reserve(std::min(batch, datagrams.size()));
	parts.reserve(to.capacity());
	Progress progress;
	while (progress.sent < datagrams.size()) {
		to.clear();
		parts.clear();
		messages.clear();
		for (const auto &[endpoint, octets] : datagrams.subspan(progress.sent)) {
			if (to.size() == to.capacity() || endpoint.address.family != local_.address.family)
				break;
			to.emplace_back(endpoint);
			parts.push_back({const_cast<std::uint8_t *>(octets.data()), octets.size()});
			auto &message = messages.emplace_back();
			message.msg_name = to.back().fill();
			message.msg_namelen = to.back().size();
			message.msg_iov = &parts.back();
			message.msg_iovlen = 1;
		}
		errno = EAFNOSUPPORT;
		const auto sent = messages.empty() ? 0 : os::send_several(descriptor_, messages);
		if (sent == 0) progress.error = error_code();
		if (sent == 0) break;
		progress.sent += sent;
	}
	return progress;
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
