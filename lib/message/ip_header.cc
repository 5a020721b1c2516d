#include "message/ip_header.h"

#include "wire/checksum.h"

namespace lisp {

namespace {

constexpr std::uint16_t bit_more_fragments = 0x2000;
constexpr std::uint16_t fragment_bits = bit_more_fragments | 0x1fff; // and the offset

Checksum pseudo_header(
    const IpAddress &source, const IpAddress &destination, std::size_t datagram_size) {
	Checksum sum;
	sum.add(source.bytes());
	sum.add(destination.bytes());
	sum.add_u32(static_cast<std::uint32_t>(datagram_size));
	sum.add_u16(protocol_udp);
	return sum;
}

std::uint16_t udp_checksum(const IpAddress &source, const IpAddress &destination, Bytes datagram) {
	auto sum = pseudo_header(source, destination, datagram.size());
	sum.add(datagram);
	return sum.value();
}

void read_v4(Reader &in, IpHeader &header) {
	Reader whole = in;
	const auto header_length = (in.u8("ip header length") & 0x0fU) * 4;
	if (header_length < 20) in.fail(Reason::bad_value, "ip header length");
	Checksum sum;
	sum.add(whole.take(header_length, "ip header"));
	in.u8("ip type of service");
	const auto total_length = in.u16("ip total length");
	header.identification = in.u16("ip identification");
	const auto fragment = in.u16("ip fragment offset") & fragment_bits;
	header.fragment = fragment != 0;
	header.more_fragments = (fragment & bit_more_fragments) != 0;
	header.fragment_offset = static_cast<std::uint16_t>((fragment & 0x1fff) * 8);
	header.hop_limit = in.u8("ip time to live");
	header.protocol = in.u8("ip protocol");
	in.u16("ip header checksum");
	header.source = IpAddress::v4(in.take(4, "ip source"));
	header.destination = IpAddress::v4(in.take(4, "ip destination"));
	in.take(header_length >= 20 ? header_length - 20 : 0, "ip options");
	if (in.ok() && total_length < header_length) in.fail(Reason::bad_value, "ip total length");
	header.header_length = static_cast<std::uint16_t>(header_length);
	header.payload_length = in.ok() ? total_length - header_length : 0;
	header.checksum = sum.value() == 0 ? ChecksumState::good : ChecksumState::bad;
}

void read_v6(Reader &in, IpHeader &header) {
	in.u32("ip version");
	header.payload_length = in.u16("ip payload length");
	header.protocol = in.u8("ip next header");
	header.hop_limit = in.u8("ip hop limit");
	header.source = IpAddress::v6(in.take(16, "ip source"));
	header.destination = IpAddress::v6(in.take(16, "ip destination"));
	header.header_length = 40;
}

void write_v4_header(Writer &out, const IpAddress &source, const IpAddress &destination,
    std::uint8_t hop_limit, std::size_t payload_size) {
	const auto start = out.size();
	out.u8(0x45, "ip header length");
	out.u8(0, "ip type of service");
	out.u16(20 + payload_size, "ip total length");
	out.u32(0, "ip fragment offset");
	out.u8(hop_limit, "ip time to live");
	out.u8(protocol_udp, "ip protocol");
	out.u16(0, "ip header checksum");
	out.bytes(source.bytes(), "ip source");
	out.bytes(destination.bytes(), "ip destination");
	if (!out.ok()) return;
	Checksum sum;
	sum.add(out.written().subspan(start));
	out.patch_u16(start + 10, sum.value(), "ip header checksum");
}

void write_v6_header(Writer &out, const IpAddress &source, const IpAddress &destination,
    std::uint8_t hop_limit, std::size_t payload_size) {
	out.u32(0x60000000, "ip version");
	out.u16(payload_size, "ip payload length");
	out.u8(protocol_udp, "ip next header");
	out.u8(hop_limit, "ip hop limit");
	out.bytes(source.bytes(), "ip source");
	out.bytes(destination.bytes(), "ip destination");
}

} // namespace

void read(Reader &in, IpHeader &header) {
	switch (in.peek() >> 4) {
	case 4: return read_v4(in, header);
	case 6: return read_v6(in, header);
	default: in.fail(in.remaining() == 0 ? Reason::truncated : Reason::bad_value, "ip version");
	}
}

void read(Reader &in, UdpHeader &header) {
	header.source_port = in.u16("udp source port");
	header.destination_port = in.u16("udp destination port");
	header.length = in.u16("udp length");
	if (in.ok() && header.length < udp_header_size) in.fail(Reason::bad_value, "udp length");
	header.checksum = in.u16("udp checksum");
}

ChecksumState udp_checksum_state(const IpHeader &ip, Bytes datagram) {
	if (datagram.size() < udp_header_size) return ChecksumState::unchecked;
	if (datagram[6] == 0 && datagram[7] == 0) return ChecksumState::zero;
	const auto sum = udp_checksum(ip.source, ip.destination, datagram);
	return sum == 0 ? ChecksumState::good : ChecksumState::bad;
}

bool is_left_to_hardware(const IpHeader &ip, Bytes datagram) {
	if (datagram.size() < udp_header_size) return false;
	const auto stored = static_cast<std::uint16_t>(datagram[6] << 8 | datagram[7]);
	const auto sum = pseudo_header(ip.source, ip.destination, datagram.size()).value();
	return stored == static_cast<std::uint16_t>(~sum);
}

void write_udp_packet(Writer &out, const Endpoint &source, const Endpoint &destination,
    std::uint8_t hop_limit, Bytes payload) {
	if (source.address.is_none() || source.address.family != destination.address.family)
		out.fail("ip source", Reason::bad_value);
	const auto size = udp_header_size + payload.size();
	const auto write_header = source.address.is_v4() ? write_v4_header : write_v6_header;
	write_header(out, source.address, destination.address, hop_limit, size);
	const auto start = out.size();
	out.u16(source.port, "udp source port");
	out.u16(destination.port, "udp destination port");
	out.u16(size, "udp length");
	out.u16(0, "udp checksum");
	out.bytes(payload, "udp payload");
	if (!out.ok()) return;
	const auto sum =
	    udp_checksum(source.address, destination.address, out.written().subspan(start));
	// 0 would mean "not computed" (RFC 768).
	out.patch_u16(start + 6, sum == 0 ? 0xffff : sum, "udp checksum");
}

} // namespace lisp
