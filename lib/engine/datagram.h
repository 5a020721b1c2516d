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
	IpAddress source; // none: the system chooses
	Bytes octets;     // the engine's; valid until its next call
};

} // namespace lisp
