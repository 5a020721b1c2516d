// AFI-coded addresses as LISP messages carry them: IPv4, IPv6, LCAF and the rarer kinds.
// RFC 9301 section 5.1, RFC 8060.
#pragma once

#include "address/ip_address.h"
#include "wire/arena.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <array>
#include <string>
#include <variant>

namespace lisp {

// EUI-48 (AFI 6 or 16389) and EUI-64 (16390).
struct MacAddress {
	Afi afi = Afi::mac48;
	std::array<std::uint8_t, 8> octets{}; // the last two are 0 in an EUI-48
	bool operator==(const MacAddress &) const = default;

	std::size_t width() const { return afi == Afi::eui64 ? 8 : 6; } // octets
};

// AFI 17, without its terminating NUL. A view into the datagram.
struct DistinguishedName {
	std::string_view text;
	bool operator==(const DistinguishedName &) const = default;
};

struct LcafBody; // address/lcaf.h

// A LISP Canonical Address (RFC 8060). Refers to a body that its maker keeps, mostly in an arena;
// compares by that body.
class Lcaf {
public:
	explicit Lcaf(const LcafBody &body) noexcept : body_(&body) {}
	const LcafBody &body() const noexcept { return *body_; }
	friend bool operator==(const Lcaf &a, const Lcaf &b);

private:
	const LcafBody *body_;
};

// IpAddress stands for AFI 0 as well.
using Address = std::variant<IpAddress, MacAddress, DistinguishedName, Lcaf>;

// LCAFs inside LCAFs, counted from the outermost as 1. No RFC sets a limit; documented uses need 4.
inline constexpr unsigned max_lcaf_nesting = 8;

// AFI and address. An unknown AFI fails as unsupported: its length cannot be known, so the whole
// message is lost (RFC 9301 section 5.1). An unknown LCAF type does not. `nesting` is the number of
// LCAFs around this address.
void read(Reader &in, Arena &arena, Address &address, std::string_view field, unsigned nesting = 0);
void write(Writer &out, const Address &address, std::string_view field);

// Passes over AFI and address, whatever is in them; fails where the size cannot be known.
void skip_address(Reader &in);

std::size_t encoded_size(const Address &address); // octets, AFI included

Afi afi(const Address &address);

// Every field is in it, and nothing that a terminal could act on: "192.0.2.1", "[100]10.1.1.1",
// "02:00:00:00:00:01" (AFI 6), "02-00-00-00-00-01" (an EUI), "'laptop'", "-" (AFI 0); for the other
// LCAFs see address/lcaf.h.
void append(Text &out, const Address &address);
std::string to_string(const Address &address);

// The address as an IP address, if it is one (not AFI 0).
const IpAddress *as_ip(const Address &address);

// The address as an LCAF of one kind, if it is one: as_lcaf<lcaf::InstanceId>(address).
template <class T> const T *as_lcaf(const Address &address);

} // namespace lisp
