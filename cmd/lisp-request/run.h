#pragma once

#include "common/cli.h"

namespace lisp {

struct RequestOptions {
	std::string config;            // -f
	std::string resolver;          // -m; empty: the configuration's
	std::string source_eid;        // -s
	std::uint64_t instance = 0;    // --instance
	std::uint64_t count = 3;       // --count
	double timeout = 2;            // --timeout, seconds
	bool no_encapsulation = false; // --no-ecm
	bool probe = false;
	bool smr_invoked = false;
	bool watch = false;
	std::string keys;          // --keys
	std::string xtr_id;        // --xtr-id; empty: a random one
	std::uint64_t changes = 0; // -c; 0: until it is interrupted
	bool insecure_perms = false;
	bool json = false;
	unsigned verbosity = 0;
	std::vector<std::string> eids;
};

// The exit status. Throws what guarded() catches.
int run(const RequestOptions &options);

} // namespace lisp
