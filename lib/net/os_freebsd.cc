#include "net/os_socket.h"

#include <netinet/in.h>

#include <cstring>
#include <unistd.h>

namespace lisp::os {

void set_length(sockaddr *address, socklen_t size) {
	address->sa_len = static_cast<unsigned char>(size);
}

int ask_destination(int descriptor) {
	const int on = 1;
	return setsockopt(descriptor, IPPROTO_IP, IP_RECVDSTADDR, &on, sizeof on);
}

IpAddress destination(const cmsghdr &control) {
	if (control.cmsg_level != IPPROTO_IP || control.cmsg_type != IP_RECVDSTADDR) return {};
	in_addr address{};
	std::memcpy(&address, CMSG_DATA(&control), sizeof address);
	return IpAddress::v4(ntohl(address.s_addr));
}

std::size_t put_source(cmsghdr &control, const IpAddress &source) {
	control.cmsg_level = IPPROTO_IP;
	control.cmsg_type = IP_SENDSRCADDR;
	control.cmsg_len = CMSG_LEN(sizeof(in_addr));
	std::memcpy(CMSG_DATA(&control), source.octets.data(), sizeof(in_addr));
	return CMSG_SPACE(sizeof(in_addr));
}

bool peer_credentials(int descriptor, uid_t &uid, gid_t &gid) {
	return getpeereid(descriptor, &uid, &gid) == 0;
}

} // namespace lisp::os
