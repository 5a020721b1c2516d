#include "message/ethernet_header.h"

namespace lisp {

namespace {

constexpr std::uint16_t vlan_id_bits = 0x0fff;

void read(Reader &in, MacAddress &address, std::string_view field) {
	const auto octets = in.take(address.width(), field);
	std::copy(octets.begin(), octets.end(), address.octets.begin());
}

} // namespace

void read(Reader &in, EthernetHeader &header) {
	read(in, header.destination, "ethernet destination");
	read(in, header.source, "ethernet source");
	header.type = in.u16("ethertype");
	while (in.ok() && is_vlan(header.type) && header.vlan_count < EthernetHeader::max_vlans) {
		header.vlan_ids[header.vlan_count++] = in.u16("vlan tag") & vlan_id_bits;
		header.type = in.u16("ethertype");
	}
}

} // namespace lisp
