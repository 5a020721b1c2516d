// What a decoder or parser hands back: a value, or why there is none.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace lisp {

enum class Reason : std::uint8_t {
	truncated,   // the octets end before the field does
	bad_value,   // the field holds what its specification forbids
	unsupported, // legal, but unknown to this decoder: an AFI, a nesting depth
	too_long,    // encoding: the value does not fit its field, or the message its room
};

std::string_view name(Reason reason);

// Where and why octets could not be read, or a value could not be written.
struct WireError {
	Reason reason = Reason::truncated;
	std::size_t offset = 0; // from the first octet of the LISP message
	std::string_view field; // a string literal
	bool operator==(const WireError &) const = default;
};

// "truncated at 24 (eid mask-len)"
std::string to_string(const WireError &error);

// The member names of std::expected, which neither compiler has yet.
template <class T, class E = WireError> class [[nodiscard]] Result {
public:
	Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
	Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}

	explicit operator bool() const noexcept { return state_.index() == 0; }
	bool has_value() const noexcept { return state_.index() == 0; }

	T &operator*() & { return checked(); }
	const T &operator*() const & { return const_cast<Result *>(this)->checked(); }
	T &&operator*() && { return std::move(checked()); }
	T *operator->() { return &checked(); }
	const T *operator->() const { return &**this; }

	const E &error() const {
		assert(!has_value());
		return *std::get_if<1>(&state_);
	}

private:
	T &checked() {
		assert(has_value());
		return *std::get_if<0>(&state_);
	}
	std::variant<T, E> state_;
};

} // namespace lisp
