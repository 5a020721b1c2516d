#include "engine/nonce_counter.h"

#include <algorithm>

namespace lisp {

NonceCounter::Drawn NonceCounter::draw(std::uint64_t wall) {
	Drawn drawn{std::max(next_, wall), std::nullopt};
	next_ = drawn.nonce + 1;
	if (drawn.nonce >= ceiling_) {
		ceiling_ = drawn.nonce + step;
		drawn.save = ceiling_;
	}
	return drawn;
}

} // namespace lisp
