// Map-Reply. RFC 9301 sections 5.4 and 5.5; LISP-SEC data (S) as in RFC 9303 section 6.2.
#pragma once

#include "message/map_record.h"

namespace lisp {

struct MapReply {
	bool probe = false;      // P: answers an RLOC probe
	bool echo_nonce = false; // E: the site can echo data-plane nonces
	bool security = false;   // S
	std::uint64_t nonce = 0; // the request's
	List<MapRecord> records;
	Bytes security_data; // with S: the authentication data after the last record, as it is

	friend bool operator==(const MapReply &a, const MapReply &b) {
		return a.probe == b.probe && a.echo_nonce == b.echo_nonce && a.security == b.security &&
		       a.nonce == b.nonce && a.records == b.records &&
		       std::equal(a.security_data.begin(), a.security_data.end(), b.security_data.begin(),
		           b.security_data.end());
	}
};

void read(Reader &in, Arena &arena, MapReply &reply);
void write(Writer &out, const MapReply &reply);

} // namespace lisp
