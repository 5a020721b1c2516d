#include "net/interface_watch.h"

#include <algorithm>

namespace lisp {

namespace {

using Clock = std::chrono::steady_clock;

} // namespace

InterfaceWatch::InterfaceWatch(Loop &loop, std::function<void()> changed)
    : quiet_(loop,
          [this, changed] {
	          first_ = {};
	          settled_.set(Clock::now() + settling_time);
	          changed();
          }),
      settled_(loop, changed) {
	if (failure()) return;
	watch_ = loop.on_readable(events_.descriptor(), [this] { take(); });
}

void InterfaceWatch::take() {
	if (!events_.take()) return;
	const auto now = Clock::now();
	if (first_ == Instant{}) first_ = now;
	settled_.cancel();
	quiet_.set(std::min(now + quiet_time, first_ + patience));
}

} // namespace lisp
