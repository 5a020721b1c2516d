#pragma once

#include "common/daemon.h"
#include "lisp-replyd/mobility.h"

namespace lisp {

inline constexpr std::uint64_t max_reply_threads = 64;

struct ReplydOptions {
	DaemonOptions daemon;
	std::vector<std::string> listen;   // -l
	double rate = 1.0 / 3;             // Map-Replies a second to one destination RLOC; 0: no limit
	std::uint64_t threads = 1;         // that answer; 0: one a processor
	std::vector<std::string> negative; // --negative
	bool accept_zero_checksum = false;
	bool drop_lisp_sec = false;
	MobilityOptions mobility;
};

// The exit status. Throws what guarded() catches.
int run(const ReplydOptions &options);

} // namespace lisp
