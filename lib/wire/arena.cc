#include "wire/arena.h"

namespace lisp {

namespace {

constexpr std::size_t first_chunk = 4096;

} // namespace

void Arena::add_chunk(std::size_t size) {
	const auto doubled = chunks_.empty() ? first_chunk : 2 * chunks_.back().size;
	const auto fresh = std::max(doubled, size);
	chunks_.push_back({std::make_unique<std::byte[]>(fresh), fresh});
	free_ = chunks_.back().octets.get();
	end_ = free_ + fresh;
}

void Arena::reset() {
	// The last chunk is the largest: with it alone the next message of this size needs no other.
	if (chunks_.size() > 1) chunks_.erase(chunks_.begin(), chunks_.end() - 1);
	if (!chunks_.empty()) free_ = chunks_.back().octets.get();
}

std::size_t Arena::capacity() const {
	std::size_t sum = 0;
	for (const auto &chunk : chunks_) sum += chunk.size;
	return sum;
}

} // namespace lisp
