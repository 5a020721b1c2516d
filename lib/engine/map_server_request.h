// A Map-Request as the Map-Server has it in hand, between its two halves.
#pragma once

#include "engine/map_server.h"

namespace lisp {

struct MapServer::Request {
	const Arrival &arrival;
	const MapRequest &message;
	Bytes octets;    // of the message
	Endpoint source; // the inner one of an encapsulated request
	Bytes packet;    // that the encapsulation held, from its IP header on; empty without one
};

} // namespace lisp
