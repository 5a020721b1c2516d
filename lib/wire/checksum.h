// The Internet checksum (RFC 1071), for IPv4 headers and for UDP with its pseudo-header.
#pragma once

#include "wire/octets.h"

namespace lisp {

class Checksum {
public:
	// Pieces add up as if they were one run of octets, as long as all but the last have even
	// length.
	void add(Bytes octets) noexcept;
	void add_u16(std::uint16_t value) noexcept { sum_ += value; }
	void add_u32(std::uint32_t value) noexcept { sum_ += (value >> 16) + (value & 0xffff); }

	// The value to store; over octets that already hold a right checksum it is 0.
	std::uint16_t value() const noexcept;

private:
	std::uint64_t sum_ = 0;
};

} // namespace lisp
