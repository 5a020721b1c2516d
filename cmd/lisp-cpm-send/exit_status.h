// What lisp-cpm-send tells its caller: a table of its own, for hooks of hypervisors.
#pragma once

#include "engine/change_priority_sender.h"

#include <string>

namespace lisp {

// The rest of it is in sysexits.h.
enum class CpmExit : int {
	acknowledged = 0, // or, where none is wanted, sent
	partial = 1,      // some acknowledged, some did not
	unanswered = 2,
	refused = 3, // to try again is pointless
	degraded = 4,
	not_sent = 71, // nothing has left this host
};

// Thrown before anything is sent; `status` is one of sysexits.h.
struct CpmFailure {
	int status = 0;
	std::string what;
};

struct CpmWanted {
	bool any = false; // of each EID the xTR that does best counts, otherwise all do
	bool acknowledgement = true;
};

CpmExit exit_status(const std::vector<ChangeOutcome> &outcomes, const CpmWanted &wanted);

} // namespace lisp
