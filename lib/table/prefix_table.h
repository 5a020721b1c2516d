// Longest-prefix-match tables over EID-prefixes: IPv4 and IPv6 side by side, Instance IDs apart.
#pragma once

#include "address/eid_prefix.h"

#include <cstdint>
#include <functional>
#include <optional>

namespace lisp {

// The keys of a table with a 32-bit number each, the caller's: an index into what the keys stand
// for. A path-compressed binary trie in one vector of nodes; several million keys are fine.
class PrefixIndex {
public:
	using Value = std::uint32_t;

	struct Entry {
		EidPrefix prefix;
		Value value = 0;
	};

	// The value replaced, if the prefix was there.
	std::optional<Value> insert(const EidPrefix &prefix, Value value);
	std::optional<Value> erase(const EidPrefix &prefix);
	void clear();

	std::optional<Value> exact(const EidPrefix &prefix) const;

	// The longest that covers `prefix`, itself included.
	std::optional<Entry> longest_match(const EidPrefix &prefix) const;

	// Every one that `prefix` covers, itself included, in ascending order; stops when `visit`
	// returns false.
	void for_each_within(
	    const EidPrefix &prefix, const std::function<bool(const Entry &)> &visit) const;
	void for_each(const std::function<bool(const Entry &)> &visit) const;

	// The shortest prefix of at least `base` bits that contains the host or prefix asked for and
	// overlaps no key: what a negative Map-Reply names (RFC 9301 section 8.4). nullopt where a key
	// covers it, or lies within it.
	std::optional<EidPrefix> hole(const EidPrefix &around, unsigned base = 0) const;

	std::size_t size() const;
	std::size_t memory() const; // octets
};

} // namespace lisp
