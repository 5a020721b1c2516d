// A message on one line, as tcpdump would have it.
#pragma once

#include "message/dissection.h"
#include "print/values.h"

namespace lisp {

// Without the line's end. Times, addresses and whatever else is not known are left out:
//
//     TIME SRC > DST: map-reply, nonce 0x…, 203.0.113.0/24 ttl 1440 auth 198.51.100.9,1,50,LR
//
// A locator is RLOC,PRIORITY,WEIGHT and the letters of its flags L, p and R. Flags of the message
// that are set stand by their JSON key. Faults and broken rules end the line in brackets.
void append_line(std::string &out, const Dissection &found, TimeForm form);

// "192.0.2.1:4342 > [2001:db8::1]:4342"; nothing where the addresses are not known.
void append_endpoints(std::string &out, const Captured &captured);

} // namespace lisp
