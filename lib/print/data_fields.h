// The fields of a data packet and of what it carries.
#pragma once

#include "message/inner_packet.h"
#include "print/fields.h"
#include "print/protocol_names.h"
#include "print/values.h"

namespace lisp {

// By its headers, and as octets where there is none of IP.
struct ShownInnerPacket {
	InnerPacket packet;
	Bytes payload;
};

// What a part of the inner packet says, where there is that part.
template <class Part, class Projection>
constexpr auto inner(std::optional<Part> InnerPacket::*part, Projection projection) {
	return [part, projection](const ShownInnerPacket &p) {
		const auto &found = p.packet.*part;
		return found ? std::optional{std::invoke(projection, *found)} : std::nullopt;
	};
}
template <class Member> constexpr auto inner_ip(Member IpHeader::*member) {
	return inner(&InnerPacket::ip, [member](const IpPacket &p) { return p.ip.*member; });
}
constexpr auto inner_mac(MacAddress EthernetHeader::*member) {
	return inner(&InnerPacket::ethernet,
	    [member](const EthernetHeader &header) { return Address{header.*member}; });
}

inline std::optional<List<std::uint16_t>> inner_vlans(const ShownInnerPacket &p) {
	const auto &ethernet = p.packet.ethernet;
	if (!ethernet || ethernet->vlan_count == 0) return std::nullopt;
	return ethernet->vlans();
}
inline std::optional<std::string_view> inner_ethertype_name(const ShownInnerPacket &p) {
	return p.packet.ethernet ? ethertype_name(p.packet.ethernet->type) : std::nullopt;
}
inline std::optional<std::string_view> inner_protocol_name(const ShownInnerPacket &p) {
	return p.packet.ip ? protocol_name(p.packet.ip->ip.protocol) : std::nullopt;
}
inline std::optional<std::uint16_t> inner_fragment_offset(const ShownInnerPacket &p) {
	if (!p.packet.ip || !p.packet.ip->ip.fragment) return std::nullopt;
	return p.packet.ip->ip.fragment_offset;
}
inline std::optional<std::size_t> inner_length(const ShownInnerPacket &p) {
	return p.packet.ip ? std::optional{p.packet.ip_length} : std::nullopt;
}
inline std::optional<HexOctets> inner_payload(const ShownInnerPacket &p) {
	return p.packet.ip ? std::nullopt : std::optional{HexOctets{p.payload}};
}

template <>
inline constexpr auto fields<ShownInnerPacket> = std::tuple{
    Field{"inner-src-mac", inner_mac(&EthernetHeader::source)},
    Field{"inner-dst-mac", inner_mac(&EthernetHeader::destination)},
    Field{"inner-vlans", &inner_vlans},
    Field{"inner-ethertype", inner(&InnerPacket::ethernet, &EthernetHeader::type)},
    Field{"inner-ethertype-name", &inner_ethertype_name},
    Field{"inner-src", inner_ip(&IpHeader::source)},
    Field{"inner-sport", inner(&InnerPacket::ports, &InnerPorts::source)},
    Field{"inner-dst", inner_ip(&IpHeader::destination)},
    Field{"inner-dport", inner(&InnerPacket::ports, &InnerPorts::destination)},
    Field{"inner-protocol", inner_ip(&IpHeader::protocol)},
    Field{"inner-protocol-name", &inner_protocol_name},
    Field{"inner-fragment-offset", &inner_fragment_offset},
    Field{"inner-length", &inner_length},
    Field{"payload", &inner_payload},
};

// Its fields stand among those of the data packet.
inline std::variant<ShownInnerPacket> shown_inner_packet(const DataPacket &packet) {
	return ShownInnerPacket{inner_packet(packet), packet.payload};
}

inline std::optional<Hex24> data_nonce_of(const DataPacket &packet) {
	const auto nonce = packet.nonce();
	return nonce ? std::optional{Hex24{*nonce}} : std::nullopt;
}

inline std::optional<std::string_view> next_protocol_name_of(const DataPacket &packet) {
	const auto next_protocol = packet.next_protocol();
	return next_protocol ? next_protocol_name(*next_protocol) : std::nullopt;
}

template <>
inline constexpr auto fields<DataPacket> = std::tuple{
    Field{"nonce-present", &DataPacket::nonce_present},
    Field{"status-bits-present", &DataPacket::status_bits_present},
    Field{"echo-nonce-request", &DataPacket::echo_nonce_request},
    Field{"versions-present", &DataPacket::versions_present},
    Field{"instance-id-present", &DataPacket::instance_id_present},
    Field{"next-protocol-present", &DataPacket::next_protocol_present},
    Field{"key-id", &DataPacket::key_id},
    Field{"nonce", &data_nonce_of},
    Field{"source-map-version", &DataPacket::source_map_version},
    Field{"destination-map-version", &DataPacket::destination_map_version},
    Field{"instance-id", &DataPacket::instance_id},
    Field{"status-bits", &DataPacket::status_bits},
    Field{"next-protocol", &DataPacket::next_protocol},
    Field{"next-protocol-name", &next_protocol_name_of},
    Field{"payload", &shown_inner_packet},
};

} // namespace lisp
