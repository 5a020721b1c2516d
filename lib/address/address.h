// AFI-coded addresses as LISP messages carry them: IPv4, IPv6, LCAF and the rarer kinds.
// RFC 9301 section 5.1, RFC 8060.
#pragma once

#include "address/ip_address.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <algorithm>
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

// A LISP Canonical Address (RFC 8060 section 3) by its header; the body is a view into the
// datagram.
struct Lcaf {
	std::uint8_t type = 0;
	std::uint8_t flags = 0;
	std::uint8_t reserved2 = 0; // some types use it: the mask length of an Instance ID
	Bytes body;

	friend bool operator==(const Lcaf &a, const Lcaf &b) {
		return a.type == b.type && a.flags == b.flags && a.reserved2 == b.reserved2 &&
		       std::equal(a.body.begin(), a.body.end(), b.body.begin(), b.body.end());
	}
};

// IpAddress stands for AFI 0 as well.
using Address = std::variant<IpAddress, MacAddress, DistinguishedName, Lcaf>;

// AFI and address. An unknown AFI fails as unsupported: its length cannot be known, so the whole
// message is lost (RFC 9301 section 5.1). An unknown LCAF type does not.
void read(Reader &in, Address &address, std::string_view field);
void write(Writer &out, const Address &address, std::string_view field);

Afi afi(const Address &address);
void append(std::string &out, const Address &address);
std::string to_string(const Address &address);

// The address as an IP address, if it is one (not AFI 0).
const IpAddress *as_ip(const Address &address);

} // namespace lisp
