// A packet of the data plane (UDP port 4341): the LISP header and what it encapsulates.
// RFC 9300 section 5.3; LISP-GPE: RFC 9305; encryption: RFC 8061.
#pragma once

#include "wire/arena.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <optional>

namespace lisp {

// RFC 9305 section 3. From 0x80 on: headers between this one and a packet of another kind.
enum NextProtocol : std::uint8_t {
	next_protocol_ipv4 = 1,
	next_protocol_ipv6 = 2,
	next_protocol_ethernet = 3,
	next_protocol_nsh = 4,
};

// The two words as they are: which of their parts mean something is for the flags to tell.
struct DataPacket {
	bool nonce_present = false;         // N
	bool status_bits_present = false;   // L
	bool echo_nonce_request = false;    // E, with N
	bool versions_present = false;      // V
	bool instance_id_present = false;   // I
	bool next_protocol_present = false; // P, RFC 9305 (reserved in RFC 9300)
	std::uint8_t key_id = 0;            // KK: 0 is not encrypted
	std::uint32_t first = 0;            // 24 bits: nonce, or two Map-Versions, or next protocol
	std::uint32_t second = 0;           // Locator-Status-Bits, or Instance ID and 8 of them
	OctetList payload;                  // the encapsulated packet, from its first header on

	bool operator==(const DataPacket &) const = default;

	// Where N and V are both set, which is forbidden, it is a nonce (RFC 9300 section 5.3); with P,
	// N, E and V mean nothing (RFC 9305 section 3).
	std::optional<std::uint32_t> nonce() const; // 24 bits
	std::optional<std::uint16_t> source_map_version() const;
	std::optional<std::uint16_t> destination_map_version() const;
	std::optional<std::uint8_t> next_protocol() const; // a NextProtocol, perhaps
	std::optional<std::uint32_t> instance_id() const;  // 24 bits
	std::optional<std::uint32_t> status_bits() const;  // bit i: locator i of the sorted set is up
};

inline constexpr std::size_t data_header_size = 8; // octets

void read(Reader &in, DataPacket &packet);
void write(Writer &out, const DataPacket &packet);

} // namespace lisp
