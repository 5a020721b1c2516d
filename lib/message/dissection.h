// A datagram taken apart for people: which message it is, what it carries inside, what is wrong
// with it. Daemons decode(); tools that show traffic dissect().
#pragma once

#include "message/message.h"
#include "message/type_five.h"
#include "message/warning.h"

#include <array>

namespace lisp {

// A LISP datagram as it was found, in a captured frame or as hexadecimal text.
struct Captured {
	std::uint64_t frame = 0;           // from 1, in its capture; 0 inside another message
	std::optional<std::uint64_t> time; // nanoseconds since 1970
	std::optional<Endpoint> source;
	std::optional<Endpoint> destination;
	Bytes octets;           // of the LISP message, as many as were captured
	std::size_t length = 0; // of the LISP message, in octets, as it was sent
	bool data = false;      // a data packet (port 4341), not a control message
	bool fragment = false;  // the first of the fragments of an IP packet
	bool cut = false;       // when captured, so that octets are missing
	ChecksumState ip_checksum = ChecksumState::unchecked;
	ChecksumState udp_checksum = ChecksumState::unchecked;
};

// Messages inside the outermost one that are looked into: in an Encapsulated Control Message or a
// data packet, in one inside that, and so on. Hosts behind an xTR that ask for mappings need 2.
inline constexpr unsigned max_nesting = 4;

struct Dissection {
	explicit Dissection(const Captured &as_found = {}) : captured(as_found) {}

	Captured captured;
	std::string_view type; // as type_name(), or "change-priority", or "data"
	Message message;
	std::optional<WireError> error; // offsets from the first octet of the outermost message
	Warnings warnings;
	Dissection *inner = nullptr; // the message inside; in the arena
};

// What the octets alone do not tell.
struct DissectOptions {
	TypeFiveRule type_five = TypeFiveRule::by_length;
	// The sub-type of type 15 that is a Change-Priority Message; nobody has assigned one.
	std::optional<std::uint16_t> change_priority_sub_type;
};

// Inside an Encapsulated Control Message is the message that it is about, inside a data packet one
// that passes by: a UDP datagram between the ports of LISP, as in a captured frame. A fault inside
// is one of the inner message and of those around it; warnings are where they arose. Refers to the
// captured octets and to `arena`. A message of which not even the nonce (or, of a data packet, the
// header) could be read is an OtherMessage, as is one of an unassigned type.
Dissection dissect(
    const Captured &captured, Arena &arena, const DissectOptions &options = DissectOptions{});

// The type that dissect() finds, at a fraction of its cost; whatever may be wrong with the message
// behind it goes unnoticed. Uses `arena` for messages of type 5 alone.
std::string_view dissected_type(
    const Captured &captured, Arena &arena, const DissectOptions &options = DissectOptions{});

// Every type there is, in the order in which tables of them are shown.
inline constexpr std::array<std::string_view, 13> type_names{"map-request", "map-reply",
    "map-register", "map-notify", "map-notify-ack", "map-referral", "info-request", "info-reply",
    "encapsulated-control", "change-priority", "shared-extension", "data", "unknown"};
std::size_t type_index(std::string_view type); // of one of them

// The authentication fields, if this kind of message has them.
Authentication *authentication_of(Message &message);

} // namespace lisp
