// Map-Reply. RFC 9301 sections 5.4 and 5.5; LISP-SEC data (S) as in RFC 9303 section 6.2.
#pragma once

#include "message/map_record.h"
#include "message/security.h"

namespace lisp {

struct MapReply {
	bool probe = false;      // P: answers an RLOC probe
	bool echo_nonce = false; // E: the site can echo data-plane nonces
	std::uint64_t nonce = 0; // the request's
	List<MapRecord> records;
	std::optional<ReplySecurity> security; // S: authentication data after the last record

	bool operator==(const MapReply &) const = default;
};

void read(Reader &in, Arena &arena, MapReply &reply);
void write(Writer &out, const MapReply &reply);

} // namespace lisp
