#include "wire/reader.h"

namespace lisp {

// Out of the way of the decoders, into which all the rest is inlined.
void Reader::fail_at(Reason why, std::string_view field, std::size_t offset) noexcept {
	if (ok_) set_failed({why, offset, field});
}

void Reader::set_failed(const WireError &error) noexcept {
	ok_ = false;
	error_ = error;
	octets_ = octets_.first(at_); // nothing remains, so that no later read can succeed
}

} // namespace lisp
