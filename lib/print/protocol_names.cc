#include "print/protocol_names.h"

#include <algorithm>
#include <array>

namespace lisp {

namespace {

struct Name {
	std::uint16_t first;
	std::uint16_t last;
	std::string_view name;
};

// RFC 9305 section 6.1.
constexpr std::array<Name, 6> next_protocols{{
    {1, 1, "ipv4"},
    {2, 2, "ipv6"},
    {3, 3, "ethernet"},
    {4, 4, "nsh"},
    {0x7e, 0x7f, "experimental"},
    {0x80, 0xff, "shim"},
}};

constexpr std::array<Name, 9> ethertypes{{
    {0x0800, 0x0800, "ipv4"},
    {0x0806, 0x0806, "arp"},
    {0x86dd, 0x86dd, "ipv6"},
    {0x8847, 0x8847, "mpls"},
    {0x8863, 0x8863, "pppoe-discovery"},
    {0x8864, 0x8864, "pppoe-session"},
    {0x888e, 0x888e, "eapol"},
    {0x88cc, 0x88cc, "lldp"},
    {0x894f, 0x894f, "nsh"},
}};

constexpr std::array<Name, 16> protocols{{
    {1, 1, "icmp"},
    {2, 2, "igmp"},
    {4, 4, "ipv4"},
    {6, 6, "tcp"},
    {17, 17, "udp"},
    {33, 33, "dccp"},
    {41, 41, "ipv6"},
    {47, 47, "gre"},
    {50, 50, "esp"},
    {51, 51, "ah"},
    {58, 58, "icmpv6"},
    {89, 89, "ospf"},
    {103, 103, "pim"},
    {112, 112, "vrrp"},
    {132, 132, "sctp"},
    {136, 136, "udplite"},
}};

template <std::size_t N>
std::optional<std::string_view> find(const std::array<Name, N> &names, std::uint16_t number) {
	const auto *const found = std::find_if(names.begin(), names.end(),
	    [&](const Name &name) { return name.first <= number && number <= name.last; });
	if (found == names.end()) return std::nullopt;
	return found->name;
}

} // namespace

std::optional<std::string_view> next_protocol_name(std::uint8_t next_protocol) {
	return find(next_protocols, next_protocol);
}

std::optional<std::string_view> ethertype_name(std::uint16_t type) {
	return find(ethertypes, type);
}

std::optional<std::string_view> protocol_name(std::uint8_t protocol) {
	return find(protocols, protocol);
}

} // namespace lisp
