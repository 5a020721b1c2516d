// Map-Request, RLOC probe and Solicit-Map-Request. RFC 9301 sections 5.2, 5.3 and 6.1; the I and N
// bits and the trailer are RFC 9437's.
#pragma once

#include "message/authentication.h"
#include "message/map_record.h"

namespace lisp {

struct RequestedEid {
	std::uint8_t mask_length = 0;
	bool notify = false; // N: subscribe
	Address eid;
	bool operator==(const RequestedEid &) const = default;
};

struct MapRequest {
	bool authoritative = false;  // A: only the site itself may answer
	bool probe = false;          // P
	bool solicit = false;        // S: SMR
	bool proxy_itr = false;      // p
	bool smr_invoked = false;    // s
	bool local_xtr = false;      // L
	bool dont_map_reply = false; // D
	std::uint64_t nonce = 0;
	Address source_eid;      // AFI 0 in a probe
	List<Address> itr_rlocs; // 1 to 32
	List<RequestedEid> records;
	std::optional<MapRecord> map_data;   // M: the mapping of the source EID, unverified
	std::optional<XtrIdentity> identity; // I

	bool operator==(const MapRequest &) const = default;
};

void read(Reader &in, Arena &arena, MapRequest &request);
void write(Writer &out, const MapRequest &request);

} // namespace lisp
