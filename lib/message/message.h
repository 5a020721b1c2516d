// Any LISP message: decode by type, encode, and the names of types.
#pragma once

#include "message/change_priority.h"
#include "message/data_packet.h"
#include "message/encapsulated_control.h"
#include "message/info.h"
#include "message/map_notify.h"
#include "message/map_referral.h"
#include "message/map_register.h"
#include "message/map_reply.h"
#include "message/map_request.h"
#include "message/shared_extension.h"

#include <variant>

namespace lisp {

inline constexpr std::uint16_t control_port = 4342; // RFC 9301 section 12.1
inline constexpr std::uint16_t data_port = 4341;    // RFC 9300 section 5.3

// The first four bits of a message. RFC 9301 section 5.1.
enum class MessageType : std::uint8_t {
	map_request = 1,
	map_reply = 2,
	map_register = 3,
	map_notify = 4,
	map_notify_ack = 5,
	map_referral = 6,
	info = 7, // Info-Request, or Info-Reply when the next bit is set
	encapsulated_control = 8,
	shared_extension = 15, // RFC 9304
};

// A message of an unassigned type, or one of which nothing but the type could be read; kept as
// octets.
struct OtherMessage {
	std::uint8_t type = 0; // 4 bits
	Bytes octets;          // the whole message, type included

	friend bool operator==(const OtherMessage &a, const OtherMessage &b) {
		return a.type == b.type &&
		       std::equal(a.octets.begin(), a.octets.end(), b.octets.begin(), b.octets.end());
	}
};

using Message =
    std::variant<OtherMessage, MapRequest, MapReply, MapRegister, MapNotify, MapNotifyAck,
        MapReferral, Info, EncapsulatedControl, SharedExtension, ChangePriority, DataPacket>;

// Everything readable of a message, and the fault at which reading ended, if it did.
struct Decoded {
	Message message;
	std::optional<WireError> error;
	std::size_t size = 0; // octets of the datagram that were read
};

// A control message by its type, as far as it can be read: see decode().
void read(Reader &in, Arena &arena, Message &message);

// A control message by its type: a Change-Priority Message is taken for what now has its type, a
// Map-Notify-Ack or a Shared Extension (see type_five.h), and a data packet for none.
//
// The message refers to `datagram` and to `arena`. `base` is added to the offsets of errors: where
// the message begins in the datagram that it is a part of.
Decoded decode(Bytes datagram, Arena &arena, std::size_t base = 0);

// Octets that remain after the message are no fault: RFC 9301 keeps extensions possible.
template <class T> Result<T> decode_as(Bytes datagram, Arena &arena) {
	auto decoded = decode(datagram, arena);
	if (decoded.error) return *decoded.error;
	if (const auto *message = std::get_if<T>(&decoded.message)) return *message;
	return WireError{Reason::bad_value, 0, "type"};
}

// The EID-records, if this kind of message has them; else none.
List<MapRecord> records_of(const Message &message);

// Whether any address of the message is a vendor's LCAF: no OUI is known here, and who does not
// understand one drops the whole message (RFC 9306 section 4). What an Encapsulated Control Message
// carries is a message of its own.
bool has_unknown_vendor(const Message &message);

// The part of `room` that was written, or the field that did not fit.
Result<Room> encode(const Message &message, Room room);

// For one who has no room at hand.
Result<Octets> encode(const Message &message);

// "map-request" …, as decode() sees them; "unknown" for the unassigned.
std::string_view type_name(Bytes datagram);

} // namespace lisp
