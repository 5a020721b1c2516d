// What has passed by, as reports show it.
#pragma once

#include "capture/capture_file.h"
#include "print/fields.h"

namespace lisp {

template <>
inline constexpr auto fields<CaptureCounters> = std::tuple{
    Field{"frames", &CaptureCounters::frames},
    Field{"unmatched", &CaptureCounters::unmatched},
    Field{"tcp", &CaptureCounters::tcp},
    Field{"other", &CaptureCounters::other},
    Field{"fragments-dropped", &CaptureCounters::fragments_dropped},
};

// Of several captures.
inline CaptureCounters &operator+=(CaptureCounters &sum, const CaptureCounters &counters) {
	sum.frames += counters.frames;
	sum.messages += counters.messages;
	sum.unmatched += counters.unmatched;
	sum.tcp += counters.tcp;
	sum.other += counters.other;
	sum.fragments_dropped += counters.fragments_dropped;
	return sum;
}

} // namespace lisp
