#include "table/prefix_table.h"

#include <algorithm>
#include <bit>
#include <tuple>

namespace lisp {

PrefixIndex::Bits PrefixIndex::bits_of(const IpAddress &address) {
	const auto number = [&](std::size_t from) {
		std::uint64_t value = 0;
		for (std::size_t i = 0; i < 8; ++i) value = value << 8 | address.octets[from + i];
		return value;
	};
	return {number(0), number(8)};
}

bool PrefixIndex::bit(const Bits &bits, unsigned index) {
	const auto word = index < 64 ? bits.high : bits.low;
	return (word >> (63 - index % 64) & 1) != 0;
}

unsigned PrefixIndex::common_bits(const Bits &a, const Bits &b) {
	if (a.high != b.high) return static_cast<unsigned>(std::countl_zero(a.high ^ b.high));
	return 64 + static_cast<unsigned>(std::countl_zero(a.low ^ b.low));
}

EidPrefix PrefixIndex::prefix_of(const Node &node, const Root &root) {
	EidPrefix prefix{root.instance, {root.family, {}}, node.length};
	for (std::size_t i = 0; i < 8; ++i) {
		prefix.address.octets[i] = static_cast<std::uint8_t>(node.bits.high >> (56 - 8 * i));
		prefix.address.octets[8 + i] = static_cast<std::uint8_t>(node.bits.low >> (56 - 8 * i));
	}
	return prefix;
}

namespace {

constexpr auto before = [](const auto &root, const EidPrefix &prefix) {
	return std::tie(root.instance, root.family) < std::tie(prefix.instance, prefix.address.family);
};

constexpr auto holds = [](const auto &root, const EidPrefix &prefix) {
	return root.instance == prefix.instance && root.family == prefix.address.family;
};

} // namespace

const PrefixIndex::Root *PrefixIndex::find_root(const EidPrefix &prefix) const {
	const auto at = std::lower_bound(roots_.begin(), roots_.end(), prefix, before);
	return at != roots_.end() && holds(*at, prefix) ? &*at : nullptr;
}

PrefixIndex::Root &PrefixIndex::root_for(const EidPrefix &prefix) {
	const auto at = std::lower_bound(roots_.begin(), roots_.end(), prefix, before);
	if (at != roots_.end() && holds(*at, prefix)) return *at;
	return *roots_.insert(at, {prefix.instance, prefix.address.family, none});
}

PrefixIndex::NodeIndex &PrefixIndex::at(Root &root, Link link) {
	return link.parent == none ? root.node : nodes_[link.parent].child[link.side];
}

PrefixIndex::NodeIndex PrefixIndex::new_node(const Bits &bits, std::uint8_t length) {
	auto index = free_;
	if (index == none) {
		index = static_cast<NodeIndex>(nodes_.size());
		nodes_.emplace_back();
	} else {
		free_ = nodes_[index].child[0];
		nodes_[index] = {};
	}
	nodes_[index].bits = bits;
	nodes_[index].length = length;
	return index;
}

void PrefixIndex::free_node(NodeIndex index) {
	nodes_[index].child[0] = free_;
	free_ = index;
}

std::optional<PrefixIndex::Value> PrefixIndex::insert(const EidPrefix &prefix, Value value) {
	auto &root = root_for(prefix);
	const auto bits = bits_of(prefix.address);
	Link link;
	for (;;) {
		const auto index = at(root, link);
		if (index == none) break;
		auto &node = nodes_[index];
		if (prefix.length < node.length || common_bits(bits, node.bits) < node.length) break;
		if (prefix.length == node.length) {
			const auto old = node.filled ? std::optional(node.value) : std::nullopt;
			size_ += node.filled ? 0 : 1;
			node.value = value;
			node.filled = true;
			return old;
		}
		link = {index, bit(bits, node.length) ? 1U : 0U};
	}
	put_above(root, link, prefix, value);
	++size_;
	return std::nullopt;
}

// A new key at the link, which is empty or holds a node that does not cover it: that node goes
// below the key, or beside it below a fork.
void PrefixIndex::put_above(Root &root, Link link, const EidPrefix &prefix, Value value) {
	const auto bits = bits_of(prefix.address);
	const auto below = at(root, link);
	const auto key = new_node(bits, prefix.length);
	nodes_[key].value = value;
	nodes_[key].filled = true;
	auto top = key;
	if (below != none) {
		const auto other = nodes_[below].bits;
		const auto shared =
		    std::min<unsigned>({common_bits(bits, other), prefix.length, nodes_[below].length});
		if (shared < prefix.length) {
			const auto mask = EidPrefix::make(prefix.address, shared, prefix.instance);
			top = new_node(bits_of(mask->address), static_cast<std::uint8_t>(shared));
			nodes_[top].child[bit(bits, shared) ? 1 : 0] = key;
		}
		nodes_[top].child[bit(other, shared) ? 1 : 0] = below;
	}
	at(root, link) = top;
}

std::optional<PrefixIndex::Value> PrefixIndex::erase(const EidPrefix &prefix) {
	const auto *found = find_root(prefix);
	if (found == nullptr) return std::nullopt;
	auto &root = roots_[static_cast<std::size_t>(found - roots_.data())];
	const auto bits = bits_of(prefix.address);
	Link above; // leads to the node that `link` stands in
	Link link;
	auto index = root.node;
	while (index != none && nodes_[index].length < prefix.length) {
		above = link;
		link = {index, bit(bits, nodes_[index].length) ? 1U : 0U};
		index = at(root, link);
	}
	if (index == none || nodes_[index].length != prefix.length || !nodes_[index].filled ||
	    common_bits(bits, nodes_[index].bits) < prefix.length)
		return std::nullopt;

	const auto node = nodes_[index];
	--size_;
	if (node.child[0] != none && node.child[1] != none) {
		nodes_[index].filled = false;
		return node.value;
	}
	at(root, link) = node.child[0] != none ? node.child[0] : node.child[1];
	free_node(index);
	// A fork that lost one of its two sides is none any more.
	if (link.parent != none && !nodes_[link.parent].filled && at(root, link) == none) {
		at(root, above) = nodes_[link.parent].child[1 - link.side];
		free_node(link.parent);
	}
	if (root.node == none) roots_.erase(roots_.begin() + (found - roots_.data()));
	return node.value;
}

std::optional<PrefixIndex::Value> PrefixIndex::exact(const EidPrefix &prefix) const {
	const auto entry = longest_match(prefix);
	if (!entry || entry->prefix.length != prefix.length) return std::nullopt;
	return entry->value;
}

std::optional<PrefixIndex::Entry> PrefixIndex::longest_match(const EidPrefix &prefix) const {
	const auto *root = find_root(prefix);
	if (root == nullptr) return std::nullopt;
	const auto bits = bits_of(prefix.address);
	const Node *best = nullptr;
	for (auto index = root->node; index != none;) {
		const auto &node = nodes_[index];
		if (node.length > prefix.length || common_bits(bits, node.bits) < node.length) break;
		if (node.filled) best = &node;
		if (node.length == prefix.length) break;
		index = node.child[bit(bits, node.length) ? 1 : 0];
	}
	if (best == nullptr) return std::nullopt;
	return Entry{prefix_of(*best, *root), best->value};
}

bool PrefixIndex::walk(
    NodeIndex top, const Root &root, const std::function<bool(const Entry &)> &visit) const {
	// Each step down leaves at most one sibling behind, and lengths grow from 0 to 128.
	std::array<NodeIndex, 130> waiting;
	std::size_t count = 0;
	if (top != none) waiting[count++] = top;
	while (count > 0) {
		const auto &node = nodes_[waiting[--count]];
		if (node.filled && !visit({prefix_of(node, root), node.value})) return false;
		if (node.child[1] != none) waiting[count++] = node.child[1];
		if (node.child[0] != none) waiting[count++] = node.child[0];
	}
	return true;
}

void PrefixIndex::for_each_within(
    const EidPrefix &prefix, const std::function<bool(const Entry &)> &visit) const {
	const auto *root = find_root(prefix);
	if (root == nullptr) return;
	const auto bits = bits_of(prefix.address);
	auto index = root->node;
	while (index != none && nodes_[index].length < prefix.length)
		index = nodes_[index].child[bit(bits, nodes_[index].length) ? 1 : 0];
	if (index != none && common_bits(bits, nodes_[index].bits) >= prefix.length)
		walk(index, *root, visit);
}

void PrefixIndex::for_each(const std::function<bool(const Entry &)> &visit) const {
	for (const auto &root : roots_)
		if (!walk(root.node, root, visit)) return;
}

std::optional<EidPrefix> PrefixIndex::hole(const EidPrefix &around, unsigned base) const {
	if (around.address.is_none() || base > around.length) return std::nullopt;
	const auto *root = find_root(around);
	const auto bits = bits_of(around.address);
	unsigned length = base;
	for (auto index = root == nullptr ? none : root->node; index != none;) {
		const auto &node = nodes_[index];
		const auto shared = common_bits(bits, node.bits);
		if (shared < node.length) {
			// The keys below agree with `around` on so many bits: one more bit leaves them behind.
			length = std::max(base, shared + 1);
			break;
		}
		if (node.filled || node.length >= around.length) return std::nullopt;
		index = node.child[bit(bits, node.length) ? 1 : 0];
	}
	if (length > around.length) return std::nullopt;
	return EidPrefix::make(around.address, length, around.instance);
}

std::size_t PrefixIndex::memory() const {
	return nodes_.capacity() * sizeof(Node) + roots_.capacity() * sizeof(Root);
}

} // namespace lisp
