// The rows of a table that matter most, in an order that does not depend on how they were found.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

namespace lisp {

// Leaves the `top` rows of the greatest `amount` in descending order, equal ones ascending by
// `key`.
template <class Row, class Amount, class Key>
void keep_top(std::vector<Row> &rows, std::size_t top, Amount amount, Key key) {
	const auto before = [&](const Row &a, const Row &b) {
		const auto of_a = std::invoke(amount, a);
		const auto of_b = std::invoke(amount, b);
		return of_a != of_b ? of_a > of_b : std::invoke(key, a) < std::invoke(key, b);
	};
	const auto kept = std::min(top, rows.size());
	std::partial_sort(
	    rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(kept), rows.end(), before);
	rows.resize(kept);
}

} // namespace lisp
