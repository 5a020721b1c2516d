// Names of what data packets carry, by IANA's keywords in lower case; none for most numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lisp {

// "ipv4", "ethernet", "shim" …
std::optional<std::string_view> next_protocol_name(std::uint8_t next_protocol);

// "ipv4", "arp" …
std::optional<std::string_view> ethertype_name(std::uint16_t type);

// Of IP: "tcp", "udp" …
std::optional<std::string_view> protocol_name(std::uint8_t protocol);

} // namespace lisp
