// Map-Notify and Map-Notify-Ack. RFC 9301 section 5.7.
#pragma once

#include "message/authentication.h"
#include "message/map_record.h"

namespace lisp {

struct MapNotify {
	std::uint64_t nonce = 0;
	Authentication authentication;
	List<MapRecord> records;
	// Peers send it with bit 4 set (as the NAT-traversal draft has it) or, after RFC 9301, without;
	// 24 octets after the last record are taken for it either way. Written with the bit.
	std::optional<XtrIdentity> identity;

	bool operator==(const MapNotify &) const = default;
};

// The same layout under type 5.
struct MapNotifyAck : MapNotify {
	bool operator==(const MapNotifyAck &) const = default;
};

void read(Reader &in, Arena &arena, MapNotify &message);
void write(Writer &out, const MapNotify &message);
void write(Writer &out, const MapNotifyAck &message);

} // namespace lisp
