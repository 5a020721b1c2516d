#include "wire/text.h"

#include <cstring>

namespace lisp {

void Text::grow(std::size_t count) {
	constexpr std::size_t least = 256;
	const auto capacity = std::max({least, size_ + count, 2 * capacity_});
	auto larger = std::make_unique_for_overwrite<char[]>(capacity);
	if (size_ > 0) std::memcpy(larger.get(), characters_.get(), size_);
	characters_ = std::move(larger);
	capacity_ = capacity;
}

} // namespace lisp
