#include "lisp-registerd/options.h"

int main(int argc, char **argv) {
	lisp::RegisterdOptions options;
	lisp::Cli cli{"lisp-registerd", "register the site's EIDs with its map-servers"};
	lisp::add_daemon_options(cli, options.daemon, "lisp.conf");
	cli.flag("--once", options.once, "register, wait for every Map-Notify, exit");
	cli.option("--timeout", options.timeout, "with --once, give up on a server after S seconds");
	cli.option("--interval", options.interval, "seconds between registers", 3600, "S");
	cli.option("--source", options.sources, "send from ADDR, one a family", "ADDR");
	cli.option("--source-port", options.source_port, "send from port N", 65535);
	cli.option("--mtu", options.mtu, "octets that an IP packet may have", 65535);
	cli.flag("--json", options.json, "with --once, print JSON, one object a server");
	if (const auto status = cli.parse(argc, argv)) return *status;
	return lisp::guarded("lisp-registerd", [&] { return lisp::run(options); });
}
