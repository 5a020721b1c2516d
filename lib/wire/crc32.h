// CRC-32 as Ethernet and zip have it: tells octets that a crash has left half written.
#pragma once

#include "wire/octets.h"

namespace lisp {

// Of `octets` after those that gave `before`.
std::uint32_t crc32(Bytes octets, std::uint32_t before = 0) noexcept;

} // namespace lisp
