#pragma once

#include "common/daemon.h"

namespace lisp {

struct MapserverdOptions {
	DaemonOptions daemon;
	std::vector<std::string> listen; // -l
	bool accept_zero_checksum = false;
};

// The exit status. Throws what guarded() catches.
int run(const MapserverdOptions &options);

} // namespace lisp
