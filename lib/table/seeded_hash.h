// Hashes that nobody who does not know the seed can make collide.
#pragma once

#include "address/eid_prefix.h"

#include <cstring>

namespace lisp {

// The finalizer of MurmurHash3: each bit of the value reaches every bit of the hash.
inline std::uint64_t mixed(std::uint64_t value) {
	value = (value ^ value >> 33) * 0xff51afd7ed558ccdU;
	value = (value ^ value >> 33) * 0xc4ceb9fe1a85ec53U;
	return value ^ value >> 33;
}

inline std::uint64_t seeded_hash(std::uint64_t value, std::uint64_t seed) {
	return mixed(mixed(value + seed) ^ seed);
}

inline std::uint64_t seeded_hash(const IpAddress &address, std::uint64_t seed) {
	std::uint64_t words[2];
	std::memcpy(words, address.octets.data(), sizeof words);
	const auto first = mixed(words[0] + seed + static_cast<std::uint64_t>(address.family));
	return words[1] == 0 ? mixed(first ^ seed) : mixed((first ^ seed) + words[1]);
}

inline std::uint64_t seeded_hash(const EidPrefix &prefix, std::uint64_t seed) {
	const auto rest = std::uint64_t{prefix.instance} << 8 | prefix.length;
	return seeded_hash(prefix.address, seed + rest * 0x9e3779b97f4a7c15U);
}

} // namespace lisp
