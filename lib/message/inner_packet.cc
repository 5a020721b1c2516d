#include "message/inner_packet.h"

namespace lisp {

namespace {

constexpr std::uint8_t first_shim = 0x80;

// Figure 4 of RFC 9305.
std::uint8_t skip_shims(Reader &in, std::uint8_t next_protocol) {
	while (in.ok() && next_protocol >= first_shim) {
		in.u8("shim type");
		const std::size_t words = in.u8("shim length");
		in.u8("shim reserved");
		next_protocol = in.u8("shim next protocol");
		in.take(4 * words, "shim header");
	}
	return next_protocol;
}

bool begins_with_ports(std::uint8_t protocol) {
	switch (protocol) {
	case 6:            // TCP
	case protocol_udp: // 17
	case 33:           // DCCP
	case 132:          // SCTP
	case 136:          // UDP-Lite
		return true;
	default: return false;
	}
}

// Where they end within the headers after it.
void read_first_ip_header(Bytes octets, InnerPacket &packet) {
	Reader in{octets};
	IpHeader header;
	read(in, header);
	if (!in.ok()) return;
	packet.ip = IpPacket{header, {}};
	packet.ip_length = header.header_length + header.payload_length;
}

void read_ip(Bytes octets, InnerPacket &packet) {
	packet.ip = read_ip_packet(octets);
	if (!packet.ip) return read_first_ip_header(octets, packet);
	const auto &ip = *packet.ip;
	const auto before = static_cast<std::size_t>(ip.payload.data() - octets.data());
	packet.ip_length = before + ip.ip.payload_length;
	if (!begins_with_ports(ip.ip.protocol) || ip.ip.fragment_offset != 0) return;
	Reader in{ip.payload};
	const InnerPorts ports{in.u16("source port"), in.u16("destination port")};
	if (in.ok()) packet.ports = ports;
}

void read_ip_of_version(unsigned version, Reader in, InnerPacket &packet) {
	if (in.peek() >> 4 == version) read_ip(in.rest(), packet);
}

void read_ethernet(Reader in, InnerPacket &packet) {
	EthernetHeader header;
	read(in, header);
	if (!in.ok()) return;
	packet.ethernet = header;
	if (header.type == ethertype_ipv4) read_ip_of_version(4, in, packet);
	if (header.type == ethertype_ipv6) read_ip_of_version(6, in, packet);
}

} // namespace

InnerPacket inner_packet(const DataPacket &packet) {
	InnerPacket found;
	if (packet.key_id != 0) return found;
	Reader in{packet.payload};
	const auto given = packet.next_protocol();
	if (!given) {
		read_ip(in.rest(), found);
		return found;
	}
	const auto next_protocol = skip_shims(in, *given);
	if (!in.ok()) return found;
	switch (next_protocol) {
	case next_protocol_ipv4: read_ip_of_version(4, in, found); break;
	case next_protocol_ipv6: read_ip_of_version(6, in, found); break;
	case next_protocol_ethernet: read_ethernet(in, found); break;
	default: break;
	}
	return found;
}

} // namespace lisp
