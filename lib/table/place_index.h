// Where things are, by their hash: the part that hash tables here have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lisp {

// Finds places, numbers of the owner's, under 32-bit hashes. Several may have one hash; the owner
// tells them apart. Eight octets a slot, of which at least half are empty.
class PlaceIndex {
public:
	using Place = std::uint32_t;
	static constexpr Place nowhere = 0xffffffff;

	PlaceIndex() : slots_(first_slots) {}

	// The first place with this hash for which wanted(place) is true, or else nowhere.
	template <class Wanted> Place find(std::uint32_t hash, Wanted wanted) const {
		for (auto at = hash & mask(); slots_[at].place != nowhere; at = next(at))
			if (slots_[at].hash == hash && wanted(slots_[at].place)) return slots_[at].place;
		return nowhere;
	}

	void add(std::uint32_t hash, Place place) {
		if (2 * (size_ + 1) > slots_.size()) grow();
		put({hash, place});
		++size_;
	}

	// It is there.
	void erase(std::uint32_t hash, Place place) {
		auto hole = hash & mask();
		while (slots_[hole].place != place) hole = next(hole);
		// Whatever would not be found past an empty slot moves up into it.
		for (auto at = next(hole); slots_[at].place != nowhere; at = next(at)) {
			const auto home = slots_[at].hash & mask();
			if (((at - home) & mask()) < ((at - hole) & mask())) continue;
			slots_[hole] = slots_[at];
			hole = at;
		}
		slots_[hole] = {};
		--size_;
	}

	// In no order that means anything.
	template <class Use> void for_each(Use use) const {
		for (const auto &slot : slots_)
			if (slot.place != nowhere) use(slot.place);
	}

private:
	static constexpr std::size_t first_slots = 64; // a power of two, as their number always is

	struct Slot {
		std::uint32_t hash = 0;
		Place place = nowhere;
	};

	std::size_t mask() const { return slots_.size() - 1; }
	std::size_t next(std::size_t at) const { return (at + 1) & mask(); }

	void put(const Slot &slot) {
		auto at = slot.hash & mask();
		while (slots_[at].place != nowhere) at = next(at);
		slots_[at] = slot;
	}

	void grow() {
		std::vector<Slot> old(2 * slots_.size());
		old.swap(slots_);
		for (const auto &slot : old)
			if (slot.place != nowhere) put(slot);
	}

	std::size_t size_ = 0;
	std::vector<Slot> slots_;
};

} // namespace lisp
