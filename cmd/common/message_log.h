// What -v shows: each message that a daemon receives or sends.
#pragma once

#include "address/ip_address.h"
#include "common/daemon.h"

#include <string_view>

namespace lisp {

class MessageLog {
public:
	MessageLog(Log &log, const DaemonOptions &options);

	// Without effect where -v was not given; with -v -v the octets follow.
	void received(const Endpoint &from, const Endpoint &to, Bytes octets);
	void sent(const Endpoint &from, const Endpoint &to, Bytes octets);

private:
	void show(std::string_view verb, const Endpoint &from, const Endpoint &to, Bytes octets);

	Log &log_;
	bool v102_;
	bool dump_;
	Arena arena_;
	Text text_;
};

} // namespace lisp
