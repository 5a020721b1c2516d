// Encapsulated Control Message: a control message with an IP and UDP header of its own, inside
// another. RFC 9301 section 5.8; with S, LISP-SEC data between (RFC 9303 section 6.1).
#pragma once

#include "message/ip_header.h"
#include "message/security.h"

namespace lisp {

struct EncapsulatedControl {
	bool ddt_originated = false;             // D
	bool to_etr = false;                     // E, RFC 9301 section 12.6
	bool to_map_server = false;              // M, RFC 9301 section 12.6
	std::optional<RequestSecurity> security; // S
	Endpoint source;                         // inner
	Endpoint destination;                    // inner
	std::uint8_t hop_limit = 64;             // inner
	OctetList payload;                       // the inner control message, not decoded

	// What was received; write() computes right ones.
	Bytes packet;                   // inner, from its IP header on, as long as that tells
	std::size_t payload_offset = 0; // octets from the first of this message
	std::size_t payload_length = 0; // as the inner UDP header tells; the payload may be cut short
	ChecksumState ip_checksum = ChecksumState::good;
	ChecksumState udp_checksum = ChecksumState::good;

	friend bool operator==(const EncapsulatedControl &a, const EncapsulatedControl &b) {
		return a.ddt_originated == b.ddt_originated && a.to_etr == b.to_etr &&
		       a.to_map_server == b.to_map_server && a.security == b.security &&
		       a.source == b.source && a.destination == b.destination &&
		       a.hop_limit == b.hop_limit && a.payload == b.payload;
	}
};

// Fails on inner headers that are no whole, unfragmented UDP datagram, having kept what there is of
// the payload; states of checksums are for the caller to judge.
void read(Reader &in, Arena &arena, EncapsulatedControl &message);
void write(Writer &out, const EncapsulatedControl &message);

} // namespace lisp
