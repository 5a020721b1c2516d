// How single values look in every output: numbers in hexadecimal, octets, EIDs, times.
#pragma once

#include "message/change_priority.h"
#include "message/map_record.h"
#include "message/map_referral.h"

#include <string>

namespace lisp {

// 64 bits of no numeric meaning: a nonce, a Site-ID. "0x59f066a12bab660c"
struct Hex64 {
	std::uint64_t value = 0;
};
inline void append(Text &out, Hex64 hex) {
	append_hex_digits(out += "0x", hex.value, 16);
}

// 24 bits of no numeric meaning: the nonce of a data packet, of a locator. "0xabcdef"
struct Hex24 {
	std::uint32_t value = 0;
};
inline void append(Text &out, Hex24 hex) {
	append_hex_digits(out += "0x", hex.value, 6);
}

// Octets that nothing is known of: "a3e543f6…", without 0x.
struct HexOctets {
	Bytes octets;
};
inline void append(Text &out, HexOctets hex) {
	append_hex(out, hex.octets);
}
inline void append(Text &out, OctetList octets) {
	append_hex(out, octets);
}

// An EID and its mask length. "153.16.38.0/24", "[100]10.1.1.1/32" with an Instance ID, the address
// as received where host bits are set; what is no IP prefix is its address, "/" and the mask
// length.
struct EidText {
	const Address &address;
	unsigned mask_length = 0;
};
void append(Text &out, const EidText &eid);

// The same of an EID that is an IP address.
struct IpPrefixText {
	const IpAddress &address;
	unsigned mask_length = 0;
};
void append(Text &out, const IpPrefixText &prefix);

// "no-action" … "drop-auth-failure", "unassigned-6"
std::string_view name(Action action);

// "node-referral" … "not-authoritative", "unassigned-6"
std::string_view name(ReferralAction action);

// "seed", "v102", "extension"
std::string_view name(ChangePriorityLayout layout);

enum class TimeForm : std::uint8_t {
	utc,   // RFC 3339: "2012-05-31T12:00:00.123456789Z"
	local, // the same in the zone of the environment: "2012-05-31T14:00:00.123456789+02:00"
	epoch, // seconds since 1970: "1338465600.123456789"
	delta, // seconds since the message before: "0.000123456", "-0.000000001"
	none,
};

// A time as a field of its own.
struct TimeText {
	std::uint64_t nanoseconds = 0; // since 1970; with delta a difference, in two's complement
	TimeForm form = TimeForm::utc;
};

// Nothing for TimeForm::none.
void append_time(Text &out, std::uint64_t nanoseconds, TimeForm form);
inline void append(Text &out, const TimeText &time) {
	append_time(out, time.nanoseconds, time.form);
}

} // namespace lisp
