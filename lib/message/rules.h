// Rules of the RFCs that one message can break, beyond those that dissect() looks at anyway: for
// who wants to know all that is wrong with what a peer sends.
//
// A rule is here if an RFC has it and the octets alone tell whether it is kept. What holds on the
// public Internet alone is looked for unless an address tells that the packet is elsewhere.
#pragma once

#include "message/dissection.h"

namespace lisp {

// Adds to the warnings of the message and of those inside it. Of one with a fault nothing but the
// size is looked at.
void check_rules(Dissection &found);

} // namespace lisp
