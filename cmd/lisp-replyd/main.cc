#include "lisp-replyd/run.h"

int main(int argc, char **argv) {
	lisp::ReplydOptions options;
	lisp::Cli cli{"lisp-replyd", "answer Map-Requests and RLOC probes for the site's EIDs"};
	cli.option("-l", options.listen, "address to listen at; may be repeated", "ADDR[:PORT]");
	cli.option(
	    "--rate", options.rate, "Map-Replies a second to one RLOC; 0 lifts every limit", "N");
	cli.option("--threads", options.threads, "threads that answer; 0 for one a processor",
	    lisp::max_reply_threads);
	cli.option("--negative", options.negative,
	    "answer negatively for EIDs in here that are not the site's; may be repeated", "AGGREGATE");
	cli.flag("--accept-zero-checksum", options.accept_zero_checksum,
	    "answer encapsulated Map-Requests with a UDP checksum of zero");
	cli.flag("--drop-lisp-sec", options.drop_lisp_sec,
	    "leave Map-Requests that ask for LISP-SEC unanswered");
	bool no_notify = false;
	bool no_reapply = false;
	cli.flag("--split-host", options.mobility.split_host,
	    "a host that has moved within a configured prefix gets a section of its own");
	cli.flag("--no-notify", no_notify, "do not tell other xTRs of EIDs that have arrived");
	cli.flag("--no-reapply", no_reapply, "let edits undo moves of the last ten minutes");
	cli.option("--subtype", options.mobility.sub_type,
	    "sub-type of type 15 in which moves are told, too", 4095);
	add_daemon_options(cli, options.daemon, "lisp.conf");
	if (const auto status = cli.parse(argc, argv)) return *status;
	options.mobility.notify_others = !no_notify;
	options.mobility.reapply = !no_reapply;
	options.mobility.limits_solicits = options.rate > 0;
	return lisp::guarded("lisp-replyd", [&] { return lisp::run(options); });
}
