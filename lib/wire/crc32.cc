#include "wire/crc32.h"

namespace lisp {

namespace {

constexpr std::uint32_t polynomial = 0xedb88320; // its bits reversed

// Of each octet, followed by as many zero octets as the row's number.
constexpr auto tables = [] {
	std::array<std::array<std::uint32_t, 256>, 8> rows{};
	for (std::uint32_t octet = 0; octet < 256; ++octet) {
		auto value = octet;
		for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1) != 0 ? polynomial : 0);
		rows[0][octet] = value;
	}
	for (std::size_t row = 1; row < rows.size(); ++row)
		for (std::size_t octet = 0; octet < 256; ++octet) {
			const auto shorter = rows[row - 1][octet];
			rows[row][octet] = shorter >> 8 ^ rows[0][shorter & 0xff];
		}
	return rows;
}();

std::uint32_t eight(const std::uint8_t *at, std::uint32_t crc) {
	crc ^=
	    at[0] | std::uint32_t{at[1]} << 8 | std::uint32_t{at[2]} << 16 | std::uint32_t{at[3]} << 24;
	return tables[7][crc & 0xff] ^ tables[6][crc >> 8 & 0xff] ^ tables[5][crc >> 16 & 0xff] ^
	       tables[4][crc >> 24] ^ tables[3][at[4]] ^ tables[2][at[5]] ^ tables[1][at[6]] ^
	       tables[0][at[7]];
}

} // namespace

std::uint32_t crc32(Bytes octets, std::uint32_t before) noexcept {
	auto crc = ~before;
	for (; octets.size() >= 8; octets = octets.subspan(8)) crc = eight(octets.data(), crc);
	for (const auto octet : octets) crc = crc >> 8 ^ tables[0][(crc ^ octet) & 0xff];
	return ~crc;
}

} // namespace lisp
