// A hash table that grows to a limit and no further, for keys that strangers choose.
#pragma once

#include "table/place_index.h"
#include "table/seeded_hash.h"

#include <cassert>

namespace lisp {

// Entries keep their place, a number below the limit, for as long as they are there: what else
// belongs to an entry may be kept beside the table under that number. What happens at the limit is
// the owner's decision. A Key is compared with == and hashed by seeded_hash(key, seed).
template <class Key, class Value> class BoundedMap {
public:
	using Place = PlaceIndex::Place;
	static constexpr Place nowhere = PlaceIndex::nowhere;

	struct Entry {
		Key key;
		Value value;
	};

	// At most `limit` entries, which is below 2^31.
	BoundedMap(std::size_t limit, std::uint64_t seed) : limit_(limit), seed_(seed) {
		assert(limit > 0 && limit < std::size_t{1} << 31);
	}

	std::size_t size() const { return entries_.size() - free_.size(); }
	bool full() const { return size() == limit_; }

	Entry &operator[](Place place) { return entries_[place]; }
	const Entry &operator[](Place place) const { return entries_[place]; }

	Place find(const Key &key) const { return find(key, hash_of(key)); }

	// Where the key is now, its value value-initialised if it is new; nowhere if there is no room.
	Place find_or_add(const Key &key) {
		const auto hash = hash_of(key);
		const auto found = find(key, hash);
		if (found != nowhere || full()) return found;
		const auto place = new_place();
		entries_[place] = {key, Value{}};
		index_.add(hash, place);
		return place;
	}

	void erase(Place place) {
		index_.erase(hash_of(entries_[place].key), place);
		free_.push_back(place);
	}

	// In no order that means anything.
	template <class Use> void for_each(Use use) const {
		index_.for_each([&](Place place) { use(entries_[place]); });
	}

private:
	std::uint32_t hash_of(const Key &key) const {
		return static_cast<std::uint32_t>(seeded_hash(key, seed_));
	}
	Place find(const Key &key, std::uint32_t hash) const {
		return index_.find(hash, [&](Place place) { return entries_[place].key == key; });
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
	PlaceIndex index_;
	std::vector<Entry> entries_;
	std::vector<Place> free_;
};

} // namespace lisp
