#pragma once

#include <string>

namespace lisp {

struct StatusOptions {
	std::string run_directory;
	bool json = false;
	std::string daemon; // with or without "lisp-"; empty: all that have a socket
	std::string query = "status";
	std::string argument; // of a table: an EID-prefix
};

// The exit status.
int run(const StatusOptions &options);

} // namespace lisp
