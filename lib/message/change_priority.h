// Change-Priority Message (CPM): type 5 as the control plane of 2012 used it, before RFC 9301 gave
// the number to Map-Notify-Ack. Two layouts exist: with a 16-bit mask length before the EID's AFI,
// and with an 8-bit one.
#pragma once

#include "message/authentication.h"

namespace lisp {

// Whether the datagram is a CPM to its last octet, in either layout: EID and peers of AFI 1 or 2,
// a mask length from 1 to the EID's width, and nothing left over.
bool is_change_priority(Bytes datagram);

} // namespace lisp
