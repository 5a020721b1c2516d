// Memory for the parts of decoded messages, and lists that live in it.
//
// A decoder puts the records of a message into an Arena and the message refers to them, so that
// decoding packet after packet into one arena, reset in between, allocates nothing once the arena
// has grown to the largest message. Messages are therefore plain values without destructors, valid
// until the arena is reset and the datagram changes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace lisp {

class Arena {
public:
	Arena() = default;
	Arena(const Arena &) = delete;
	Arena &operator=(const Arena &) = delete;
	Arena(Arena &&other) noexcept { *this = std::move(other); }
	Arena &operator=(Arena &&other) noexcept {
		std::swap(chunks_, other.chunks_);
		std::swap(free_, other.free_);
		std::swap(end_, other.end_);
		return *this;
	}

	// `count` value-initialised objects. Callers bound `count` by octets in hand, never by a number
	// from the wire.
	template <class T> std::span<T> array(std::size_t count) {
		static_assert(std::is_trivially_destructible_v<T>, "the arena runs no destructors");
		static_assert(alignof(T) <= alignof(std::max_align_t));
		if (count == 0) return {};
		auto *first = static_cast<T *>(allocate(count * sizeof(T)));
		std::uninitialized_value_construct_n(first, count);
		return {first, count};
	}

	template <class T> T *make(const T &value) {
		static_assert(std::is_trivially_destructible_v<T>, "the arena runs no destructors");
		return new (allocate(sizeof(T))) T(value);
	}

	// A copy that lives as long as the arena's contents do.
	template <class T> std::span<const T> copy(std::span<const T> values) {
		const auto to = array<T>(values.size());
		std::copy(values.begin(), values.end(), to.begin());
		return to;
	}

	// Gives everything back at once; what was handed out is gone.
	void reset();

	std::size_t capacity() const; // octets held, in use or not

private:
	struct Chunk {
		std::unique_ptr<std::byte[]> octets;
		std::size_t size = 0;
	};
	void *allocate(std::size_t size) {
		constexpr auto grain = alignof(std::max_align_t);
		size = (size + grain - 1) / grain * grain;
		if (size > static_cast<std::size_t>(end_ - free_)) [[unlikely]]
			add_chunk(size);
		return std::exchange(free_, free_ + size);
	}
	void add_chunk(std::size_t size);

	std::vector<Chunk> chunks_;
	std::byte *free_ = nullptr; // in the last chunk
	std::byte *end_ = nullptr;  // of it
};

// A read-only list whose elements live elsewhere: in an Arena, an array, a vector. Compares by
// element.
template <class T> class List {
public:
	using value_type = T;

	constexpr List() noexcept = default;
	constexpr List(std::span<const T> items) noexcept
	    : first_(items.data()), size_(static_cast<std::uint32_t>(items.size())) {}
	List(const std::vector<T> &items) noexcept : List(std::span<const T>(items)) {}
	template <std::size_t N>
	constexpr List(const T (&items)[N]) noexcept : List(std::span<const T>(items)) {}

	constexpr const T *begin() const noexcept { return first_; }
	constexpr const T *end() const noexcept { return first_ + size_; }
	constexpr std::size_t size() const noexcept { return size_; }
	constexpr bool empty() const noexcept { return size_ == 0; }
	constexpr const T &operator[](std::size_t i) const noexcept { return first_[i]; }
	constexpr const T &front() const noexcept { return first_[0]; }
	constexpr const T &back() const noexcept { return first_[size_ - 1]; }

	friend bool operator==(const List &a, const List &b) {
		return std::equal(a.begin(), a.end(), b.begin(), b.end());
	}

private:
	const T *first_ = nullptr;
	std::uint32_t size_ = 0;
};

// Octets that compare by value, which Bytes do not. Converts to Bytes and from them.
using OctetList = List<std::uint8_t>;

} // namespace lisp
