#include "wire/arena.h"

namespace lisp {

namespace {

constexpr std::size_t first_chunk = 4096;

constexpr std::size_t aligned(std::size_t size) {
	constexpr auto grain = alignof(std::max_align_t);
	return (size + grain - 1) / grain * grain;
}

} // namespace

void *Arena::allocate(std::size_t size) {
	size = aligned(size);
	if (chunks_.empty() || size > chunks_.back().size - used_) {
		const auto doubled = chunks_.empty() ? first_chunk : 2 * chunks_.back().size;
		const auto fresh = std::max(doubled, size);
		chunks_.push_back({std::make_unique<std::byte[]>(fresh), fresh});
		used_ = 0;
	}
	auto *where = chunks_.back().octets.get() + used_;
	used_ += size;
	return where;
}

void Arena::reset() {
	// The last chunk is the largest: with it alone the next message of this size needs no other.
	if (chunks_.size() > 1) chunks_.erase(chunks_.begin(), chunks_.end() - 1);
	used_ = 0;
}

std::size_t Arena::capacity() const {
	std::size_t sum = 0;
	for (const auto &chunk : chunks_) sum += chunk.size;
	return sum;
}

} // namespace lisp
