// IPv4 and IPv6 addresses as values, and the endpoints made of them.
#pragma once

#include "address/afi.h"
#include "wire/octets.h"

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace lisp {

// An IPv4 or IPv6 address, or none (AFI 0). Octets beyond the family's width are always zero.
struct IpAddress {
	Afi family = Afi::none; // none, ipv4 or ipv6
	std::array<std::uint8_t, 16> octets{};

	static IpAddress v4(std::uint32_t host_order);
	// Of octets of that number; unspecified of any other.
	static IpAddress v4(Bytes four) {
		IpAddress address{Afi::ipv4, {}};
		if (four.size() == 4) std::memcpy(address.octets.data(), four.data(), 4);
		return address;
	}
	static IpAddress v6(Bytes sixteen) {
		IpAddress address{Afi::ipv6, {}};
		if (sixteen.size() == 16) std::memcpy(address.octets.data(), sixteen.data(), 16);
		return address;
	}

	// Any textual form inet_pton takes; nothing else, so no names and no ports.
	static std::optional<IpAddress> parse(std::string_view text);

	bool is_none() const { return family == Afi::none; }
	bool is_v4() const { return family == Afi::ipv4; }
	bool is_v6() const { return family == Afi::ipv6; }
	unsigned width() const { return is_v4() ? 32 : is_v6() ? 128 : 0; } // bits
	Bytes bytes() const { return Bytes{octets}.first(width() / 8); }
	// The octets as two numbers, IPv4 at the top of the first.
	std::uint64_t upper() const { return number(0); }
	std::uint64_t lower() const { return number(8); }
	bool bit(unsigned index) const { return (octets[index / 8] >> (7 - index % 8) & 1) != 0; }

	// The first `length` bits kept, the rest zero. `length` <= width().
	IpAddress masked(unsigned length) const;

	bool is_unspecified() const;
	bool is_loopback() const;
	bool is_multicast() const;
	bool is_link_local() const;
	bool is_broadcast() const; // 255.255.255.255

	auto operator<=>(const IpAddress &) const = default;

private:
	std::uint64_t number(std::size_t from) const {
		const auto half = [&](std::size_t at) { // in the form that compilers know for one load
			return std::uint32_t{octets[at]} << 24 | std::uint32_t{octets[at + 1]} << 16 |
			       std::uint32_t{octets[at + 2]} << 8 | octets[at + 3];
		};
		return std::uint64_t{half(from)} << 32 | half(from + 4);
	}
};

std::string to_string(const IpAddress &address); // "-" for none
void append(Text &out, const IpAddress &address);

// An address and a UDP port.
struct Endpoint {
	IpAddress address;
	std::uint16_t port = 0;

	auto operator<=>(const Endpoint &) const = default;
};

std::string to_string(const Endpoint &endpoint); // "192.0.2.1:4342", "[2001:db8::1]:4342"

// "ADDR", "ADDR:PORT", "[ADDR6]:PORT", "[ADDR6]"; a bare IPv6 address has no port.
std::optional<Endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port);

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t max); // decimal

struct IpAddressHash {
	std::size_t operator()(const IpAddress &address) const noexcept;
};

} // namespace lisp
