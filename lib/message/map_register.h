// Map-Register. RFC 9301 section 5.6.
#pragma once

#include "message/authentication.h"
#include "message/map_record.h"

namespace lisp {

struct MapRegister {
	bool proxy_reply = false;     // P: the Map-Server is to answer Map-Requests itself
	bool security = false;        // S: the ETR supports LISP-SEC
	bool eid_notify = false;      // E: a first-hop router found a dynamic EID
	bool use_ttl = false;         // T: time out by the Record TTL
	bool merge = false;           // a: merge with the registrations of other xTRs
	bool want_map_notify = false; // M
	std::uint64_t nonce = 0;      // strictly increasing per (xTR-ID, key)
	Authentication authentication;
	List<MapRecord> records;
	std::optional<XtrIdentity> identity; // I

	bool operator==(const MapRegister &) const = default;
};

void read(Reader &in, Arena &arena, MapRegister &message);
void write(Writer &out, const MapRegister &message);

} // namespace lisp
