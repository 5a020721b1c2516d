// Text being composed, for output by the gigabyte.
//
// As std::string, but all of append is visible to the compiler: a check of the room, a copy. What
// is appended in many small parts can claim room() once and write there.
#pragma once

#include "wire/octets.h"

#include <array>
#include <concepts>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace lisp {

class Text {
public:
	Text() = default;
	Text(const Text &) = delete;
	Text &operator=(const Text &) = delete;
	Text(Text &&) = default;
	Text &operator=(Text &&) = default;

	Text &operator+=(char c) {
		*room(1) = c;
		++size_;
		return *this;
	}
	Text &operator+=(std::string_view text) {
		if (!text.empty()) std::memcpy(room(text.size()), text.data(), text.size());
		size_ += text.size();
		return *this;
	}
	void append(std::size_t count, char c) {
		std::memset(room(count), c, count);
		size_ += count;
	}

	// Where at least `size` characters may be written; commit() says where they end.
	char *room(std::size_t size) {
		if (size > capacity_ - size_) grow(size);
		return characters_.get() + size_;
	}
	void commit(const char *end) { size_ = static_cast<std::size_t>(end - characters_.get()); }

	void clear() { size_ = 0; }
	void shorten(std::size_t size) { size_ = size; }
	std::size_t size() const { return size_; }
	bool empty() const { return size_ == 0; }
	operator std::string_view() const { return {characters_.get(), size_}; }
	std::string str() const { return std::string{std::string_view{*this}}; }

private:
	void grow(std::size_t size);

	std::unique_ptr<char[]> characters_;
	std::size_t size_ = 0;
	std::size_t capacity_ = 0;
};

// Decimal digits from `at` on; returns their end. At most 20.
char *write_number(char *at, std::uint64_t value);

template <std::unsigned_integral T> void append_number(Text &out, T value) {
	if (value < 10) {
		out += static_cast<char>('0' + value);
		return;
	}
	out.commit(write_number(out.room(20), value));
}

// Lower case, two digits an octet.
void append_hex(Text &out, Bytes octets);

// The text of anything that has an append(Text &, const T &).
template <class T> std::string text_of(const T &value) {
	Text text;
	append(text, value);
	return text.str();
}

} // namespace lisp
