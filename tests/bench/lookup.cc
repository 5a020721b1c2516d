// Longest-prefix match: the index of lib/table beside a std::map and a radix tree.
//
//     lookup [ROUNDS]
//
// Medians of interleaved rounds, in nanoseconds a lookup: "warm" asks for a thousand EIDs again and
// again, "cold" for others in each round. Exits 1 where the index is not the fastest of the three,
// or a warm lookup takes 100 ns.
#include "table/prefix_table.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace lisp {
namespace {

using Value = PrefixIndex::Value;
using Prefixes = std::vector<EidPrefix>;
constexpr Value nothing = 0xffffffff;
constexpr double wanted = 100;         // ns
constexpr std::size_t few = 1000;      // questions that the caches hold
constexpr std::size_t enough = 20'000; // lookups to measure, and questions that they do not hold

// What a block on the heap takes of it.
constexpr std::size_t heap_octets(std::size_t size) {
	return (size + 8 + 15) / 16 * 16;
}

unsigned common_bits(const EidPrefix &a, const EidPrefix &b) {
	unsigned bits = 0;
	for (std::size_t i = 0; i < a.address.octets.size(); ++i, bits += 8) {
		const auto difference =
		    static_cast<std::uint8_t>(a.address.octets[i] ^ b.address.octets[i]);
		if (difference != 0) return bits + static_cast<unsigned>(std::countl_zero(difference));
	}
	return bits;
}

struct OurIndex {
	explicit OurIndex(const Prefixes &keys) {
		for (Value i = 0; i < keys.size(); ++i) index.insert(keys[i], i);
		index.shrink_to_fit();
	}
	Value find(const EidPrefix &eid) const {
		const auto match = index.longest_match(eid);
		return match ? match->value : nothing;
	}
	std::size_t memory() const { return index.memory(); }

	PrefixIndex index;
};

// The greatest key that is not beyond the EID covers it, or else only what both have in common can
// be covered: so on from there.
struct SortedMap {
	explicit SortedMap(const Prefixes &all) {
		for (Value i = 0; i < all.size(); ++i) keys[all[i]] = i;
	}
	Value find(EidPrefix eid) const {
		for (;;) {
			auto at = keys.upper_bound(eid);
			if (at == keys.begin()) return nothing;
			const auto &key = (--at)->first;
			if (key.covers(eid)) return at->second;
			if (key.instance != eid.instance || key.address.family != eid.address.family)
				return nothing;
			const auto common = common_bits(key, eid);
			eid = *EidPrefix::make(
			    eid.address, std::min({common, eid.length - 1U, key.length + 0U}), eid.instance);
		}
	}
	std::size_t memory() const {
		// A node's colour and three links are before its value.
		return keys.size() * heap_octets(32 + sizeof(std::pair<const EidPrefix, Value>));
	}

	std::map<EidPrefix, Value> keys;
};

// A node for each bit where keys part, and each key; one tree an Instance ID and family.
class RadixTree {
public:
	explicit RadixTree(const Prefixes &keys) {
		for (Value i = 0; i < keys.size(); ++i) insert(keys[i], i);
	}

	Value find(const EidPrefix &eid) const {
		const auto root = roots_.find({eid.instance, eid.address.family});
		if (root == roots_.end()) return nothing;
		auto best = nothing;
		for (const auto *node = root->second.get(); node != nullptr;) {
			if (!node->prefix.covers(eid)) break;
			if (node->value != nothing) best = node->value;
			if (node->prefix.length == eid.length) break;
			node = node->child[eid.address.bit(node->prefix.length)].get();
		}
		return best;
	}
	std::size_t memory() const { return nodes_ * heap_octets(sizeof(Node)); }

private:
	struct Node {
		EidPrefix prefix;
		Value value = nothing;
		std::unique_ptr<Node> child[2]{};
	};

	std::unique_ptr<Node> node(const EidPrefix &prefix, Value value) {
		++nodes_;
		return std::make_unique<Node>(Node{prefix, value, {}});
	}

	void insert(const EidPrefix &key, Value value) {
		auto *at = &roots_[{key.instance, key.address.family}];
		while (*at != nullptr && (*at)->prefix.covers(key)) {
			if ((*at)->prefix == key) {
				(*at)->value = value;
				return;
			}
			at = &(*at)->child[key.address.bit((*at)->prefix.length)];
		}
		auto below = std::move(*at);
		*at = node(key, value);
		if (below == nullptr) return;
		const auto common =
		    std::min({common_bits(key, below->prefix), key.length + 0U, below->prefix.length + 0U});
		if (common < key.length) {
			auto leaf = std::move(*at);
			*at = node(*EidPrefix::make(key.address, common, key.instance), nothing);
			(*at)->child[key.address.bit(common)] = std::move(leaf);
		}
		(*at)->child[below->prefix.address.bit(common)] = std::move(below);
	}

	std::map<std::pair<std::uint32_t, Afi>, std::unique_ptr<Node>> roots_;
	std::size_t nodes_ = 0;
};

IpAddress random_address(Afi family, std::mt19937_64 &random) {
	IpAddress address{family, {}};
	for (std::size_t i = 0; i < address.width() / 8; ++i)
		address.octets[i] = static_cast<std::uint8_t>(random());
	return address;
}

// How keys of a kind are made up.
struct Kind {
	const char *name;
	Afi family;
	std::vector<unsigned> lengths; // drawn from
	std::uint32_t instances = 1;
	std::vector<std::uint8_t> start; // octets that all have
};

// As routing tables have them: half are the longest that is passed on.
const std::vector<unsigned> routes4{24, 24, 24, 24, 24, 24, 23, 22, 22, 21, 20, 19, 18, 17, 16, 14};
const std::vector<unsigned> routes6{48, 48, 48, 48, 48, 47, 46, 44, 44, 40, 40, 36, 33, 32, 32, 29};

const std::vector<Kind> kinds{
    {"IPv4 /32", Afi::ipv4, {32}, 1, {}},
    {"IPv4 /32 of 10.0.0.0/8", Afi::ipv4, {32}, 1, {10}},
    {"IPv4 /32 in 1,000 instances", Afi::ipv4, {32}, 1000, {10, 1}},
    {"IPv4 routes", Afi::ipv4, routes4, 1, {}},
    {"IPv6 /128", Afi::ipv6, {128}, 1, {0x20, 0x01}},
    {"IPv6 /64", Afi::ipv6, {64}, 1, {0x20, 0x01}},
    {"IPv6 routes", Afi::ipv6, routes6, 1, {0x20}},
};

Prefixes make_keys(const Kind &kind, std::size_t count, std::mt19937_64 &random) {
	Prefixes keys;
	while (keys.size() < count) {
		for (auto missing = count - keys.size(); missing > 0; --missing) {
			auto address = random_address(kind.family, random);
			std::copy(kind.start.begin(), kind.start.end(), address.octets.begin());
			const auto length = kind.lengths[random() % kind.lengths.size()];
			const auto instance = static_cast<std::uint32_t>(random() % kind.instances);
			keys.push_back(*EidPrefix::make(address, length, instance));
		}
		std::sort(keys.begin(), keys.end());
		keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
	}
	std::shuffle(keys.begin(), keys.end(), random);
	return keys;
}

// Hosts within keys, or anywhere.
Prefixes make_questions(
    const Kind &kind, const Prefixes &keys, bool hits, std::size_t count, std::mt19937_64 &random) {
	Prefixes questions;
	while (questions.size() < count) {
		const auto &key = keys[random() % keys.size()];
		auto address = random_address(kind.family, random);
		const auto kept = hits ? key.length : 8U * static_cast<unsigned>(kind.start.size());
		for (unsigned i = 0; i < kept; ++i) {
			const auto mask = static_cast<std::uint8_t>(0x80 >> i % 8);
			auto &octet = address.octets[i / 8];
			octet = static_cast<std::uint8_t>((octet & ~mask) | (key.address.octets[i / 8] & mask));
		}
		questions.push_back(EidPrefix::host(address, key.instance));
	}
	return questions;
}

using Questions = std::span<const EidPrefix>;

template <class Table>
double nanoseconds(const Table &table, Questions questions, std::uint64_t &sum) {
	const auto lookups = std::max(questions.size(), enough);
	const auto begin = std::clock();
	for (std::size_t done = 0; done < lookups; done += questions.size())
		for (const auto &question : questions) sum += table.find(question);
	const auto taken = static_cast<double>(std::clock() - begin) * (1e9 / CLOCKS_PER_SEC);
	const auto times = (lookups + questions.size() - 1) / questions.size();
	return taken / static_cast<double>(times * questions.size());
}

double median(std::vector<double> values) {
	std::sort(values.begin(), values.end());
	return values[values.size() / 2];
}

struct Compared {
	const OurIndex &ours;
	const SortedMap &map;
	const RadixTree &radix;
};

// Each round asks `each` of the questions, the next ones if there are more.
bool compare(const char *what, const Compared &tables, const Prefixes &all, std::size_t each,
    unsigned rounds) {
	const bool warm = all.size() == each;
	std::vector<double> ours, map, radix;
	std::uint64_t sums[3]{};
	for (unsigned round = 0; round < rounds; ++round) {
		const auto questions = Questions{all}.subspan(warm ? 0 : round * each, each);
		ours.push_back(nanoseconds(tables.ours, questions, sums[0]));
		map.push_back(nanoseconds(tables.map, questions, sums[1]));
		radix.push_back(nanoseconds(tables.radix, questions, sums[2]));
	}
	if (sums[0] != sums[1] || sums[0] != sums[2]) {
		std::printf("    %s: the answers differ\n", what);
		return false;
	}
	const auto time = median(ours);
	const bool met = time < std::min(median(map), median(radix)) && (!warm || time < wanted);
	std::printf("    %-12s %6.0f ns; map %6.0f ns, %5.1f x; radix tree %6.0f ns, %5.1f x%s\n", what,
	    time, median(map), median(map) / time, median(radix), median(radix) / time,
	    met ? "" : "  MISSED");
	return met;
}

bool run(const Kind &kind, std::size_t count, unsigned rounds) {
	std::mt19937_64 random{count};
	const auto keys = make_keys(kind, count, random);
	const auto octets = [&](const auto &table) {
		return static_cast<double>(table.memory()) / static_cast<double>(count);
	};
	const OurIndex ours{keys};
	const SortedMap map{keys};
	const RadixTree radix{keys};
	std::printf("%s, %zu keys: %.0f octets each; map %.0f, radix tree %.0f\n", kind.name, count,
	    octets(ours), octets(map), octets(radix));
	bool met = true;
	const Compared tables{ours, map, radix};
	for (const bool hits : {true, false}) {
		const auto warm = make_questions(kind, keys, hits, few, random);
		const auto cold = make_questions(kind, keys, hits, enough * (rounds + 1), random);
		met &= compare(hits ? "warm hits" : "warm misses", tables, warm, few, rounds);
		met &= compare(hits ? "cold hits" : "cold misses", tables, cold, enough, rounds);
	}
	std::fflush(stdout);
	return met;
}

} // namespace
} // namespace lisp

int main(int argc, char **argv) {
	const auto rounds = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 5U;
	bool met = true;
	for (const std::size_t count : {10'000, 1'000'000})
		for (const auto &kind : lisp::kinds) met &= lisp::run(kind, count, std::max(rounds, 1U));
	return met ? 0 : 1;
}
