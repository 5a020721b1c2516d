// Who sends to whom: a key of tables.
#pragma once

#include "table/seeded_hash.h"

namespace lisp {

struct AddressPair {
	IpAddress from;
	IpAddress to;
	bool operator==(const AddressPair &) const = default;
};

inline std::uint64_t seeded_hash(const AddressPair &pair, std::uint64_t seed) {
	return seeded_hash(pair.to, seeded_hash(pair.from, seed));
}

} // namespace lisp
