// From a captured frame to the LISP datagram in it.
#pragma once

#include "message/lisp_datagram.h"

namespace lisp {

// How a frame begins, by the numbers that pcap_datalink() gives.
enum class LinkLayer : std::uint8_t {
	ethernet,   // with any stack of VLAN tags, PPPoE sessions too
	family,     // DLT_NULL and DLT_LOOP: a protocol family in four octets of either order
	raw,        // an IP header at once
	linux_sll,  // "cooked", as libpcap gives for the device any
	linux_sll2, // its second version
	ppp,        // with address and control octets or without (RFC 1661, RFC 1662)
	pppoe,      // a PPPoE header at once (RFC 2516)
};

std::optional<LinkLayer> link_layer(int dlt);

// The octets of the IP packet in a frame, and whatever pads the frame behind it. nullopt for frames
// that carry anything else.
std::optional<Bytes> ip_octets(Bytes frame, LinkLayer layer);

// As lisp_datagram(), from the frame on.
std::optional<Captured> peel(Bytes frame, LinkLayer layer);

// Octets of VLAN tags between the addresses and the type of an Ethernet frame; 0 without any.
std::size_t vlan_tags_size(Bytes frame);

inline constexpr std::size_t ethernet_addresses_size = 12; // octets before tags and type

} // namespace lisp
