#include "wire/checksum.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace lisp {

namespace {

std::uint16_t fold(std::uint64_t sum) {
	while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
	return static_cast<std::uint16_t>(sum);
}

} // namespace

// The sum does not depend on the order of the octets in a word, but for the order of the result's
// (RFC 1071 section 2): so words are added as the machine reads them, two at a time.
void Checksum::add(Bytes octets) noexcept {
	std::uint64_t sum = 0;
	const auto *at = octets.data();
	auto left = octets.size();
	for (; left >= 16; at += 16, left -= 16) {
		std::array<std::uint32_t, 4> words;
		std::memcpy(words.data(), at, 16);
		sum += std::uint64_t{words[0]} + words[1] + words[2] + words[3];
	}
	for (; left >= 4; at += 4, left -= 4) {
		std::uint32_t words;
		std::memcpy(&words, at, 4);
		sum += words;
	}
	for (; left > 0; left -= std::min<std::size_t>(left, 2), at += 2) {
		std::uint16_t word = 0;
		std::memcpy(&word, at, std::min<std::size_t>(left, 2));
		sum += word;
	}
	const auto folded = fold(sum);
	if constexpr (std::endian::native == std::endian::little)
		sum_ += static_cast<std::uint16_t>(folded << 8 | folded >> 8);
	else
		sum_ += folded;
}

std::uint16_t Checksum::value() const noexcept {
	return static_cast<std::uint16_t>(~fold(sum_));
}

} // namespace lisp
