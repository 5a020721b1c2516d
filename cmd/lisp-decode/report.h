// What becomes of the messages that were selected.
#pragma once

#include "capture/capture_file.h"
#include "message/dissection.h"

#include <string>

namespace lisp {

class Report {
public:
	Report() = default;
	Report(const Report &) = delete;
	Report &operator=(const Report &) = delete;
	virtual ~Report() = default;

	// Text for standard output goes to the end of `out`.
	virtual void take(const Dissection &found, Text &out) = 0;

	// Whether take_type() will do, where nothing else asks for more than the type either.
	virtual bool wants_types_alone() const { return false; }
	virtual void take_type(std::string_view type) { static_cast<void>(type); }

	// When a capture has been read: what else was in it.
	virtual void account(const CaptureCounters &counters) { static_cast<void>(counters); }

	// After the last message, or when the user has seen enough.
	virtual void finish(Text &out) { static_cast<void>(out); }
};

} // namespace lisp
