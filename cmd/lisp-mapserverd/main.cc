#include "lisp-mapserverd/run.h"

int main(int argc, char **argv) {
	lisp::MapserverdOptions options;
	lisp::Cli cli{"lisp-mapserverd", "a Map-Server and Map-Resolver for labs and small sites"};
	cli.option("-l", options.listen, "address to listen at; may be repeated", "ADDR[:PORT]");
	cli.flag("--accept-zero-checksum", options.accept_zero_checksum,
	    "take encapsulated Map-Requests with a UDP checksum of zero");
	add_daemon_options(cli, options.daemon, "mapserver.conf");
	if (const auto status = cli.parse(argc, argv)) return *status;
	return lisp::guarded("lisp-mapserverd", [&] { return lisp::run(options); });
}
