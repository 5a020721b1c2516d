#include "lisp-cpm-send/inputs.h"

#include "common/endpoint_lookup.h"
#include "config/secret_file.h"
#include "lisp-cpm-send/exit_status.h"
#include "message/message.h"
#include "message/shared_extension.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <set>
#include <sysexits.h>

namespace lisp {

namespace {

constexpr std::size_t most_peers = 255; // Record Count

[[noreturn]] void fail(int status, std::string what) {
	throw CpmFailure{status, std::move(what)};
}

// The same, each where it stands first.
template <class T> std::vector<T> without_repetitions(const std::vector<T> &all) {
	std::vector<T> once;
	std::set<T> seen;
	for (const auto &one : all)
		if (seen.insert(one).second) once.push_back(one);
	return once;
}

IpAddress parse_peer(const std::string &text, const std::string &place = {}) {
	const auto address = IpAddress::parse(text);
	if (!address) fail(EX_DATAERR, place + text + " is no peer, expected an address");
	return *address;
}

// An address a line, as in the configuration: blanks around it and comments do not count.
void read_peers(std::istream &in, const std::string &name, std::vector<IpAddress> &peers) {
	constexpr const char *blanks = " \t\r";
	std::size_t number = 0;
	for (std::string line; std::getline(in, line);) {
		++number;
		line.resize(std::min(line.size(), line.find('#')));
		const auto first = line.find_first_not_of(blanks);
		if (first == std::string::npos) continue;
		const auto size = line.find_last_not_of(blanks) + 1 - first;
		peers.push_back(
		    parse_peer(line.substr(first, size), name + ':' + std::to_string(number) + ": "));
	}
	if (in.bad()) fail(EX_NOINPUT, name + " cannot be read");
}

std::vector<IpAddress> all_peers(const CpmSendOptions &options) {
	std::vector<IpAddress> peers;
	for (const auto &text : options.peers) peers.push_back(parse_peer(text));
	if (options.peer_file == "-") {
		read_peers(std::cin, "standard input", peers);
	} else if (!options.peer_file.empty()) {
		std::ifstream file{options.peer_file};
		if (!file) fail(EX_NOINPUT, options.peer_file + " cannot be read");
		read_peers(file, options.peer_file, peers);
	}
	peers = without_repetitions(peers);
	if (peers.size() > most_peers)
		fail(EX_DATAERR, "a message has room for 255 peers, not " + std::to_string(peers.size()));
	return peers;
}

ChangePriorityLayout layout(const CpmSendOptions &options) {
	if (options.wire == "seed") return ChangePriorityLayout::seed;
	if (options.wire == "v102") return ChangePriorityLayout::v102;
	if (options.wire == "ext15") return ChangePriorityLayout::extension;
	fail(EX_USAGE, "-w: '" + options.wire + "' is no form, expected seed, v102 or ext15");
}

Algorithm algorithm(const CpmSendOptions &options) {
	const bool is_of_2012 = options.wire == "v102";
	if (options.algorithm.empty())
		return is_of_2012 ? Algorithm::hmac_sha1 : Algorithm::hmac_sha256;
	const auto found = parse_algorithm(options.algorithm);
	if (found != Algorithm::hmac_sha1 && found != Algorithm::hmac_sha256)
		fail(EX_USAGE, "-a: '" + options.algorithm + "' is no algorithm, expected sha1 or sha256");
	return *found;
}

} // namespace

std::vector<EidPrefix> moved_eids(const CpmSendOptions &options) {
	std::vector<EidPrefix> eids;
	for (const auto &text : options.eids) {
		const auto eid = EidPrefix::parse(text);
		if (!eid || eid->length == 0)
			fail(EX_DATAERR, text + " is no EID, expected an address or a prefix");
		if (eid->instance != 0) fail(EX_DATAERR, text + ": the message has no Instance ID");
		// Whoever writes that means either the host or the prefix: they are two moves.
		const auto address = IpAddress::parse(text.substr(0, text.find('/')));
		if (address != eid->address) fail(EX_DATAERR, text + " has bits beyond its mask length");
		eids.push_back(*eid);
	}
	return without_repetitions(eids);
}

Xtrs xtrs(const CpmSendOptions &options) {
	Xtrs all;
	if (options.xtrs.empty() && !options.dry_run)
		fail(EX_USAGE, "-x: expected the xTR that is to be told");
	for (const auto &text : options.xtrs) {
		try {
			all.found.push_back(look_up_endpoint(text, control_port));
		} catch (const LookupError &error) {
			all.unknown.emplace_back(error.what());
		}
	}
	if (options.xtrs.empty()) all.found.emplace_back();
	if (all.found.empty()) fail(EX_NOHOST, all.unknown.front());
	all.found = without_repetitions(all.found);
	return all;
}

std::vector<KeyFileLine> keys(const CpmSendOptions &options) {
	const char *environment = std::getenv("LISP_CPM_KEYFILE");
	auto path = options.key_file;
	if (path.empty() && environment != nullptr) path = environment;
	if (path.empty()) fail(EX_USAGE, "-k: expected a key file, or one in LISP_CPM_KEYFILE");
	Diagnostics found;
	const auto file = read_file(path, found);
	if (!file) fail(EX_NOINPUT, to_string(path, found.all().front()));
	if (file->open_to_others)
		fail(EX_NOPERM, path + ": holds keys and is open to group or others, expected mode 0600");
	auto lines = parse_key_file(file->text, found);
	for (const auto &diagnostic : found.all())
		if (!diagnostic.warning) fail(EX_CONFIG, to_string(path, diagnostic));
	if (lines.empty()) fail(EX_CONFIG, path + ": no key in it, expected one");
	return lines;
}

std::string secret_for(const std::vector<KeyFileLine> &keys, const EidPrefix &eid,
    const Endpoint &xtr, const CpmSendOptions &options) {
	const auto *line = closest_key(keys, xtr.address, static_cast<unsigned>(options.key_id), eid);
	if (line != nullptr) return line->secret;
	auto whom = xtr.address.is_none() ? "" : " and " + to_string(xtr.address);
	fail(EX_CONFIG, "no key for " + to_string(eid) + whom);
}

std::uint64_t first_nonce(const CpmSendOptions &options) {
	using namespace std::chrono;
	const auto now = system_clock::now().time_since_epoch();
	if (!options.nonce.empty()) {
		const auto *begin = options.nonce.data();
		const auto *end = begin + options.nonce.size();
		if (options.nonce.starts_with("0x")) begin += 2;
		std::uint64_t nonce = 0;
		const auto read = std::from_chars(begin, end, nonce, 16);
		if (read.ec != std::errc{} || read.ptr != end)
			fail(EX_USAGE, "--nonce: '" + options.nonce + "' is no hexadecimal number of 64 bits");
		return nonce;
	}
	if (options.wire != "v102")
		return static_cast<std::uint64_t>(duration_cast<nanoseconds>(now).count());
	std::random_device random;
	return static_cast<std::uint64_t>(random()) << 32 | random();
}

ChangePrioritySender::Options sender_options(const CpmSendOptions &options) {
	if (options.any && options.all) fail(EX_USAGE, "--any and --all exclude each other");
	if (options.attempts == 0) fail(EX_USAGE, "-r: at least one try is needed");
	if (options.timeout == 0) fail(EX_USAGE, "-t: at least a millisecond is needed");
	ChangePrioritySender::Options result;
	result.layout = layout(options);
	const bool is_extension = result.layout == ChangePriorityLayout::extension;
	if (is_extension != (options.sub_type != 0))
		fail(EX_USAGE, is_extension ? "-w ext15 needs a --subtype, as none has been assigned"
		                            : "--subtype is for -w ext15 alone");
	result.sub_type = static_cast<std::uint16_t>(options.sub_type);
	result.key_id = static_cast<std::uint8_t>(options.key_id);
	result.algorithm = algorithm(options);
	result.peers = all_peers(options);
	result.want_acknowledgement = !options.no_acknowledgement;
	result.timeout = std::chrono::milliseconds{options.timeout};
	result.attempts = static_cast<unsigned>(options.attempts);
	const auto all_timeouts = options.timeout * ((std::uint64_t{1} << options.attempts) - 1);
	result.limit = std::chrono::milliseconds{options.limit != 0 ? options.limit : all_timeouts};
	return result;
}

} // namespace lisp
