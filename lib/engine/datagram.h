// Datagrams as the engines see them: what came in, and what is to be sent.
#pragma once

#include "address/ip_address.h"

namespace lisp {

struct Arrival {
	Endpoint from;
	Endpoint to; // the local address that was asked, and the port that listens there
	Bytes octets;
};

struct Datagram {
	Endpoint to;
	IpAddress source;         // none: the system chooses
	Bytes octets;             // the engine's; valid until its next call
	IpAddress otherwise = {}; // where to, if the system has no route to there; none: nowhere
};

// The datagram as it goes where it goes otherwise.
Datagram rerouted(const Datagram &datagram);

// The source of an answer: the address that was asked, where a datagram from it reaches the
// destination, else none. A link-local one would need the interface besides.
IpAddress reply_source(const IpAddress &asked, const IpAddress &destination);

} // namespace lisp
