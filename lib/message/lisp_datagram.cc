#include "message/lisp_datagram.h"

namespace lisp {

namespace {

constexpr bool is_lisp(std::uint16_t source_port, std::uint16_t destination_port) {
	return source_port == control_port || destination_port == control_port ||
	       source_port == data_port || destination_port == data_port;
}

bool may_be_lisp(Bytes ip_packet, std::size_t header_length, std::uint8_t protocol) {
	if (protocol != protocol_udp) return false;
	if (ip_packet.size() < header_length + udp_header_size) return false;
	const auto port = [&](std::size_t at) {
		return static_cast<std::uint16_t>(ip_packet[at] << 8 | ip_packet[at + 1]);
	};
	return is_lisp(port(header_length), port(header_length + 2));
}

} // namespace

bool may_be_lisp(Bytes ip_packet) {
	constexpr std::size_t v4_size = 20;
	constexpr std::size_t v6_size = 40;
	const auto size = ip_packet.size();
	switch (ip_packet.empty() ? 0 : ip_packet[0] >> 4) {
	case 4:
		return size >= v4_size && may_be_lisp(ip_packet, (ip_packet[0] & 0x0fU) * 4, ip_packet[9]);
	case 6:
		if (size < v6_size) return false;
		return is_extension_header(ip_packet[6]) || may_be_lisp(ip_packet, v6_size, ip_packet[6]);
	default: return false;
	}
}

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
