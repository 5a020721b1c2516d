#include "wire/text.h"

#include <algorithm>

namespace lisp {

namespace {

constexpr auto pairs_of_digits = [] {
	std::array<char, 200> digits{};
	for (std::size_t i = 0; i < 100; ++i) {
		digits[2 * i] = static_cast<char>('0' + i / 10);
		digits[2 * i + 1] = static_cast<char>('0' + i % 10);
	}
	return digits;
}();

std::size_t count_digits(std::uint64_t value) {
	std::size_t count = 1;
	for (; value >= 100; value /= 100) count += 2;
	return value >= 10 ? count + 1 : count;
}

} // namespace

void Text::grow(std::size_t size) {
	const auto capacity = std::max<std::size_t>({64, 2 * capacity_, size_ + size});
	std::unique_ptr<char[]> larger{new char[capacity]}; // not zeroed
	if (size_ > 0) std::memcpy(larger.get(), characters_.get(), size_);
	characters_ = std::move(larger);
	capacity_ = capacity;
}

char *write_number(char *at, std::uint64_t value) {
	char *const end = at + count_digits(value);
	char *to = end;
	for (; value >= 100; value /= 100) {
		to -= 2;
		std::memcpy(to, &pairs_of_digits[value % 100 * 2], 2);
	}
	if (value >= 10)
		std::memcpy(to - 2, &pairs_of_digits[value * 2], 2);
	else
		to[-1] = static_cast<char>('0' + value);
	return end;
}

void append_hex(Text &out, Bytes octets) {
	char *to = out.room(2 * octets.size());
	for (const auto octet : octets) {
		*to++ = "0123456789abcdef"[octet >> 4];
		*to++ = "0123456789abcdef"[octet & 15];
	}
	out.commit(to);
}

} // namespace lisp
