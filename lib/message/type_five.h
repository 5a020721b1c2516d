// Type 5 is Map-Notify-Ack (RFC 9301 section 5.7) and was Change-Priority Message before. Daemons
// know by their role which of the two they were sent; this is for who has nothing but the octets.
#pragma once

#include "message/change_priority.h"
#include "message/map_notify.h"

#include <variant>

namespace lisp {

struct TypeFive {
	std::variant<MapNotifyAck, ChangePriority> message;
	bool uncounted_records = false; // a Map-Notify-Ack with records beyond its Record Count of 0
	bool no_authentication = false; // a Map-Notify-Ack of header and nonce alone
	bool ambiguous = false;         // it could be either; `message` is the Map-Notify-Ack
};

enum class TypeFiveRule : std::uint8_t { by_length, map_notify_ack, change_priority };

// What the whole datagram is, to its last octet: nullopt where it is none of the forms that `rule`
// allows. Map-Notify-Acks are taken as peers are known to send them.
std::optional<TypeFive> read_type_five(
    Bytes datagram, Arena &arena, TypeFiveRule rule = TypeFiveRule::by_length);

// Whether a flag is set that a Change-Priority Message alone has: the Map-Notify-Ack has these bits
// reserved, and is sent with 0.
bool is_change_priority_by_flags(Bytes datagram);

} // namespace lisp
