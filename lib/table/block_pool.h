// Many short arrays in one vector.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lisp {

// Blocks of 1 to `max_block` consecutive values, known by the index of the first. What is given
// back serves blocks of the same size; nothing else moves. The owner does, from one pool to
// another, when too much lies idle.
template <class T, unsigned max_block> class BlockPool {
public:
	using Index = std::uint32_t;

	explicit BlockPool(std::size_t capacity = 0) { values_.reserve(capacity); }

	T &operator[](Index index) { return values_[index]; }
	const T &operator[](Index index) const { return values_[index]; }

	// References stay valid while so many more values are taken.
	bool has_room(std::size_t count) const { return values_.capacity() - values_.size() >= count; }
	std::size_t used() const { return values_.size() - idle_; }
	std::size_t memory() const { // octets
		std::size_t octets = values_.capacity() * sizeof(T);
		for (const auto &list : idle_blocks_) octets += list.capacity() * sizeof(Index);
		return octets;
	}

	// A copy of the block in another pool.
	Index copy(const BlockPool &from, Index first, unsigned count) {
		const auto to = take(count);
		std::copy_n(from.values_.data() + first, count, values_.data() + to);
		return to;
	}

	// The block with the value put in, elsewhere.
	Index insert(Index first, unsigned count, unsigned at, const T &value) {
		const auto to = take(count + 1);
		const auto *old = values_.data() + first;
		auto *wider = values_.data() + to;
		std::copy_n(old, at, wider);
		wider[at] = value;
		std::copy_n(old + at, count - at, wider + at + 1);
		give_back(first, count);
		return to;
	}

	// The block stays where it is.
	void erase(Index first, unsigned count, unsigned at) {
		auto *block = values_.data() + first;
		std::copy(block + at + 1, block + count, block + at);
		give_back(first + count - 1, 1);
	}

private:
	Index take(unsigned count) {
		auto &idle = idle_blocks_[count];
		if (idle.empty()) {
			values_.resize(values_.size() + count);
			return static_cast<Index>(values_.size() - count);
		}
		const auto first = idle.back();
		idle.pop_back();
		idle_ -= count;
		return first;
	}

	void give_back(Index first, unsigned count) {
		if (count == 0) return;
		idle_blocks_[count].push_back(first);
		idle_ += count;
	}

	std::vector<T> values_;
	std::array<std::vector<Index>, max_block + 1> idle_blocks_; // by size
	std::size_t idle_ = 0;                                      // values in them
};

} // namespace lisp
