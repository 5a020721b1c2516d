#include "wire/checksum.h"

#include <gtest/gtest.h>

#include <random>

namespace lisp {
namespace {

// RFC 1071 section 3: the octets 00 01 f2 03 f4 f5 f6 f7 sum up to ddf2.
TEST(Checksum, RFC1071Example) {
	const Octets octets{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
	Checksum sum;
	sum.add(octets);
	EXPECT_EQ(sum.value(), static_cast<std::uint16_t>(~0xddf2));
}

// The definition, word by word.
std::uint16_t defined(Bytes octets) {
	std::uint32_t sum = 0;
	for (std::size_t i = 0; i < octets.size(); i += 2) {
		const auto low = i + 1 < octets.size() ? octets[i + 1] : std::uint8_t{0};
		sum += static_cast<std::uint32_t>(octets[i] << 8 | low);
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return static_cast<std::uint16_t>(~sum);
}

TEST(Checksum, OfEveryLengthAndInPieces) {
	std::mt19937 random{7};
	for (std::size_t size = 0; size < 300; ++size) {
		Octets octets(size);
		for (auto &octet : octets)
			octet = random() % 3 == 0 ? 0xff : static_cast<std::uint8_t>(random());
		Checksum whole;
		whole.add(octets);
		EXPECT_EQ(whole.value(), defined(octets)) << size;
		Checksum pieces;
		const auto first = size / 3 / 2 * 2;
		pieces.add(Bytes{octets}.first(first));
		pieces.add(Bytes{octets}.subspan(first));
		EXPECT_EQ(pieces.value(), defined(octets)) << size;
	}
}

} // namespace
} // namespace lisp
