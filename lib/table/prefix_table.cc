#include "table/prefix_table.h"

#include "table/prefix_digits.h"

namespace lisp {

namespace {

// Prefixes of 0 to 5 bits within a digit are numbered 0 to 62 as they sort: each before those that
// it covers, which follow it. `digit` is zero beyond the prefix.
constexpr unsigned number(unsigned digit, unsigned bits) {
	return digit + bits - ones(digit);
}

// Those that cover a digit.
constexpr auto covering = [] {
	std::array<std::uint64_t, 64> result{};
	for (unsigned digit = 0; digit < 64; ++digit)
		for (unsigned bits = 0; bits < digit_bits; ++bits)
			result[digit] |= bit(number(digit & ~(0x3fU >> bits), bits));
	return result;
}();

// The first digit that each covers.
constexpr auto first_digit = [] {
	std::array<std::uint8_t, 64> result{};
	for (unsigned bits = 0; bits < digit_bits; ++bits)
		for (unsigned digit = 0; digit < 64; digit += 64U >> bits)
			result[number(digit, bits)] = static_cast<std::uint8_t>(digit);
	return result;
}();

} // namespace

PrefixIndex::Place PrefixIndex::place_of(const PrefixDigits &key, unsigned depth) {
	const auto digit = key.digit(depth);
	if (depth < key.home()) return {&Node::leaves, bit(digit)};
	return {&Node::inside, bit(number(digit, key.bits() % digit_bits))};
}

// What a prefix of so many bits within a digit covers.
PrefixIndex::Part PrefixIndex::part_of(unsigned digit, unsigned bits) {
	const auto digits = 64U >> bits;
	return {~Map{0} >> (65 - digits) << number(digit, bits), ~Map{0} >> (64 - digits) << digit};
}

unsigned PrefixIndex::entries_of(const Node &node) {
	return ones(node.inside) + ones(node.leaves);
}

std::uint32_t PrefixIndex::rank(const Node &node, Place place) {
	const auto before = ones(node.*place.map & (place.bit - 1));
	return place.map == &Node::inside ? before : ones(node.inside) + before;
}

const PrefixIndex::Entry &PrefixIndex::entry(const Node &node, Place place) const {
	return entries_[node.entries + rank(node, place)];
}

PrefixIndex::Entry &PrefixIndex::entry(const Node &node, Place place) {
	return entries_[node.entries + rank(node, place)];
}

std::uint32_t PrefixIndex::child(const Node &node, unsigned digit) const {
	return node.first_child() + ones(node.children & (bit(digit) - 1));
}

// All below a node have the digits in common that it skips.
const PrefixIndex::Entry &PrefixIndex::any(const Node &top) const {
	const auto *node = &top;
	while ((node->inside | node->leaves) == 0) node = &nodes_[node->first_child()];
	return entries_[node->entries];
}

std::optional<PrefixIndex::Value> PrefixIndex::exact(const EidPrefix &prefix) const {
	const auto match = longest_match(prefix);
	if (!match || match->prefix.length != prefix.length) return std::nullopt;
	return match->value;
}

// A prefix that is looked up, and the entries on its way, the longest last: those above a skipped
// digit that differs cover it.
struct PrefixIndex::Descent {
	PrefixDigits key;
	std::array<std::uint32_t, PrefixDigits::max_count + 1> met;
	unsigned count = 0;

	// NOLINTNEXTLINE(*-member-init): `met` is written before it is read
	explicit Descent(const EidPrefix &prefix = {}) : key(prefix) {}
};

// The node to go on with.
const PrefixIndex::Node *PrefixIndex::step(Descent &descent, const Node &node) const {
	const auto &key = descent.key;
	if (node.depth() > key.home()) return nullptr;
	const auto digit = key.digit(node.depth());
	const bool home = node.depth() == key.home();
	auto hits = node.inside & covering[digit];
	if (home) hits &= bit(number(digit, key.bits() % digit_bits) + 1) - 1;
	if (hits != 0)
		descent.met[descent.count++] =
		    node.entries + ones(node.inside & (std::bit_floor(hits) - 1));
	if (home) return nullptr;
	if ((node.children & bit(digit)) != 0) return &nodes_[child(node, digit)];
	if ((node.leaves & bit(digit)) != 0)
		descent.met[descent.count++] = node.entries + rank(node, {&Node::leaves, bit(digit)});
	return nullptr;
}

const PrefixIndex::Entry *PrefixIndex::longest(
    const Descent &descent, const EidPrefix &prefix) const {
	for (auto left = descent.count; left > 0; --left) {
		const auto &entry = entries_[descent.met[left - 1]];
		if (entry.prefix.covers(prefix)) return &entry;
	}
	return nullptr;
}

std::optional<PrefixIndex::Entry> PrefixIndex::longest_match(const EidPrefix &prefix) const {
	Descent descent{prefix};
	for (const auto *node = &root_; node != nullptr;) node = step(descent, *node);
	const auto *found = longest(descent, prefix);
	return found != nullptr ? std::optional(*found) : std::nullopt;
}

void PrefixIndex::longest_matches(
    std::span<const EidPrefix> prefixes, std::span<const Entry *> found) const {
	constexpr std::size_t at_once = 16; // what caches fetch at a time
	std::array<Descent, at_once> descents;
	std::array<const Node *, at_once> nodes;
	for (std::size_t first = 0; first < prefixes.size(); first += at_once) {
		const auto some = prefixes.subspan(first, std::min(at_once, prefixes.size() - first));
		for (std::size_t i = 0; i < some.size(); ++i) {
			descents[i] = Descent{some[i]};
			nodes[i] = &root_;
		}
		while (descend(descents, std::span{nodes}.first(some.size()))) continue;
		for (std::size_t i = 0; i < some.size(); ++i)
			found[first + i] = longest(descents[i], some[i]);
	}
}

// One step of each; false when all are at their end.
bool PrefixIndex::descend(std::span<Descent> descents, std::span<const Node *> nodes) const {
	bool more = false;
	for (std::size_t i = 0; i < nodes.size(); ++i) {
		if (nodes[i] == nullptr) continue;
		auto &descent = descents[i];
		nodes[i] = step(descent, *nodes[i]);
		if (nodes[i] != nullptr)
			__builtin_prefetch(nodes[i]);
		else if (descent.count > 0)
			__builtin_prefetch(&entries_[descent.met[descent.count - 1]]);
		more = more || nodes[i] != nullptr;
	}
	return more;
}

// The node that has what is within the prefix, if anything is, or else the last on the way; its
// skipped digits may differ.
const PrefixIndex::Node *PrefixIndex::below(const PrefixDigits &key) const {
	const auto *node = &root_;
	while (node->depth() < key.home() && (node->children & bit(key.digit(node->depth()))) != 0)
		node = &nodes_[child(*node, key.digit(node->depth()))];
	return node;
}

// One of those that have most digits in common with the key.
const PrefixIndex::Entry &PrefixIndex::nearest(const PrefixDigits &key) const {
	const auto *node = below(key);
	const Place leaf{&Node::leaves, bit(key.digit(node->depth()))};
	const bool ends = node->depth() < key.home() && (node->leaves & leaf.bit) != 0;
	return ends ? entry(*node, leaf) : any(*node);
}

bool PrefixIndex::walk(const Node &node, Part part, const Visit &visit) const {
	auto inside = node.inside & part.inside;
	auto slots = (node.leaves | node.children) & part.slots;
	while ((inside | slots) != 0) {
		const auto next = static_cast<unsigned>(std::countr_zero(slots)); // 64 if none
		const auto single = inside & (~inside + 1);
		if (single != 0 && first_digit[static_cast<unsigned>(std::countr_zero(inside))] <= next) {
			if (!visit(entry(node, {&Node::inside, single}))) return false;
			inside ^= single;
			continue;
		}
		const bool leaf = (node.leaves & bit(next)) != 0;
		if (leaf ? !visit(entry(node, {&Node::leaves, bit(next)}))
		         : !walk(nodes_[child(node, next)], {}, visit))
			return false;
		slots ^= bit(next);
	}
	return true;
}

void PrefixIndex::for_each_within(const EidPrefix &prefix, const Visit &visit) const {
	const PrefixDigits key{prefix};
	if (size() == 0) return;
	const auto *node = below(key);
	const auto digit = key.digit(node->depth());
	if (node->depth() < key.home()) {
		if ((node->leaves & bit(digit)) == 0) return;
		const auto &leaf = entry(*node, {&Node::leaves, bit(digit)});
		if (prefix.covers(leaf.prefix)) visit(leaf);
		return;
	}
	const bool home = node->depth() == key.home();
	const auto known = home ? node->depth() * digit_bits : key.bits();
	if (key.common_bits(PrefixDigits{any(*node).prefix}) < known) return;
	walk(*node, home ? part_of(digit, key.bits() % digit_bits) : Part{}, visit);
}

void PrefixIndex::for_each(const Visit &visit) const {
	walk(root_, {}, visit);
}

bool PrefixIndex::walk_after(
    const PrefixDigits &key, const EidPrefix &prefix, const Node &node, const Visit &visit) const {
	const auto skipped = std::min(key.bits(), node.depth() * digit_bits);
	const auto &some = any(node).prefix;
	if (key.common_bits(PrefixDigits{some}) < skipped)
		return some < prefix || walk(node, {}, visit);
	if (node.depth() > key.home()) return walk(node, {}, visit);
	const auto digit = key.digit(node.depth());
	if (node.depth() == key.home()) {
		const auto own = number(digit, key.bits() % digit_bits);
		return walk(node, {~Map{1} << own, ~Map{0} << digit}, visit);
	}
	if ((node.leaves & bit(digit)) != 0) {
		const auto &leaf = entry(node, {&Node::leaves, bit(digit)});
		if (prefix < leaf.prefix && !visit(leaf)) return false;
	} else if ((node.children & bit(digit)) != 0 &&
	           !walk_after(key, prefix, nodes_[child(node, digit)], visit)) {
		return false;
	}
	const auto last_around = number(digit & ~1U, digit_bits - 1);
	return walk(node, {~Map{1} << last_around, ~Map{1} << digit}, visit);
}

void PrefixIndex::for_each_after(const EidPrefix &prefix, const Visit &visit) const {
	if (size() > 0) walk_after(PrefixDigits{prefix}, prefix, root_, visit);
}

// The most bits of it that any key has, too.
unsigned PrefixIndex::shared_bits(const PrefixDigits &key) const {
	if (size() == 0) return 0;
	const auto shared = key.common_bits(PrefixDigits{nearest(key).prefix});
	const auto &node = *below(key);
	const auto skipped = node.depth() * digit_bits;
	if (shared < skipped || node.depth() > key.home()) return shared;
	// Of the node's, others may have more of this digit.
	const auto digit = key.digit(node.depth());
	for (auto bits = std::min(digit_bits - 1, key.bits() - skipped); bits > 0; --bits) {
		const auto part = part_of(digit & ~(0x3fU >> bits), bits);
		const auto slots = (node.leaves | node.children) & part.slots;
		if ((node.inside & part.inside) != 0 || slots != 0) return std::max(shared, skipped + bits);
	}
	return shared;
}

std::optional<EidPrefix> PrefixIndex::hole(const EidPrefix &around, unsigned base) const {
	if (around.address.is_none() || base > around.length || longest_match(around))
		return std::nullopt;
	const PrefixDigits key{around};
	const auto shared = shared_bits(key);
	if (shared == key.bits()) return std::nullopt;
	// One bit more leaves behind the keys that agree on so many.
	const auto length = std::max(base + PrefixDigits::head, shared + 1) - PrefixDigits::head;
	return EidPrefix::make(around.address, length, around.instance);
}

} // namespace lisp
