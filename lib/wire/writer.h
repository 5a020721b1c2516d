// Writes into room that the caller owns, and checks what it narrows.
//
// Mirrors Reader: each uN takes a wide value and fails (too_long) when it does not fit its field or
// the room is full; the first failure is kept, finish() tells.
#pragma once

#include "wire/octets.h"
#include "wire/result.h"

#include <algorithm>

namespace lisp {

// The largest UDP payload over IPv4: room for any message.
inline constexpr std::size_t max_datagram = 65507;

class Writer {
public:
	explicit Writer(Room room) noexcept : room_(room), limit_(room.size()) {}

	// Writes nowhere: size() tells how much room the same calls would need.
	static Writer measuring() noexcept {
		Writer out{Room{}};
		out.limit_ = ~std::size_t{0};
		return out;
	}

	void u8(std::uint64_t value, std::string_view field) noexcept { big_endian<1>(value, field); }
	void u16(std::uint64_t value, std::string_view field) noexcept { big_endian<2>(value, field); }
	void u24(std::uint64_t value, std::string_view field) noexcept { big_endian<3>(value, field); }
	void u32(std::uint64_t value, std::string_view field) noexcept { big_endian<4>(value, field); }
	void u64(std::uint64_t value, std::string_view field) noexcept { big_endian<8>(value, field); }

	void bytes(Bytes octets, std::string_view field) noexcept {
		if (Room to = claim(octets.size(), field); to.size() == octets.size())
			std::copy(octets.begin(), octets.end(), to.begin());
	}

	// Overwrites two octets written before, for a length that is known only afterwards.
	void patch_u16(std::size_t at, std::uint64_t value, std::string_view field) noexcept {
		if (value > 0xffff) return fail(field);
		if (!ok_ || room_.empty()) return;
		room_[at] = static_cast<std::uint8_t>(value >> 8);
		room_[at + 1] = static_cast<std::uint8_t>(value);
	}

	void fail(std::string_view field, Reason why = Reason::too_long) noexcept {
		if (!ok_) return;
		ok_ = false;
		error_ = {why, at_, field};
	}

	bool ok() const noexcept { return ok_; }
	std::size_t size() const noexcept { return at_; }
	Bytes written() const noexcept { return room_.first(at_); }
	const WireError &error() const noexcept { return error_; }

	// The part of the room that was written, or the first failure.
	Result<Room> finish() const {
		if (!ok_) return error_;
		return room_.first(at_);
	}

private:
	Room claim(std::size_t count, std::string_view field) noexcept {
		if (!ok_ || count > limit_ - at_) {
			fail(field);
			return {};
		}
		at_ += count;
		return room_.empty() ? Room{} : room_.subspan(at_ - count, count);
	}
	template <std::size_t N> void big_endian(std::uint64_t value, std::string_view field) noexcept {
		if constexpr (N < 8) {
			if (value >> (8 * N) != 0) return fail(field);
		}
		const Room to = claim(N, field);
		if (to.size() != N) return;
		// A count that the compiler knows makes one store of it.
		for (std::size_t i = 0; i < N; ++i)
			to[i] = static_cast<std::uint8_t>(value >> 8 * (N - 1 - i));
	}

	Room room_;
	std::size_t limit_; // octets
	std::size_t at_ = 0;
	bool ok_ = true;
	WireError error_;
};

} // namespace lisp
