// Time as it passes in captures, which may follow each other in any order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace lisp {

// Nanoseconds, as captures count them.
inline constexpr std::uint64_t second_of_capture = 1'000'000'000;

// Never runs backwards: packets a little out of order leave it where it is, and a capture that
// begins earlier than the one before it ended goes on from there.
class CaptureClock {
public:
	// `time` is of the message at hand, in nanoseconds since 1970; without one no time passes.
	// Returns the nanoseconds that have passed since the first message.
	std::uint64_t advance(std::optional<std::uint64_t> time) {
		if (!time) return now_;
		if (!latest_ || *time + step < *latest_) {
			latest_ = time;
		} else if (*time > *latest_) {
			now_ += *time - *latest_;
			latest_ = time;
		}
		return now_;
	}

	std::uint64_t now() const { return now_; }

private:
	// Going back by more than this is another capture, or a clock that was set.
	static constexpr std::uint64_t step = 10 * second_of_capture;

	std::uint64_t now_ = 0;
	std::optional<std::uint64_t> latest_;
};

} // namespace lisp
