// The Map-Requests of who asks a mapping system, or subscribes to what it says. RFC 9301
// sections 5.2 and 5.8, RFC 9437 section 5.
#pragma once

#include "message/message.h"

#include <vector>

namespace lisp {

struct RequestForm {
	Endpoint resolver;
	bool encapsulated = true;
	bool probe = false;
	bool smr_invoked = false;              // s: because of a Solicit-Map-Request
	IpAddress source_eid;                  // none: the Map-Request has none
	std::vector<IpAddress> itr_rlocs;      // where answers may come to: own addresses, 1 to 32
	std::uint16_t port = 0;                // where they come to
	std::optional<XtrIdentity> subscriber; // who subscribes; nobody does without one
};

// Whether what would subscribe is to end the subscription.
enum class Subscribing : std::uint8_t { begin, end };

// As it is sent to the resolver; in `room`.
Bytes encode_request(const RequestForm &form, const EidPrefix &eid, std::uint64_t nonce, Room room,
    Subscribing subscribing = Subscribing::begin);

} // namespace lisp
