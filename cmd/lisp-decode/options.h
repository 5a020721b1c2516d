// What lisp-decode(1) was asked for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lisp {

struct Options {
	std::vector<std::string> inputs; // -r: files, "-" for standard input
	std::vector<std::string> words;  // a tcpdump expression, or "-"; with hex, files
	bool hex = false;
	std::string interface;
	bool follow = false;
	std::string user;   // to become after opening the interface; empty for nobody
	std::string output; // -w: a capture to write instead of printing
	std::string format = "line";
	std::string time = "utc";
	std::string types; // names with commas between; empty for all
	// What messages are about: alternatives, or none for whatever it is.
	std::vector<std::string> eids;
	std::vector<std::string> rlocs;
	std::vector<std::string> nonces;
	std::vector<std::string> instances;
	bool check = false; // messages that break a rule, and all the rules that they break
	std::string type_five = "auto";
	std::string cpm_sub_type; // a number; empty for none
	bool pair = false;        // at most one of these three
	bool statistics = false;
	bool counts = false;
	std::uint64_t count = 0; // messages to stop after; 0 for no end
	std::string key_file;
	bool insecure_perms = false;
	bool octets = false;
	bool line_buffered = false;
	bool no_progress = false;
};

// The exit status.
int run(const Options &options);

} // namespace lisp
