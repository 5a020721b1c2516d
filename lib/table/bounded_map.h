// A hash table that grows to a limit and no further, for keys that strangers choose.
#pragma once

#include "table/seeded_hash.h"

#include <cassert>
#include <vector>

namespace lisp {

// Entries keep their place, a number below the limit, for as long as they are there: what else
// belongs to an entry may be kept beside the table under that number. What happens at the limit is
// the owner's decision. A Key is compared with == and hashed by seeded_hash(key, seed).
template <class Key, class Value> class BoundedMap {
public:
	using Place = std::uint32_t;
	static constexpr Place nowhere = 0xffffffff;

	struct Entry {
		Key key;
		Value value;
	};

	// At most `limit` entries, which is below 2^31.
	BoundedMap(std::size_t limit, std::uint64_t seed) : limit_(limit), seed_(seed) {
		assert(limit > 0 && limit < std::size_t{1} << 31);
		slots_.resize(first_slots);
	}

	std::size_t size() const { return size_; }
	std::size_t limit() const { return limit_; }
	bool full() const { return size_ == limit_; }

	Entry &operator[](Place place) { return entries_[place]; }
	const Entry &operator[](Place place) const { return entries_[place]; }

	Place find(const Key &key) const { return slots_[slot_of(key, hash_of(key))].place; }

	// Where the key is now, its value value-initialised if it is new; nowhere if there is no room.
	Place find_or_add(const Key &key) {
		const auto hash = hash_of(key);
		auto at = slot_of(key, hash);
		if (slots_[at].place != nowhere || full()) return slots_[at].place;
		if (2 * (size_ + 1) > slots_.size()) {
			grow();
			at = slot_of(key, hash);
		}
		const auto place = new_place();
		entries_[place] = {key, Value{}};
		slots_[at] = {hash, place};
		++size_;
		return place;
	}

	void erase(Place place) {
		auto hole = slot_of(entries_[place].key, hash_of(entries_[place].key));
		assert(slots_[hole].place == place);
		// Whatever would not be found past an empty slot moves up into it.
		for (auto at = next(hole); slots_[at].place != nowhere; at = next(at)) {
			const auto home = slots_[at].hash & mask();
			if (((at - home) & mask()) < ((at - hole) & mask())) continue;
			slots_[hole] = slots_[at];
			hole = at;
		}
		slots_[hole] = {};
		free_.push_back(place);
		--size_;
	}

	// In no order that means anything.
	template <class Use> void for_each(Use use) const {
		for (const auto &slot : slots_)
			if (slot.place != nowhere) use(entries_[slot.place]);
	}

private:
	static constexpr std::size_t first_slots = 64; // a power of two, as their number always is

	// The hash is kept to tell most keys apart without a look at them.
	struct Slot {
		std::uint32_t hash = 0;
		Place place = nowhere;
	};

	std::size_t mask() const { return slots_.size() - 1; }
	std::size_t next(std::size_t at) const { return (at + 1) & mask(); }
	std::uint32_t hash_of(const Key &key) const {
		return static_cast<std::uint32_t>(seeded_hash(key, seed_));
	}

	// The slot of the key, or the empty one in which it would be put.
	std::size_t slot_of(const Key &key, std::uint32_t hash) const {
		for (auto at = hash & mask();; at = next(at)) {
			const auto &slot = slots_[at];
			if (slot.place == nowhere) return at;
			if (slot.hash == hash && entries_[slot.place].key == key) return at;
		}
	}

	void grow() {
		std::vector<Slot> old(2 * slots_.size());
		old.swap(slots_);
		for (const auto &slot : old) {
			if (slot.place == nowhere) continue;
			auto at = slot.hash & mask();
			while (slots_[at].place != nowhere) at = next(at);
			slots_[at] = slot;
		}
	}

	Place new_place() {
		if (free_.empty()) {
			entries_.emplace_back();
			return static_cast<Place>(entries_.size() - 1);
		}
		const auto place = free_.back();
		free_.pop_back();
		return place;
	}

	std::size_t limit_;
	std::uint64_t seed_;
	std::size_t size_ = 0;
	std::vector<Slot> slots_;
	std::vector<Entry> entries_;
	std::vector<Place> free_;
};

} // namespace lisp
