// What lisp-cpm-send prints: one line an EID and xTR.
#pragma once

#include "engine/change_priority_sender.h"

namespace lisp {

// Of one without a result: whether it was waited for.
std::string_view status_of(const ChangeOutcome &outcome, bool want_acknowledgement);

void append_outcome_text(Text &out, const ChangeOutcome &outcome, std::string_view status);
void append_outcome_json(Text &out, const ChangeOutcome &outcome, std::string_view status);

} // namespace lisp
