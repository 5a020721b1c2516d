#include "capture/frame.h"

#include "message/ethernet_header.h"

namespace lisp {

namespace {

// What is not more than this in the place of a type is the length of a frame, IEEE 802.3.
constexpr std::uint16_t max_ieee_length = 1500;

enum PppProtocol : std::uint16_t {
	ppp_ipv4 = 0x0021,
	ppp_ipv6 = 0x0057,
};

// Either half of the header may have been negotiated away: address and control (RFC 1661 section
// 6.6), and the first octet of a protocol, whose last bit alone is set (section 6.5).
bool skip_ppp(Reader &in) {
	if (in.peek() == 0xff) in.take(2, "ppp address and control");
	std::uint16_t protocol = in.u8("ppp protocol");
	if ((protocol & 1) == 0)
		protocol = static_cast<std::uint16_t>(protocol << 8 | in.u8("ppp protocol"));
	return in.ok() && (protocol == ppp_ipv4 || protocol == ppp_ipv6);
}

// RFC 2516 section 4: version and type are 1 each, and code 0 is a session's data.
bool skip_pppoe(Reader &in) {
	const auto head = in.u16("pppoe code");
	in.take(4, "pppoe session and length");
	return head == 0x1100 && skip_ppp(in);
}

// RFC 1042: the type is behind LLC and SNAP headers. 0, which is none, where they are others.
std::uint16_t type_after_snap(Reader &in) {
	const auto head = in.u64("llc and snap");
	return head >> 16 == 0xaaaa03000000 ? static_cast<std::uint16_t>(head) : std::uint16_t{0};
}

bool skip_after_type(Reader &in, std::uint16_t type) {
	while (in.ok() && is_vlan(type)) {
		in.u16("vlan tag");
		type = in.u16("ethertype");
	}
	if (type <= max_ieee_length) type = type_after_snap(in);
	if (type == ethertype_pppoe_session) return skip_pppoe(in);
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
		return skip_after_type(in, in.u16("ethertype"));
	case LinkLayer::family: return is_ip_family(in.u32("protocol family"));
	case LinkLayer::raw: return true;
	case LinkLayer::linux_sll:
		in.take(14, "sll header");
		return skip_after_type(in, in.u16("sll protocol"));
	case LinkLayer::linux_sll2: {
		const auto type = in.u16("sll2 protocol");
		in.take(18, "sll2 header");
		return skip_after_type(in, type);
	}
	case LinkLayer::ppp: return skip_ppp(in);
	case LinkLayer::pppoe: return skip_pppoe(in);
	}
	return false;
}

} // namespace

std::optional<LinkLayer> link_layer(int dlt) {
	switch (dlt) {
	case 0:
	case 108: return LinkLayer::family;
	case 1: return LinkLayer::ethernet;
	case 9:
	case 50: return LinkLayer::ppp;
	case 51: return LinkLayer::pppoe;
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

std::optional<Bytes> ip_octets(Bytes frame, LinkLayer layer) {
	Reader in{frame};
	if (!skip_link_layer(in, layer)) return std::nullopt;
	return in.rest();
}

std::optional<Captured> peel(Bytes frame, LinkLayer layer) {
	const auto octets = ip_octets(frame, layer);
	if (!octets) return std::nullopt;
	const auto packet = read_ip_packet(*octets);
	return packet ? lisp_datagram(*packet) : std::nullopt;
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
