#include "net/os_socket.h"

#include <netinet/in.h>

#include <cstring>

namespace lisp::os {

void set_length(sockaddr *, socklen_t) {}

int ask_destination(int descriptor) {
	const int on = 1;
	return setsockopt(descriptor, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
}

IpAddress destination(const cmsghdr &control) {
	if (control.cmsg_level != IPPROTO_IP || control.cmsg_type != IP_PKTINFO) return {};
	in_pktinfo info{};
	std::memcpy(&info, CMSG_DATA(&control), sizeof info);
	return IpAddress::v4(ntohl(info.ipi_addr.s_addr));
}

std::size_t put_source(cmsghdr &control, const IpAddress &source) {
	control.cmsg_level = IPPROTO_IP;
	control.cmsg_type = IP_PKTINFO;
	control.cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
	in_pktinfo info{};
	std::memcpy(&info.ipi_spec_dst, source.octets.data(), sizeof info.ipi_spec_dst);
	std::memcpy(CMSG_DATA(&control), &info, sizeof info);
	return CMSG_SPACE(sizeof info);
}

bool peer_credentials(int descriptor, uid_t &uid, gid_t &gid) {
	ucred peer{};
	socklen_t size = sizeof peer;
	if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) return false;
	uid = peer.uid;
	gid = peer.gid;
	return true;
}

} // namespace lisp::os
