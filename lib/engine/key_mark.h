// What a key is known by in another configuration, or after a restart, without telling it: where it
// stands, how it is used, and the secret.
#pragma once

#include "auth/hmac.h"
#include "wire/octets.h"

namespace lisp {

struct KeyMark {
	std::uint64_t site = 0;
	std::uint64_t line = 0;
	std::uint64_t secret = 0;
	bool operator==(const KeyMark &) const = default;
};

std::uint64_t mark_of(Bytes octets);
std::uint64_t mark_of(Key &key);

} // namespace lisp
