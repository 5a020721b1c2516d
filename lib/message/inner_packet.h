// What a data packet encapsulates, as far as its headers tell. RFC 9300 section 5.3; with a Next
// Protocol: RFC 9305 section 3.
#pragma once

#include "message/data_packet.h"
#include "message/ethernet_header.h"
#include "message/udp_packet.h"

namespace lisp {

struct InnerPorts {
	std::uint16_t source = 0;
	std::uint16_t destination = 0;
};

// Of a packet that ends within a header, the headers before that.
struct InnerPacket {
	std::optional<EthernetHeader> ethernet;
	std::optional<IpPacket> ip;
	std::size_t ip_length = 0;       // octets from the IP header on, as that tells
	std::optional<InnerPorts> ports; // of protocols that begin with theirs; no later fragment's
};

// By the Next Protocol, after any shim headers; without one, by the version that an IP packet
// begins with. Nothing of an encrypted packet.
InnerPacket inner_packet(const DataPacket &packet);

} // namespace lisp
