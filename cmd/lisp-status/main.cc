#include "common/cli.h"
#include "common/os.h"
#include "lisp-status/run.h"

int main(int argc, char **argv) {
	lisp::StatusOptions options;
	options.run_directory = lisp::os::run_directory;
	lisp::Cli cli{"lisp-status", "ask running daemons for their status, counters and tables"};
	cli.option("--run", options.run_directory, "directory of the local sockets", "DIR");
	cli.flag("--json", options.json, "print JSON, one object a line");
	cli.option("daemon", options.daemon, "lisp-replyd or replyd; all if none is named", "DAEMON");
	cli.option(
	    "query", options.query, "status, counters, reload or a table that the daemon has", "QUERY");
	cli.option("prefix", options.argument,
	    "of a table by EIDs: this EID-prefix and what is within it", "PREFIX");
	if (const auto status = cli.parse(argc, argv)) return *status;
	return lisp::guarded("lisp-status", [&] { return lisp::run(options); });
}
