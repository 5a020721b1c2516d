// EID-prefixes as strings of bits, cut into the digits that a trie branches by.
#pragma once

#include "address/eid_prefix.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace lisp {

constexpr unsigned digit_bits = 6;

// Sets of digits, and of what else there are no more than 64 of.
constexpr std::uint64_t bit(unsigned index) {
	return std::uint64_t{1} << index;
}

// What std::popcount is without the instruction is a call.
constexpr unsigned ones(std::uint64_t set) {
	set -= set >> 1 & 0x5555555555555555;
	set = (set & 0x3333333333333333) + (set >> 2 & 0x3333333333333333);
	set = (set + (set >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return static_cast<unsigned>(set * 0x0101010101010101 >> 56);
}

// Instance ID, family and address in one string: digits compare as EID-prefixes do. What lies
// beyond the prefix is zero.
class PrefixDigits {
public:
	static constexpr unsigned head = 36;      // bits of Instance ID and family
	static constexpr unsigned max_count = 28; // digits of an IPv6 host, the last not whole

	explicit PrefixDigits(const EidPrefix &prefix) : bits_(head + prefix.length) {
		const auto upper = prefix.address.upper();
		const auto lower = prefix.address.lower();
		const auto family = static_cast<std::uint64_t>(prefix.address.family);
		words_ = {std::uint64_t{prefix.instance} << 16 | family << 12 | upper >> 52,
		    upper >> 4 & word_mask, (upper << 44 | lower >> 20) & word_mask,
		    lower << 28 & word_mask};
	}

	unsigned bits() const { return bits_; }
	unsigned home() const { return bits_ / digit_bits; } // whole digits
	unsigned digit(unsigned index) const {
		return words_[index / 8] >> (42 - index % 8 * digit_bits) & 63;
	}

	// No more than both have.
	unsigned common_bits(const PrefixDigits &other) const {
		unsigned common = 0;
		for (std::size_t i = 0; i < words_.size(); ++i) {
			const auto difference = words_[i] ^ other.words_[i];
			common += static_cast<unsigned>(std::countl_zero(difference)) - (64 - word_bits);
			if (difference != 0) break;
		}
		return std::min({common, bits_, other.bits_});
	}

private:
	static constexpr unsigned word_bits = 48; // eight digits
	static constexpr std::uint64_t word_mask = (std::uint64_t{1} << word_bits) - 1;

	std::array<std::uint64_t, 4> words_;
	unsigned bits_;
};

} // namespace lisp
