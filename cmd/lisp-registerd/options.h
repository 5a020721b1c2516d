// What the command line of lisp-registerd says.
#pragma once

#include "common/daemon.h"

namespace lisp {

struct RegisterdOptions {
	DaemonOptions daemon;
	bool once = false;
	bool json = false;
	double timeout = 10;              // seconds, with once
	std::uint64_t interval = 60;      // seconds
	std::vector<std::string> sources; // addresses to send from, at most one a family
	std::uint64_t source_port = 0;    // 0: the system chooses
	std::uint64_t mtu = 0;            // octets; 0: 576 for IPv4, 1280 for IPv6
};

// The exit status.
int run(const RegisterdOptions &options);

} // namespace lisp
