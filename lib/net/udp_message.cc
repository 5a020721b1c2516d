#include "net/udp_message.h"

#include <cstring>

namespace lisp {

namespace {

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

} // namespace

OutgoingMessage::OutgoingMessage(const Endpoint &to, Bytes octets, const IpAddress &source)
    : to_(to), part_{const_cast<std::uint8_t *>(octets.data()), octets.size()} {
	header.msg_name = to_.fill();
	header.msg_namelen = to_.size();
	header.msg_iov = &part_;
	header.msg_iovlen = 1;
	if (!source.is_none()) choose_source(source);
}

void OutgoingMessage::choose_source(const IpAddress &source) {
	control_ = {};
	header.msg_control = &control_;
	header.msg_controllen = sizeof control_;
	auto &first = *CMSG_FIRSTHDR(&header);
	if (source.is_v4()) {
		header.msg_controllen =
		    static_cast<decltype(header.msg_controllen)>(os::put_source(first, source));
		return;
	}
	first.cmsg_level = IPPROTO_IPV6;
	first.cmsg_type = IPV6_PKTINFO;
	first.cmsg_len = CMSG_LEN(sizeof(in6_pktinfo));
	in6_pktinfo info{};
	std::memcpy(&info.ipi6_addr, source.octets.data(), sizeof info.ipi6_addr);
	std::memcpy(CMSG_DATA(&first), &info, sizeof info);
	header.msg_controllen = CMSG_SPACE(sizeof info);
}

void IncomingMessage::prepare(msghdr &header, Room room, bool with_destination) {
	part_ = {room.data(), room.size()};
	header = {};
	header.msg_name = from_.fill();
	header.msg_namelen = SocketAddress{}.size();
	header.msg_iov = &part_;
	header.msg_iovlen = 1;
	if (!with_destination) return;
	header.msg_control = &control_;
	header.msg_controllen = sizeof control_;
}

UdpSocket::Received IncomingMessage::received(
    msghdr &header, std::size_t size, const IpAddress &local) const {
	const bool told = header.msg_control != nullptr;
	const Room room{static_cast<std::uint8_t *>(part_.iov_base), size};
	return {from_.endpoint(), told ? destination_of(header) : local, room};
}

} // namespace lisp
