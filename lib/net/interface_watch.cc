#include "net/interface_watch.h"

#include <algorithm>
#include <utility>

namespace lisp {

namespace {

using Clock = std::chrono::steady_clock;

} // namespace

InterfaceWatch::InterfaceWatch(Loop &loop, std::function<void()> changed)
    : changed_(std::move(changed)), quiet_(loop, [this] { tell(); }),
      settled_(loop, [this] { changed_(); }) {
	if (failure()) return;
	watch_ = loop.on_readable(events_.descriptor(), [this] {
		if (events_.take()) tell_soon();
	});
}

void InterfaceWatch::tell_soon() {
	const auto now = Clock::now();
	if (first_ == Instant{}) first_ = now;
	settled_.cancel();
	quiet_.set(std::min(now + quiet_time, first_ + patience));
}

void InterfaceWatch::tell() {
	const auto now = Clock::now();
	// Not quiet, as it now turns out.
	if (events_.take() && now < first_ + patience) return tell_soon();
	first_ = {};
	settled_.set(now + settling_time);
	changed_();
}

} // namespace lisp
