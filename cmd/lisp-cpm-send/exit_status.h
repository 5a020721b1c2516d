// What lisp-cpm-send tells its caller: a table of its own, for hooks of hypervisors.
#pragma once

#include "engine/change_priority_sender.h"

#include <string>

namespace lisp {

enum class CpmExit : int {
	acknowledged = 0, // or, where none is wanted, sent
	partial = 1,      // some acknowledged, some did not
	unanswered = 2,
	refused = 3, // to try again is pointless
	degraded = 4,
};

// Thrown before anything is sent; `status` is one of sysexits.h.
struct CpmFailure {
	int status = 0;
	std::string what;
};

// Of each EID all have to acknowledge or, with `any`, the one that does best.
CpmExit exit_status(const std::vector<ChangeOutcome> &outcomes, bool any);

} // namespace lisp
