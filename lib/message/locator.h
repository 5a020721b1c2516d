// RLOC-record: one locator of an EID-record. RFC 9301 section 5.4.
#pragma once

#include "address/address.h"

namespace lisp {

inline constexpr std::uint8_t priority_unusable = 255;

struct Locator {
	std::uint8_t priority = 0;             // 0 is best; 255: not for unicast
	std::uint8_t weight = 0;               // the share among locators of equal priority
	std::uint8_t multicast_priority = 255; // 255: not for joining multicast trees
	std::uint8_t multicast_weight = 0;
	bool local = false;     // L: belongs to the sender of the record
	bool probed = false;    // p: the one that an RLOC probe asked about
	bool reachable = false; // R: the sender has a route to it
	Address rloc;

	bool operator==(const Locator &) const = default;
};

inline constexpr std::size_t min_locator_size = 8; // octets on the wire

void read(Reader &in, Arena &arena, Locator &locator);
void write(Writer &out, const Locator &locator);

// `count` locators, or as many as can be read before the reader fails.
List<Locator> read_locators(Reader &in, Arena &arena, std::size_t count);

// The order that RFC 9301 section 5.5 asks for: ascending, IPv4 before IPv6 before the rest.
bool locator_before(const Locator &a, const Locator &b);

} // namespace lisp
