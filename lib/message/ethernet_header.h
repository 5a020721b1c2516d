// The Ethernet header and the VLAN tags in it (IEEE 802.3, 802.1Q): of a captured frame, or of one
// inside a data packet.
#pragma once

#include "address/address.h"

#include <array>

namespace lisp {

enum EtherType : std::uint16_t {
	ethertype_ipv4 = 0x0800,
	ethertype_ipv6 = 0x86dd,
	ethertype_vlan = 0x8100,          // IEEE 802.1Q
	ethertype_provider_vlan = 0x88a8, // IEEE 802.1ad, QinQ
	ethertype_old_qinq = 0x9100,
	ethertype_pppoe_session = 0x8864,
};

constexpr bool is_vlan(std::uint16_t type) {
	return type == ethertype_vlan || type == ethertype_provider_vlan || type == ethertype_old_qinq;
}

struct EthernetHeader {
	static constexpr std::size_t max_vlans = 4; // a tag after these is the type

	MacAddress destination;
	MacAddress source;
	std::array<std::uint16_t, max_vlans> vlan_ids{}; // 12 bits each, the outermost first
	std::uint8_t vlan_count = 0;
	std::uint16_t type = 0; // of what follows; up to 1500 its length instead

	List<std::uint16_t> vlans() const { return std::span{vlan_ids}.first(vlan_count); }
};

void read(Reader &in, EthernetHeader &header);

} // namespace lisp
