// From the octets of an IP packet to the UDP datagram in it: in a captured frame, or inside another
// packet.
#pragma once

#include "message/ip_header.h"

#include <optional>

namespace lisp {

// An IP packet without its headers: IPv4 options and IPv6 extension headers (RFC 8200 section 4)
// are passed over, of a fragment those before the Fragment header.
struct IpPacket {
	IpHeader ip;   // protocol and payload_length are those of the payload
	Bytes payload; // what there is of it; without octets after the packet
};

// nullopt where the octets are no IP packet or end within its headers.
std::optional<IpPacket> read_ip_packet(Bytes octets);

// Whether `protocol` is that of an IPv6 extension header, which may stand before UDP.
bool is_extension_header(std::uint8_t protocol);

struct UdpPacket {
	Endpoint source;
	Endpoint destination;
	std::size_t length = 0; // of the payload, in octets, as it was sent
	Bytes payload;          // what there is of it
	// Unchecked where octets are missing, and where the sending host left it to its network card.
	ChecksumState checksum = ChecksumState::unchecked;
};

// Checking is as much work as all the rest, and not everybody looks at the result.
enum class Checksums : std::uint8_t { checked, unchecked };

// The datagram, or the beginning of one of which `packet` is the first fragment. nullopt for any
// other protocol and for later fragments.
std::optional<UdpPacket> read_udp_packet(
    const IpPacket &packet, Checksums checksums = Checksums::checked);

} // namespace lisp
