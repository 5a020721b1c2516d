// An EID-prefix: the key of every LISP table. RFC 9301 section 5; Instance IDs as in RFC 8060
// section 4.1.
#pragma once

#include "address/address.h"
#include "wire/arena.h"

namespace lisp {

struct EidPrefix {
	std::uint32_t instance = 0; // 0 outside of any Instance ID LCAF
	IpAddress address;          // host bits zero
	std::uint8_t length = 0;    // bits

	// nullopt where the length exceeds the family's width or there is no address. Host bits are
	// cleared; has_host_bits() tells beforehand.
	static std::optional<EidPrefix> make(
	    const IpAddress &address, unsigned length, std::uint32_t instance = 0);

	// "153.16.38.0/24", "2001:db8::1" (a host), "[100]10.1.1.1/32" with its Instance ID.
	static std::optional<EidPrefix> parse(std::string_view text);

	static EidPrefix host(const IpAddress &address, std::uint32_t instance = 0);

	bool covers(const EidPrefix &other) const; // itself included
	bool covers(const IpAddress &other) const;
	bool is_host() const { return length == address.width(); }

	auto operator<=>(const EidPrefix &) const = default;
};

bool has_host_bits(const IpAddress &address, unsigned length);

// The forms that parse() takes; an Instance ID of 0 is not shown.
std::string to_string(const EidPrefix &prefix);
void append(Text &out, const EidPrefix &prefix);

// Between the wire's address and mask length and the table's key. Only AFI 1 and 2 are prefixes
// here, alone or in one Instance ID LCAF; anything else is nullopt, as is a mask that is too long.
std::optional<EidPrefix> eid_prefix(const Address &address, unsigned mask_length);

// Instance ID and address of an Instance ID LCAF around AFI 0, 1 or 2; nullopt for any other.
std::optional<std::pair<std::uint32_t, IpAddress>> instance_address(const Address &address);

// The bits that a mask length may count where `eid` is an IP address; 255 where it is anything else
// and nothing is known.
unsigned max_mask_length(const Address &eid);

// A mask length beyond that is a fault: of the octet at `offset`, and of what is to be written.
void require_mask_length(
    Reader &in, unsigned mask_length, const Address &eid, std::size_t offset) noexcept;
void write_mask_length(Writer &out, unsigned mask_length, const Address &eid) noexcept;

// The wire's form of the prefix; an LCAF's body is put into the arena.
Address eid_address(const EidPrefix &prefix, Arena &arena);

} // namespace lisp
