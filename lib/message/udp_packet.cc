#include "message/udp_packet.h"

namespace lisp {

namespace {

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

constexpr std::uint16_t fragment_offset_bits = 0xfff8;
constexpr std::uint16_t bit_more_fragments = 0x0001;

// Octets of an extension header, by what its second octet says.
std::size_t header_size(std::uint8_t protocol, std::uint8_t length) {
	switch (protocol) {
	case fragment: return 8;
	case authentication_header: return 8U + 4U * length;
	default: return 8U + 8U * length;
	}
}

void read_fragment_header(Reader in, IpHeader &ip) {
	in.u16("next header");
	const auto offset_and_more = in.u16("fragment offset");
	ip.identification = in.u32("fragment identification");
	ip.fragment_offset = offset_and_more & fragment_offset_bits;
	ip.more_fragments = (offset_and_more & bit_more_fragments) != 0;
	ip.fragment = ip.more_fragments || ip.fragment_offset != 0;
}

// Up to the first header of another kind, or to the octets of a fragment; counts what is passed
// off the payload.
void skip_extension_headers(Reader &in, IpHeader &ip) {
	bool at_fragment = false;
	while (in.ok() && !at_fragment && is_extension_header(ip.protocol)) {
		Reader ahead = in;
		const auto next = ahead.u8("next header");
		const auto size = header_size(ip.protocol, ahead.u8("extension header length"));
		if (ip.protocol == fragment) read_fragment_header(in, ip);
		at_fragment = ip.protocol == fragment && ip.fragment;
		in.take(size, "extension header");
		if (size > ip.payload_length) in.fail(Reason::bad_value, "ip payload length");
		ip.payload_length -= std::min(size, ip.payload_length);
		ip.protocol = next;
	}
}

ChecksumState checksum_state(const IpHeader &ip, Bytes datagram) {
	const auto state = udp_checksum_state(ip, datagram);
	const bool unfinished = state == ChecksumState::bad && is_left_to_hardware(ip, datagram);
	return unfinished ? ChecksumState::unchecked : state;
}

bool read_udp(Reader in, const IpHeader &ip, Checksums checksums, UdpPacket &udp) {
	const Bytes datagram = Reader{in}.rest();
	UdpHeader header;
	read(in, header);
	if (!in.ok()) return false;
	udp.source.address = ip.source;
	udp.source.port = header.source_port;
	udp.destination.address = ip.destination;
	udp.destination.port = header.destination_port;
	udp.length = header.length - udp_header_size;
	udp.payload = in.take(std::min(udp.length, in.remaining()), "udp payload");
	if (checksums == Checksums::checked && udp.payload.size() == udp.length)
		udp.checksum = checksum_state(ip, datagram.first(header.length));
	return true;
}

// The first fragment goes on with the headers of the packet that was cut.
bool read_udp_of_fragment(Reader in, IpHeader ip, Checksums checksums, UdpPacket &udp) {
	skip_extension_headers(in, ip);
	return ip.protocol == protocol_udp && ip.fragment_offset == 0 &&
	       read_udp(in, ip, checksums, udp);
}

} // namespace

bool is_extension_header(std::uint8_t protocol) {
	switch (protocol) {
	case hop_by_hop_options:
	case routing:
	case fragment:
	case authentication_header:
	case destination_options:
	case mobility:
	case host_identity:
	case shim6: return true;
	default: return false;
	}
}

std::optional<IpPacket> read_ip_packet(Bytes octets) {
	Reader in{octets};
	std::optional<IpPacket> packet{std::in_place};
	read(in, packet->ip);
	if (packet->ip.source.is_v6()) skip_extension_headers(in, packet->ip);
	const auto length = std::min(packet->ip.payload_length, in.remaining());
	packet->payload = in.take(length, "ip payload");
	if (!in.ok()) packet.reset();
	return packet;
}

std::optional<UdpPacket> read_udp_packet(const IpPacket &packet, Checksums checksums) {
	const auto &ip = packet.ip;
	const Reader in{packet.payload};
	std::optional<UdpPacket> found{std::in_place};
	bool is_udp = false;
	if (ip.fragment_offset == 0 && ip.protocol == protocol_udp)
		is_udp = read_udp(in, ip, checksums, *found);
	else if (ip.fragment_offset == 0 && ip.source.is_v6())
		is_udp = read_udp_of_fragment(in, ip, checksums, *found);
	if (!is_udp) found.reset();
	return found;
}

} // namespace lisp
