// The IPv4 or IPv6 header and the UDP header before a LISP message: inside an Encapsulated Control
// Message, or in a captured frame.
#pragma once

#include "address/ip_address.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace lisp {

inline constexpr std::uint8_t protocol_udp = 17;

enum class ChecksumState : std::uint8_t { good, zero, bad, unchecked };

struct IpHeader {
	IpAddress source;
	IpAddress destination;
	std::uint8_t hop_limit = 64;
	std::uint8_t protocol = protocol_udp;
	std::uint16_t header_length = 0; // octets, options included
	std::size_t payload_length = 0;  // octets after the header, as the header claims
	bool fragment = false;
	bool more_fragments = false;
	std::uint16_t fragment_offset = 0;            // octets
	std::uint32_t identification = 0;             // IPv6: of a fragment alone
	ChecksumState checksum = ChecksumState::good; // IPv6 has none: good

	bool operator==(const IpHeader &) const = default;
};

// Reads up to the first octet after the header and its options. Fails on any other version and on
// lengths that contradict each other; a payload that the octets do not hold is the caller's to
// judge.
void read(Reader &in, IpHeader &header);

struct UdpHeader {
	std::uint16_t source_port = 0;
	std::uint16_t destination_port = 0;
	std::uint16_t length = 0; // octets, these eight included
	std::uint16_t checksum = 0;

	bool operator==(const UdpHeader &) const = default;
};

inline constexpr std::size_t udp_header_size = 8;

void read(Reader &in, UdpHeader &header);

// Over header and payload together; `datagram` begins with the UDP header and is `length` long.
ChecksumState udp_checksum_state(const IpHeader &ip, Bytes datagram);

// A sending host may leave the checksum to its network card and store the sum of the pseudo-header
// alone: so it looks in a capture made on that host, and on interfaces without any card.
bool is_left_to_hardware(const IpHeader &ip, Bytes datagram);

// An IP header, a UDP header and `payload`, with both checksums computed. Source and destination
// are of one family.
void write_udp_packet(Writer &out, const Endpoint &source, const Endpoint &destination,
    std::uint8_t hop_limit, Bytes payload);

} // namespace lisp
