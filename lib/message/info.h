// Info-Request and Info-Reply: how an xTR behind a NAT learns of it. No RFC: the NAT-traversal
// draft (draft-ermagan-lisp-nat-traversal, sections 4.1 and 4.2) and those who speak it.
#pragma once

#include "message/authentication.h"
#include "message/map_record.h"

namespace lisp {

struct Info {
	bool reply = false;      // R: an Info-Reply
	std::uint64_t nonce = 0; // random; the reply's is the request's
	Authentication authentication;
	RecordTtl ttl{};
	std::uint8_t mask_length = 0; // bits of the EID
	Address eid;
	// In a reply the NAT-traversal LCAF; in a request AFI 0, or a host name as some peers send it.
	Address nat;

	bool operator==(const Info &) const = default;
};

void read(Reader &in, Arena &arena, Info &message);
void write(Writer &out, const Info &message);

} // namespace lisp
