#include "message/encapsulated_control.h"

namespace lisp {

namespace {

constexpr std::uint32_t bit_security = 0x08000000;
constexpr std::uint32_t bit_ddt_originated = 0x04000000;
constexpr std::uint32_t bit_to_etr = 0x02000000;
constexpr std::uint32_t bit_to_map_server = 0x01000000;

// Of a datagram that was cut short the message keeps what there is.
void read_payload(Reader &in, const IpHeader &ip, std::size_t start, EncapsulatedControl &message) {
	const bool cut = ip.payload_length > in.remaining();
	Reader packet = in.sub(std::min(ip.payload_length, in.remaining()), "inner ip length");
	Reader datagram = packet;
	UdpHeader udp;
	read(packet, udp);
	message.source.port = udp.source_port;
	message.destination.port = udp.destination_port;
	message.payload_offset = packet.offset() - start;
	if (packet.ok()) {
		const std::size_t size = udp.length - udp_header_size;
		message.payload_length = size;
		message.payload = packet.take(std::min(size, packet.remaining()), "inner udp length");
		const bool whole = message.payload.size() == size;
		message.udp_checksum = whole
		                           ? udp_checksum_state(ip, datagram.take(udp.length, "inner udp"))
		                           : ChecksumState::unchecked;
		if (!whole && !cut) packet.fail(Reason::truncated, "inner udp length");
	}
	in.absorb(packet);
	if (cut) in.fail(Reason::truncated, "inner ip length");
}

} // namespace

void read(Reader &in, Arena &arena, EncapsulatedControl &message) {
	const auto start = in.offset();
	const auto head = in.u32("header");
	message.ddt_originated = (head & bit_ddt_originated) != 0;
	message.to_etr = (head & bit_to_etr) != 0;
	message.to_map_server = (head & bit_to_map_server) != 0;
	if ((head & bit_security) != 0) read(in, arena, message.security.emplace());

	IpHeader ip;
	Reader packet = in;
	read(in, ip);
	const auto size = ip.header_length + ip.payload_length;
	message.packet = packet.take(std::min(size, packet.remaining()), "inner packet");
	message.source.address = ip.source;
	message.destination.address = ip.destination;
	message.hop_limit = ip.hop_limit;
	message.ip_checksum = ip.checksum;
	if (in.ok() && ip.fragment) in.fail(Reason::bad_value, "inner fragment");
	if (in.ok() && ip.protocol != protocol_udp) in.fail(Reason::unsupported, "inner protocol");
	if (in.ok()) read_payload(in, ip, start, message);
}

void write(Writer &out, const EncapsulatedControl &message) {
	out.u32(0x80000000U | (message.security ? bit_security : 0) |
	            (message.ddt_originated ? bit_ddt_originated : 0) |
	            (message.to_etr ? bit_to_etr : 0) | (message.to_map_server ? bit_to_map_server : 0),
	    "header");
	if (message.security) write(out, *message.security);
	write_udp_packet(out, message.source, message.destination, message.hop_limit, message.payload);
}

} // namespace lisp
