#include "capture/frame.h"

namespace lisp {

namespace {

enum EtherType : std::uint16_t {
	ethertype_ipv4 = 0x0800,
	ethertype_ipv6 = 0x86dd,
	ethertype_vlan = 0x8100,          // IEEE 802.1Q
	ethertype_provider_vlan = 0x88a8, // IEEE 802.1ad, QinQ
	ethertype_old_qinq = 0x9100,
};

bool is_vlan(std::uint16_t type) {
	return type == ethertype_vlan || type == ethertype_provider_vlan || type == ethertype_old_qinq;
}

bool skip_vlan_tags(Reader &in, std::uint16_t type) {
	while (in.ok() && is_vlan(type)) {
		in.u16("vlan tag");
		type = in.u16("ethertype");
	}
	return in.ok() && (type == ethertype_ipv4 || type == ethertype_ipv6);
}

// AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 24, 28 or 30 on the BSDs and macOS. The number
// is in the order of the machine that captured.
bool is_ip_family(std::uint32_t family) {
	if (family > 0xffff) family = family >> 24 | (family >> 8 & 0xff00);
	return family == 2 || family == 10 || family == 24 || family == 28 || family == 30;
}

// Leaves `in` at the IP header. False for frames that carry anything else.
bool skip_link_layer(Reader &in, LinkLayer layer) {
	switch (layer) {
	case LinkLayer::ethernet:
		in.take(ethernet_addresses_size, "ethernet addresses");
		return skip_vlan_tags(in, in.u16("ethertype"));
	case LinkLayer::family: return is_ip_family(in.u32("protocol family"));
	case LinkLayer::raw: return true;
	case LinkLayer::linux_sll:
		in.take(14, "sll header");
		return skip_vlan_tags(in, in.u16("sll protocol"));
	case LinkLayer::linux_sll2: {
		const auto type = in.u16("sll2 protocol");
		in.take(18, "sll2 header");
		return skip_vlan_tags(in, type);
	}
	}
	return false;
}

enum ExtensionHeader : std::uint8_t {
	hop_by_hop_options = 0,
	routing = 43,
	fragment = 44,
	authentication_header = 51,
	destination_options = 60,
	mobility = 135,
	host_identity = 139,
	shim6 = 140,
};

// RFC 8200 section 4: over all extension headers, counting their octets off the payload.
void skip_extension_headers(Reader &in, IpHeader &ip) {
	while (in.ok()) {
		const auto start = in.offset();
		Reader ahead = in;
		const auto next = ahead.u8("next header");
		const auto length = ahead.u8("extension header length");
		std::size_t size = 8U + 8U * length;
		switch (ip.protocol) {
		case hop_by_hop_options:
		case routing:
		case destination_options:
		case mobility:
		case host_identity:
		case shim6: break;
		case authentication_header: size = 8U + 4U * length; break;
		case fragment: {
			size = 8;
			const auto offset_and_more = ahead.u16("fragment offset");
			ip.fragment = (offset_and_more & 0xfff9) != 0;
			ip.fragment_offset = offset_and_more & 0xfff8;
			break;
		}
		default: return;
		}
		in.take(size, "extension header");
		ip.protocol = next;
		const auto passed = in.offset() - start;
		if (passed > ip.payload_length) in.fail(Reason::bad_value, "ip payload length");
		ip.payload_length -= std::min(passed, ip.payload_length);
	}
}

bool is_port(const UdpHeader &udp, std::uint16_t port) {
	return udp.source_port == port || udp.destination_port == port;
}

ChecksumState checksum_state(const IpHeader &ip, Bytes datagram) {
	const auto state = udp_checksum_state(ip, datagram);
	const bool unfinished = state == ChecksumState::bad && is_left_to_hardware(ip, datagram);
	return unfinished ? ChecksumState::unchecked : state;
}

} // namespace

std::optional<LinkLayer> link_layer(int dlt) {
	switch (dlt) {
	case 0:
	case 108: return LinkLayer::family;
	case 1: return LinkLayer::ethernet;
	case 12: // DLT_RAW on most systems, on OpenBSD 14, in files 101
	case 14:
	case 101:
	case 228: // DLT_IPV4
	case 229: // DLT_IPV6
		return LinkLayer::raw;
	case 113: return LinkLayer::linux_sll;
	case 276: return LinkLayer::linux_sll2;
	default: return std::nullopt;
	}
}

std::optional<Captured> peel(Bytes frame, LinkLayer layer) {
	Reader in{frame};
	if (!skip_link_layer(in, layer)) return std::nullopt;
	IpHeader ip;
	read(in, ip);
	if (ip.source.is_v6()) skip_extension_headers(in, ip);
	if (!in.ok() || ip.protocol != protocol_udp || ip.fragment_offset != 0) return std::nullopt;

	// Octets after the IP packet are the padding of a short Ethernet frame.
	Reader packet = in.sub(std::min(ip.payload_length, in.remaining()), "ip payload");
	const Bytes datagram = Reader{packet}.rest();
	UdpHeader udp;
	read(packet, udp);
	if (!packet.ok() || !(is_port(udp, control_port) || is_port(udp, data_port)))
		return std::nullopt;

	Captured captured;
	captured.source = {ip.source, udp.source_port};
	captured.destination = {ip.destination, udp.destination_port};
	captured.length = udp.length - udp_header_size;
	captured.octets = packet.take(std::min(captured.length, packet.remaining()), "udp payload");
	captured.data = !is_port(udp, control_port);
	captured.fragment = ip.fragment;
	captured.ip_checksum = ip.checksum;
	if (captured.octets.size() == captured.length)
		captured.udp_checksum = checksum_state(ip, datagram.first(udp.length));
	return captured;
}

std::size_t vlan_tags_size(Bytes frame) {
	std::size_t size = 0;
	Reader in{frame};
	in.take(ethernet_addresses_size, "ethernet addresses");
	for (auto type = in.u16("ethertype"); in.ok() && is_vlan(type); type = in.u16("ethertype")) {
		in.u16("vlan tag");
		size += 4;
	}
	return in.ok() ? size : 0;
}

} // namespace lisp
