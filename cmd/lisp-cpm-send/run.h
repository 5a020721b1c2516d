#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lisp {

struct CpmSendOptions {
	std::vector<std::string> xtrs;   // -x
	std::vector<std::string> peers;  // -p
	std::string peer_file;           // -P
	std::string key_file;            // -k; empty: the environment's LISP_CPM_KEYFILE
	std::uint64_t key_id = 0;        // -i
	std::string algorithm;           // -a; empty: what the wire form takes
	std::string wire = "seed";       // -w
	std::uint64_t sub_type = 0;      // --subtype; 0: none
	std::string nonce;               // --nonce, hexadecimal; empty: of the time, or random
	std::uint64_t timeout = 100;     // -t, milliseconds
	std::uint64_t attempts = 4;      // -r
	std::uint64_t limit = 0;         // -d, milliseconds; 0: all timeouts together
	bool no_acknowledgement = false; // --no-ack
	bool any = false;
	bool all = false;
	bool detach = false;
	bool dry_run = false; // -n
	bool quiet = false;   // -q
	bool json = false;
	unsigned verbosity = 0;
	std::vector<std::string> eids;
};

// The exit status, of lisp-cpm-send's own table. Throws nothing.
int run(const CpmSendOptions &options);

} // namespace lisp
