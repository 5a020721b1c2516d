// Text that grows at its end: what programs print, and what they are fast at because of it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace lisp {

// Like a std::string, but every way of adding to it is a few inlined instructions.
class Text {
public:
	Text() = default;
	Text(Text &&other) noexcept { swap(*this, other); }
	Text &operator=(Text &&other) noexcept {
		swap(*this, other);
		return *this;
	}
	friend void swap(Text &a, Text &b) noexcept {
		a.characters_.swap(b.characters_);
		std::swap(a.size_, b.size_);
		std::swap(a.capacity_, b.capacity_);
	}

	Text &operator+=(char c) {
		*room(1) = c;
		++size_;
		return *this;
	}
	Text &operator+=(std::string_view more) {
		std::copy_n(more.data(), more.size(), room(more.size()));
		size_ += more.size();
		return *this;
	}
	void append(std::size_t count, char c) {
		std::fill_n(room(count), count, c);
		size_ += count;
	}

	// Where up to `count` characters may be written, at the end of the text; advance_to() makes
	// those before `end` a part of it.
	char *room(std::size_t count) {
		if (capacity_ - size_ < count) [[unlikely]]
			grow(count);
		return characters_.get() + size_;
	}
	void advance_to(const char *end) { size_ = static_cast<std::size_t>(end - characters_.get()); }

	// Without its end; `size` is at most what it was.
	void cut(std::size_t size) { size_ = size; }
	void clear() { size_ = 0; }

	bool empty() const { return size_ == 0; }
	std::size_t size() const { return size_; }
	std::string_view view() const { return {characters_.get(), size_}; }
	operator std::string_view() const { return view(); }
	std::string str() const { return std::string{view()}; }

private:
	void grow(std::size_t count);

	std::unique_ptr<char[]> characters_;
	std::size_t size_ = 0;
	std::size_t capacity_ = 0;
};

} // namespace lisp
