// From an IP packet to the LISP message in it: in a captured frame, or inside a data packet.
#pragma once

#include "message/dissection.h"
#include "message/udp_packet.h"

namespace lisp {

// Whether UDP between these ports is LISP: 4342 (control) or else 4341 (data), whichever end.
constexpr bool is_lisp(std::uint16_t source_port, std::uint16_t destination_port) {
	return source_port == control_port || destination_port == control_port ||
	       source_port == data_port || destination_port == data_port;
}

// The UDP datagram of an IP packet if it is LISP: addresses, what was captured of the message, and
// checksums. The octets remain the packet's. Fragments other than the first are no datagrams; frame
// number and time are the caller's to fill in.
std::optional<Captured> lisp_datagram(
    const IpPacket &packet, Checksums checksums = Checksums::checked);

} // namespace lisp
