#include "message/lisp_datagram.h"

namespace lisp {

std::optional<Captured> lisp_datagram(const IpPacket &packet, Checksums checksums) {
	const auto udp = read_udp_packet(packet, checksums);
	std::optional<Captured> found;
	if (!udp || !is_lisp(udp->source.port, udp->destination.port)) return found;
	found.emplace();
	found->source = udp->source;
	found->destination = udp->destination;
	found->length = udp->length;
	found->octets = udp->payload;
	found->data = udp->source.port != control_port && udp->destination.port != control_port;
	found->fragment = packet.ip.fragment;
	found->ip_checksum = packet.ip.checksum;
	found->udp_checksum = udp->checksum;
	return found;
}

} // namespace lisp
