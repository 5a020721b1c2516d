// A table of what was used last, of bounded size.
#pragma once

#include "table/bounded_map.h"

namespace lisp {

// In two halves: what is used is in the young one, and when that is full, it becomes the old one
// and the old one's entries are forgotten. So at least the limit / 2 keys used last are there.
template <class Key, class Value> class RecentMap {
public:
	// At most `limit` entries, two or more.
	RecentMap(std::size_t limit, std::uint64_t seed)
	    : half_(limit / 2), seed_(seed), young_(half_, seed), old_(half_, seed) {}

	// Valid until the next call; nullptr where the key is not there.
	Value *find(const Key &key) {
		if (const auto place = young_.find(key); place != young_.nowhere)
			return &young_[place].value;
		const auto place = old_.find(key);
		if (place == old_.nowhere) return nullptr;
		const auto value = old_[place].value;
		old_.erase(place);
		return &(put(key) = value);
	}

	// Where the key was not there, its value is value-initialised. Valid until the next call.
	Value &operator[](const Key &key) {
		auto *value = find(key);
		return value != nullptr ? *value : put(key);
	}

	std::size_t size() const { return young_.size() + old_.size(); }

private:
	Value &put(const Key &key) {
		if (young_.full()) {
			old_ = std::move(young_);
			young_ = BoundedMap<Key, Value>{half_, seed_};
		}
		return young_[young_.find_or_add(key)].value;
	}

	std::size_t half_;
	std::uint64_t seed_;
	BoundedMap<Key, Value> young_;
	BoundedMap<Key, Value> old_;
};

} // namespace lisp
