// lisp-decode: prints LISP messages from captures and from hexadecimal text.
#include "common/cli.h"
#include "lisp-decode/options.h"

int main(int argc, char **argv) {
	lisp::Options options;
	bool json = false;
	lisp::Cli cli{"lisp-decode", "print the LISP messages of captures or of hexadecimal text"};
	cli.option(
	    "-r,--read", options.inputs, "capture file, - for standard input; may be repeated", "FILE");
	cli.option("-i,--interface", options.interface, "listen on a network interface", "NAME");
	cli.flag("--follow", options.follow, "go on as the file grows or is replaced");
	cli.option("--user", options.user, "with -i, as root: become USER, not nobody", "USER");
	cli.option("-w,--write", options.output, "write packets to FILE instead of printing", "FILE");
	cli.flag("--hex", options.hex, "the input is LISP messages in hexadecimal");
	cli.option("-F,--format", options.format, "line, text, json, v102 or hex", "FORMAT");
	cli.flag("--json", json, "the same as --format json");
	cli.option("-c,--max-count", options.count, "stop after N messages", UINT64_MAX);
	cli.option("--keys", options.key_file, "check authentication with the keys in FILE", "FILE");
	cli.flag("--insecure-perms", options.insecure_perms, "take keys from a file others may read");
	cli.flag("-x,--octets", options.octets, "print the octets of each message, too");
	cli.option("--time", options.time, "times as utc, local, epoch, delta or none", "FORM");
	cli.option("--type", options.types, "only messages of these types", "TYPE,...");
	cli.option("--eid", options.eids, "only messages about EIDs in or around PREFIX", "PREFIX");
	cli.option("--rloc", options.rlocs, "only messages from, to or about an RLOC", "ADDRESS");
	cli.option("--nonce", options.nonces, "only messages with this nonce", "N");
	cli.option("--instance", options.instances, "only messages of this Instance ID", "N");
	cli.flag("--check", options.check, "only messages that break rules of the RFCs, and which");
	cli.option("--type5", options.type_five,
	    "type 5 is a Change-Priority Message or a Map-Notify-Ack: auto, cpm or ack", "KIND");
	cli.option("--cpm-subtype", options.cpm_sub_type,
	    "type 15 of this sub-type is a Change-Priority Message", "N");
	cli.flag("--pair", options.pair, "print requests with their answers");
	cli.flag("--stats", options.statistics, "print statistics instead of messages");
	cli.flag("--count", options.counts, "print how many messages there are of each type");
	cli.flag("-l,--line-buffered", options.line_buffered, "write each message out at once");
	cli.flag("--no-progress", options.no_progress, "do not tell how far a long file has been read");
	cli.option("filter", options.words,
	    "tcpdump expression, or - for standard input; with --hex, files", "FILTER");
	if (const auto status = cli.parse(argc, argv)) return *status;
	if (json) options.format = "json";
	if (options.follow || !options.interface.empty()) options.line_buffered = true;
	return lisp::guarded("lisp-decode", [&] { return lisp::run(options); });
}
