// From an IP packet to the LISP message in it: in a captured frame, or inside a data packet.
#pragma once

#include "message/dissection.h"
#include "message/udp_packet.h"

namespace lisp {

// At a glance, for who sees many packets of any kind: false only for IP packets in which
// lisp_datagram() finds nothing.
bool may_be_lisp(Bytes ip_packet);

// The UDP datagram of an IP packet if it is LISP: addresses, what was captured of the message, and
// checksums. The octets remain the packet's. Fragments other than the first are no datagrams; frame
// number and time are the caller's to fill in.
std::optional<Captured> lisp_datagram(
    const IpPacket &packet, Checksums checksums = Checksums::checked);

} // namespace lisp
