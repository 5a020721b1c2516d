// Longest-prefix-match tables over EID-prefixes: IPv4 and IPv6 side by side, Instance IDs apart.
#pragma once

#include "address/eid_prefix.h"
#include "table/block_pool.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace lisp {

class PrefixDigits;

// The keys of a table with a 32-bit number each, the caller's: an index into what the keys stand
// for. Several million keys are fine: about 40 octets each once shrink_to_fit() was called, half as
// many more at most while the table grows.
//
// A trie that branches 64 ways, by six bits of Instance ID, family and address at a time, and skips
// digits that all keys below a node have in common. What is looked up is compared with a key only
// at the end, so that a node has but what leads on: 32 octets, half a cache line. A host among a
// million is two cold lines away, one of its last node and one of its key.
class PrefixIndex {
public:
	using Value = std::uint32_t;

	struct Entry {
		EidPrefix prefix;
		Value value = 0;
	};
	using Visit = std::function<bool(const Entry &)>;

	// The value replaced, if the prefix was there.
	std::optional<Value> insert(const EidPrefix &prefix, Value value);
	std::optional<Value> erase(const EidPrefix &prefix);

	std::optional<Value> exact(const EidPrefix &prefix) const;

	// The longest that covers `prefix`, itself included.
	std::optional<Entry> longest_match(const EidPrefix &prefix) const;

	// The same for each of several, nullptr for none; in far less time where the cache is cold,
	// because they wait for memory together. Valid until the next change.
	void longest_matches(std::span<const EidPrefix> prefixes, std::span<const Entry *> found) const;

	// Every one that `prefix` covers, itself included, in ascending order; stops when `visit`
	// returns false.
	void for_each_within(const EidPrefix &prefix, const Visit &visit) const;
	void for_each(const Visit &visit) const;
	// Those that come after `prefix` in that order, be it a key or not.
	void for_each_after(const EidPrefix &prefix, const Visit &visit) const;

	// The shortest prefix of at least `base` bits that contains the host or prefix asked for and
	// overlaps no key: what a negative Map-Reply names (RFC 9301 section 8.4). nullopt where a key
	// covers it, or lies within it.
	std::optional<EidPrefix> hole(const EidPrefix &around, unsigned base = 0) const;

	std::size_t size() const { return entries_.used(); }
	std::size_t memory() const { return nodes_.memory() + entries_.memory(); } // octets

	// Keeps no room for more, and puts what belongs together side by side.
	void shrink_to_fit() { rearrange(0, 0); }

private:
	using Map = std::uint64_t;

	// Keys of less than one digit beyond the node's depth are `inside`, by their number (see the
	// source); longer ones by their next digit: a single one is a leaf, several have a node.
	struct alignas(32) Node {
		Map inside = 0;
		Map leaves = 0;
		Map children = 0;
		std::uint32_t entries = 0; // of the block that has those inside, then the leaves
		std::uint32_t link = 0;    // depth in digits, and the first of the block of children

		explicit Node(unsigned depth = 0) : link(depth << 27) {}
		unsigned depth() const { return link >> 27; }
		std::uint32_t first_child() const { return link & 0x7ffffff; }
		void set_first_child(std::uint32_t first) { link = depth() << 27 | first; }
	};
	// Where a key is in a node: a bit of one of the maps.
	struct Place {
		Map Node::*map;
		Map bit;
	};
	// Some of what a node holds.
	struct Part {
		Map inside = ~Map{0};
		Map slots = ~Map{0};
	};

	static Place place_of(const PrefixDigits &key, unsigned depth);
	static Part part_of(unsigned digit, unsigned bits);
	static unsigned entries_of(const Node &node);
	static std::uint32_t rank(const Node &node, Place place);
	const Entry &entry(const Node &node, Place place) const;
	Entry &entry(const Node &node, Place place);
	std::uint32_t child(const Node &node, unsigned digit) const;
	struct Descent;
	const Node *step(Descent &descent, const Node &node) const;
	bool descend(std::span<Descent> descents, std::span<const Node *> nodes) const;
	const Entry *longest(const Descent &descent, const EidPrefix &prefix) const;
	const Entry &any(const Node &node) const;
	const Entry &nearest(const PrefixDigits &key) const;
	const Node *below(const PrefixDigits &key) const;
	bool walk(const Node &node, Part part, const Visit &visit) const;
	bool walk_after(const PrefixDigits &key, const EidPrefix &prefix, const Node &node,
	    const Visit &visit) const;
	unsigned shared_bits(const PrefixDigits &key) const;

	void add(Node &node, Place place, const Entry &entry);
	void remove(Node &node, Place place);
	void add_child(Node &node, unsigned digit, const Node &child);
	void fork_leaf(Node &node, unsigned digit, unsigned depth);
	void fork_child(Node &child, unsigned depth);
	void mend(Node &node, unsigned digit);
	void replace_by_child(Node &node);
	void make_room();
	void rearrange(std::size_t more_nodes, std::size_t more_entries);
	void adopt(Node &node, const PrefixIndex &from);

	Node root_;
	BlockPool<Node, 64> nodes_;
	BlockPool<Entry, 127> entries_;
};

} // namespace lisp
