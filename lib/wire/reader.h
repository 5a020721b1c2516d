// A cursor over received octets that cannot leave its span.
//
// The first failure is kept and everything after it reads as zero, so a decoder is a straight run
// in the order of the RFC's figure that asks ok() once at the end, and a counted loop
// (`for (...; in.ok(); ...)`) stops by itself.
#pragma once

#include "wire/octets.h"
#include "wire/result.h"

#include <utility>

namespace lisp {

class Reader {
public:
	// `base` is the offset of the first octet in the LISP message, for error messages.
	explicit Reader(Bytes octets, std::size_t base = 0) noexcept : octets_(octets), base_(base) {}

	std::uint8_t u8(std::string_view field) noexcept {
		return static_cast<std::uint8_t>(big_endian<1>(field));
	}
	std::uint16_t u16(std::string_view field) noexcept {
		return static_cast<std::uint16_t>(big_endian<2>(field));
	}
	std::uint32_t u24(std::string_view field) noexcept {
		return static_cast<std::uint32_t>(big_endian<3>(field));
	}
	std::uint32_t u32(std::string_view field) noexcept {
		return static_cast<std::uint32_t>(big_endian<4>(field));
	}
	std::uint64_t u64(std::string_view field) noexcept { return big_endian<8>(field); }

	Bytes take(std::size_t count, std::string_view field) noexcept {
		if (count > remaining()) [[unlikely]] {
			fail(Reason::truncated, field);
			return {};
		}
		return octets_.subspan(std::exchange(at_, at_ + count), count);
	}

	// The octets from here to the end, taken.
	Bytes rest() noexcept { return octets_.subspan(std::exchange(at_, octets_.size())); }

	// A reader confined to the next `count` octets, which this one passes over. Its failure comes
	// back with absorb().
	Reader sub(std::size_t count, std::string_view field) noexcept {
		const auto base = offset();
		Reader child{take(count, field), base};
		child.ok_ = ok_;
		child.error_ = error_;
		return child;
	}
	void absorb(const Reader &child) noexcept {
		if (!child.ok_ && ok_) set_failed(child.error_);
	}

	// The next octet, not taken; 0 at the end.
	std::uint8_t peek() const noexcept { return remaining() > 0 ? octets_[at_] : 0; }

	void fail(Reason why, std::string_view field) noexcept { fail_at(why, field, offset()); }
	void fail_at(Reason why, std::string_view field, std::size_t offset) noexcept;

	bool ok() const noexcept { return ok_; }
	const WireError &error() const noexcept { return error_; }
	std::size_t remaining() const noexcept { return octets_.size() - at_; }
	std::size_t offset() const noexcept { return base_ + at_; }

private:
	template <std::size_t N> std::uint64_t big_endian(std::string_view field) noexcept {
		if (N > remaining()) [[unlikely]] {
			fail(Reason::truncated, field);
			return 0;
		}
		const auto *octets = octets_.data() + std::exchange(at_, at_ + N);
		// One expression, of which compilers make one load.
		return [octets]<std::size_t... I>(std::index_sequence<I...>) {
			return ((std::uint64_t{octets[I]} << 8 * (N - 1 - I)) | ...);
		}
		(std::make_index_sequence<N>{});
	}
	void set_failed(const WireError &error) noexcept;

	Bytes octets_;
	std::size_t base_;
	std::size_t at_ = 0;
	bool ok_ = true;
	WireError error_;
};

} // namespace lisp
