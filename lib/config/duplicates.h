// Equal elements of a list, found in one pass over it.
#pragma once

#include "address/eid_prefix.h"

#include <bit>
#include <cstdint>
#include <vector>

namespace lisp {

inline std::size_t hash_of(const EidPrefix &eid) {
	return IpAddressHash{}(eid.address) +
	       std::size_t{0x9e3779b9} * (std::size_t{eid.instance} << 8 | eid.length);
}

// Calls report(first, later) with the indices of each element that equals an earlier one; `first`
// is the earliest. Costs at most twelve octets an element while it runs.
template <class Hash, class Equal, class Report>
void for_each_duplicate(std::size_t count, Hash hash, Equal equal, Report report) {
	if (count < 2) return;
	std::vector<std::uint32_t> table(std::bit_ceil(count * 3 / 2)); // 1 + index, 0 where free
	for (std::size_t i = 0; i < count; ++i) {
		for (std::size_t slot = hash(i);; ++slot) {
			auto &entry = table[slot & (table.size() - 1)];
			if (entry == 0) {
				entry = static_cast<std::uint32_t>(i + 1);
				break;
			}
			if (equal(entry - 1, i)) {
				report(std::size_t{entry} - 1, i);
				break;
			}
		}
	}
}

} // namespace lisp
