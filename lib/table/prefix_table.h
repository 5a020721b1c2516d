// Longest-prefix-match tables over EID-prefixes: IPv4 and IPv6 side by side, Instance IDs apart.
#pragma once

#include "address/eid_prefix.h"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

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

	std::size_t size() const { return size_; }
	std::size_t memory() const; // octets

private:
	using NodeIndex = std::uint32_t;
	static constexpr NodeIndex none = 0xffffffff;

	// An address as one number, its first bit the highest; IPv4 fills the upper 32 bits.
	struct Bits {
		std::uint64_t high = 0;
		std::uint64_t low = 0;
	};
	// A key, or the fork of two: a node without a value always has both children.
	struct Node {
		Bits bits; // zero beyond `length`
		std::array<NodeIndex, 2> child{none, none};
		Value value = 0;
		std::uint8_t length = 0;
		bool filled = false;
	};
	struct Root {
		std::uint32_t instance = 0;
		Afi family = Afi::none;
		NodeIndex node = none;
	};
	// Where the index of a node stands: in its parent, or (parent none) in its root.
	struct Link {
		NodeIndex parent = none;
		unsigned side = 0;
	};

	static Bits bits_of(const IpAddress &address);
	static bool bit(const Bits &bits, unsigned index);
	static unsigned common_bits(const Bits &a, const Bits &b);
	static EidPrefix prefix_of(const Node &node, const Root &root);

	const Root *find_root(const EidPrefix &prefix) const;
	Root &root_for(const EidPrefix &prefix);
	NodeIndex &at(Root &root, Link link);
	NodeIndex new_node(const Bits &bits, std::uint8_t length);
	void free_node(NodeIndex index);
	void put_above(Root &root, Link link, const EidPrefix &prefix, Value value);
	bool walk(
	    NodeIndex top, const Root &root, const std::function<bool(const Entry &)> &visit) const;

	std::vector<Root> roots_; // ascending by instance and family
	std::vector<Node> nodes_;
	NodeIndex free_ = none; // a list through child[0]
	std::size_t size_ = 0;
};

} // namespace lisp
