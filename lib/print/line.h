// A message on one line, as tcpdump would have it.
#pragma once

#include "message/dissection.h"
#include "print/colours.h"
#include "print/values.h"

namespace lisp {

struct LineForm {
	std::optional<TimeText> time; // of the message
	Colours colours;
	// Each broken rule of an RFC on a line of its own that says which, after the message:
	// "\tviolation: host bits set, eid (RFC 9301 5.4)".
	bool violations_apart = false;
};

// Without the line's end. Times, addresses and whatever else is not known are left out:
//
//     TIME SRC > DST: map-reply, nonce 0x…, 203.0.113.0/24 ttl 1440 auth 198.51.100.9,1,50,LR
//
// A locator is RLOC,PRIORITY,WEIGHT and the letters of its flags L, p and R. Flags of the message
// that are set stand by their JSON key. Faults and broken rules end the line in brackets.
void append_line(Text &out, const Dissection &found, const LineForm &form = {});

// "192.0.2.1:4342 > [2001:db8::1]:4342"; nothing where the addresses are not known.
void append_endpoints(Text &out, const Captured &captured);

} // namespace lisp
