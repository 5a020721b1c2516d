#include "common/os.h"
#include "lisp-request/run.h"

int main(int argc, char **argv) {
	lisp::RequestOptions options;
	options.config = lisp::os::config_directory + std::string{"/lisp.conf"};
	lisp::Cli cli{"lisp-request", "ask a mapping system for EIDs"};
	cli.option("-m", options.resolver, "map-resolver to ask", "RESOLVER[:PORT]");
	cli.option("-f", options.config, "where the map-resolver is read from without -m", "FILE");
	cli.option("-s", options.source_eid, "source EID of the requests", "SOURCE-EID");
	cli.option("--instance", options.instance, "Instance ID of the EIDs", 0xffffffff, "N");
	cli.flag("--no-ecm", options.no_encapsulation, "send plain Map-Requests");
	cli.flag("--probe", options.probe, "send RLOC probes, to the address given with -m");
	cli.flag("--smr-invoked", options.smr_invoked, "as after a Solicit-Map-Request (s bit)");
	cli.option("--count", options.count, "Map-Requests an EID, 1 to 5", 5, "N");
	cli.option("--timeout", options.timeout, "seconds to wait after each, 1 to 5", "S");
	cli.flag("--watch", options.watch, "subscribe to the EIDs and print what changes");
	cli.option("--keys", options.keys, "key file, with the key shared with the map-server", "FILE");
	cli.option("-c", options.changes, "with --watch, end after so many changes", 1000000000, "N");
	cli.option("--xtr-id", options.xtr_id, "with --watch, who subscribes; random without", "HEX");
	cli.flag("--insecure-perms", options.insecure_perms, "accept a key file that others may read");
	cli.flag("-j,--json", options.json, "one JSON object an EID, or a change");
	cli.count("-v,--verbose", options.verbosity, "tell what is sent and what is ignored");
	cli.option(
	    "EID", options.eids, "address or prefix to ask for; - for those on standard input", "EID");
	cli.required("EID");
	if (const auto status = cli.parse(argc, argv)) return *status;
	return lisp::guarded("lisp-request", [&] { return lisp::run(options); });
}
