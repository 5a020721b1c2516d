// How keys come and go.
#include "table/prefix_digits.h"
#include "table/prefix_table.h"

namespace lisp {

void PrefixIndex::add(Node &node, Place place, const Entry &entry) {
	node.entries = entries_.insert(node.entries, entries_of(node), rank(node, place), entry);
	node.*place.map |= place.bit;
}

void PrefixIndex::remove(Node &node, Place place) {
	entries_.erase(node.entries, entries_of(node), rank(node, place));
	node.*place.map ^= place.bit;
}

void PrefixIndex::add_child(Node &node, unsigned digit, const Node &child) {
	const auto at = ones(node.children & (bit(digit) - 1));
	node.set_first_child(nodes_.insert(node.first_child(), ones(node.children), at, child));
	node.children |= bit(digit);
}

// A node in place of the leaf, for what shares so many digits with it.
void PrefixIndex::fork_leaf(Node &node, unsigned digit, unsigned depth) {
	const Place leaf{&Node::leaves, bit(digit)};
	const auto moved = entry(node, leaf);
	remove(node, leaf);
	Node fork{depth};
	add(fork, place_of(PrefixDigits{moved.prefix}, depth), moved);
	add_child(node, digit, fork);
}

// Of all nodes the root alone may have a single entry and nothing else.
void PrefixIndex::fork_child(Node &child, unsigned depth) {
	Node fork{depth};
	const auto first = any(child);
	const PrefixDigits key{first.prefix};
	if (size() == 1) {
		entries_.erase(child.entries, 1, 0);
		add(fork, place_of(key, depth), first);
	} else {
		add_child(fork, key.digit(depth), child);
	}
	child = fork;
}

std::optional<PrefixIndex::Value> PrefixIndex::insert(const EidPrefix &prefix, Value value) {
	make_room();
	const PrefixDigits key{prefix};
	if (size() == 0) root_ = Node{key.home()};
	const PrefixDigits near{size() == 0 ? prefix : nearest(key).prefix};
	const auto agreed = key.common_bits(near) / digit_bits; // digits, of the way to come
	if (agreed < root_.depth()) fork_child(root_, agreed);
	auto *node = &root_;
	while (node->depth() < key.home()) {
		const auto digit = key.digit(node->depth());
		if ((node->leaves & bit(digit)) != 0) {
			auto &leaf = entry(*node, {&Node::leaves, bit(digit)});
			if (leaf.prefix == prefix) return std::exchange(leaf.value, value);
			fork_leaf(*node, digit, agreed);
		} else if ((node->children & bit(digit)) != 0) {
			auto &next = nodes_[child(*node, digit)];
			if (agreed < next.depth()) fork_child(next, agreed);
		} else {
			break;
		}
		node = &nodes_[child(*node, digit)];
	}
	const auto place = place_of(key, node->depth());
	if ((node->*place.map & place.bit) != 0) return std::exchange(entry(*node, place).value, value);
	add(*node, place, {prefix, value});
	return std::nullopt;
}

std::optional<PrefixIndex::Value> PrefixIndex::erase(const EidPrefix &prefix) {
	const PrefixDigits key{prefix};
	Node *above = nullptr;
	auto *node = &root_;
	while (node->depth() < key.home() && (node->children & bit(key.digit(node->depth()))) != 0) {
		above = node;
		node = &nodes_[child(*node, key.digit(node->depth()))];
	}
	if (node->depth() > key.home()) return std::nullopt;
	const auto place = place_of(key, node->depth());
	if ((node->*place.map & place.bit) == 0) return std::nullopt;
	const auto erased = entry(*node, place);
	if (erased.prefix != prefix) return std::nullopt;
	remove(*node, place);
	if (above != nullptr)
		mend(*above, key.digit(above->depth()));
	else if (entries_of(root_) == 0 && ones(root_.children) == 1)
		replace_by_child(root_);
	return erased.value;
}

void PrefixIndex::replace_by_child(Node &node) {
	const auto only = node.first_child();
	node = nodes_[only];
	nodes_.erase(only, 1, 0);
}

// A child with one entry left is a leaf, one with a single child that child.
void PrefixIndex::mend(Node &node, unsigned digit) {
	const auto at = child(node, digit);
	const auto left = nodes_[at];
	const auto entries = entries_of(left);
	if (entries + ones(left.children) > 1) return;
	if (entries == 0) return replace_by_child(nodes_[at]);
	const auto leaf = entries_[left.entries];
	entries_.erase(left.entries, 1, 0);
	nodes_.erase(node.first_child(), ones(node.children), at - node.first_child());
	node.children ^= bit(digit);
	add(node, {&Node::leaves, bit(digit)}, leaf);
}

// References into the pools stay valid while a key is put in.
void PrefixIndex::make_room() {
	constexpr std::size_t nodes = 128;
	constexpr std::size_t entries = 256;
	if (nodes_.has_room(nodes) && entries_.has_room(entries)) return;
	rearrange(nodes_.used() / 2 + 2 * nodes, entries_.used() / 2 + 2 * entries);
}

void PrefixIndex::rearrange(std::size_t more_nodes, std::size_t more_entries) {
	PrefixIndex fresh;
	fresh.root_ = root_;
	fresh.nodes_ = BlockPool<Node, 64>{nodes_.used() + more_nodes};
	fresh.entries_ = BlockPool<Entry, 127>{entries_.used() + more_entries};
	fresh.adopt(fresh.root_, *this);
	*this = std::move(fresh);
}

void PrefixIndex::adopt(Node &node, const PrefixIndex &from) {
	node.entries = entries_.copy(from.entries_, node.entries, entries_of(node));
	const auto count = ones(node.children);
	const auto first = nodes_.copy(from.nodes_, node.first_child(), count);
	node.set_first_child(first);
	for (unsigned i = 0; i < count; ++i) adopt(nodes_[first + i], from);
}

} // namespace lisp
