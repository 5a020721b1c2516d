#include "common/cli.h"
#include "lisp-cpm-send/run.h"

#include <sysexits.h>

int main(int argc, char **argv) {
	lisp::CpmSendOptions options;
	lisp::Cli cli{"lisp-cpm-send", "tell xTRs that EIDs have moved to their site"};
	cli.option("-x", options.xtrs, "xTR to tell; may be given again", "XTR[:PORT]");
	cli.option("-p", options.peers, "address that the EIDs talked to; may be given again", "PEER");
	cli.option("-P", options.peer_file, "file of such addresses; - for standard input", "FILE");
	cli.option("-k", options.key_file, "key file, else that of $LISP_CPM_KEYFILE", "KEYFILE");
	cli.option("-i", options.key_id, "Key ID", 255, "KEYID");
	cli.option("-a", options.algorithm, "sha1 or sha256", "ALGORITHM");
	cli.option("-w", options.wire, "form on the wire: seed, v102 or ext15", "FORM");
	cli.option("--subtype", options.sub_type, "sub-type of type 15, for ext15", 4095, "N");
	cli.option("--nonce", options.nonce, "nonce of the first EID, for tests", "HEX");
	cli.option("-t", options.timeout, "milliseconds to the second try, then doubled", 60'000, "MS");
	cli.option("-r", options.attempts, "tries", 16, "N");
	cli.option(
	    "-d", options.limit, "milliseconds for all tries; 0: what -t and -r make", 3'600'000, "MS");
	cli.flag("--no-ack", options.no_acknowledgement, "send once, expect no acknowledgement");
	cli.flag("--any", options.any, "content when one xTR acknowledges");
	cli.flag("--all", options.all, "content when all xTRs acknowledge (default)");
	cli.flag("--detach", options.detach, "return once sent, tell syslog what comes of it");
	cli.flag("-n", options.dry_run, "print the messages in hexadecimal, send nothing");
	cli.flag("-q,--quiet", options.quiet, "print nothing on standard output");
	cli.flag("-j,--json", options.json, "one JSON object an EID and xTR");
	cli.count("-v,--verbose", options.verbosity, "tell what is sent and what is ignored");
	cli.option("EID", options.eids, "what has moved: address or prefix", "EID[/LEN]");
	cli.required("EID");
	if (const auto status = cli.parse(argc, argv)) return *status == 0 ? 0 : EX_USAGE;
	return lisp::guarded("lisp-cpm-send", [&] { return lisp::run(options); });
}
