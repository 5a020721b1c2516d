#include "lisp-cpm-send/run.h"

#include "common/cli.h"
#include "common/endpoint_lookup.h"
#include "common/log.h"
#include "common/process.h"
#include "lisp-cpm-send/exit_status.h"
#include "lisp-cpm-send/inputs.h"
#include "lisp-cpm-send/report.h"
#include "net/loop.h"
#include "net/udp_socket.h"

#include <fmt/core.h>

#include <cstdio>
#include <sysexits.h>

namespace lisp {

namespace {

using Clock = std::chrono::steady_clock;

class Sending {
public:
	Sending(ChangePrioritySender &sender, Log &log)
	    : log_(log), sender_(sender), timer_(loop_, [this] { advance(); }),
	      room_(UdpSocket::max_payload) {
		for (const auto &outcome : sender.outcomes()) socket_for(outcome.xtr.address.family);
	}

	// Sends each message for the first time.
	void begin() { send_due(); }
	void wait() {
		advance();
		if (sender_.deadline()) loop_.run();
	}

private:
	UdpSocket &socket_for(Afi family);
	void send_due();
	void advance();
	void receive(UdpSocket &socket);

	Log &log_;
	ChangePrioritySender &sender_;
	Loop loop_;
	Loop::Timer timer_;
	UdpSocket ipv4_;
	UdpSocket ipv6_;
	std::vector<Loop::Watch> watches_;
	Octets room_;
};

UdpSocket &Sending::socket_for(Afi family) {
	auto &socket = family == Afi::ipv6 ? ipv6_ : ipv4_;
	if (socket.descriptor() >= 0) return socket;
	socket = UdpSocket{
	    {family == Afi::ipv6 ? IpAddress::v6(std::array<std::uint8_t, 16>{}) : IpAddress::v4(0),
	        0}};
	watches_.push_back(
	    loop_.on_readable(socket.descriptor(), [this, &socket] { receive(socket); }));
	return socket;
}

void Sending::send_due() {
	while (const auto datagram = sender_.next(Clock::now())) {
		log_.debug("to {}", to_string(datagram->to));
		const auto error =
		    socket_for(datagram->to.address.family).send(datagram->to, datagram->octets);
		if (error) log_.warning("{}: {}", to_string(datagram->to), error.message());
	}
}

void Sending::advance() {
	send_due();
	const auto next = sender_.deadline();
	if (next)
		timer_.set(*next);
	else
		loop_.stop();
}

void Sending::receive(UdpSocket &socket) {
	while (const auto received = socket.receive(room_))
		if (!sender_.receive(received->from, received->octets, Clock::now()))
			log_.debug(
			    "ignored from {}: no acknowledgement of what is open", to_string(received->from));
	advance();
}

void print_messages(ChangePrioritySender &sender) {
	while (const auto datagram = sender.next({})) std::puts(to_hex(datagram->octets).c_str());
}

// To syslog where nobody looks any more.
void report(const CpmSendOptions &options, const ChangePrioritySender &sender, Log &log) {
	for (const auto &outcome : sender.outcomes()) {
		const auto status = status_of(outcome, !options.no_acknowledgement);
		Text text;
		if (options.json)
			append_outcome_json(text, outcome, status);
		else
			append_outcome_text(text, outcome, status);
		if (options.detach) {
			const bool is_well =
			    outcome.result ? !is_refusal(*outcome.result) : options.no_acknowledgement;
			log.say(
			    is_well ? Severity::info : Severity::error, text.view().substr(0, text.size() - 1));
		} else if (!options.quiet) {
			std::fwrite(text.view().data(), 1, text.size(), stdout);
		}
	}
}

int send(const CpmSendOptions &options) {
	auto sender_options = lisp::sender_options(options);
	const auto eids = moved_eids(options);
	const auto lines = keys(options);
	const auto targets = xtrs(options);
	auto nonce = first_nonce(options);
	ChangePrioritySender sender{std::move(sender_options)};
	for (const auto &eid : eids) {
		for (const auto &xtr : targets)
			sender.add(eid, xtr, secret_for(lines, eid, xtr, options), nonce);
		++nonce;
	}
	if (options.dry_run) {
		print_messages(sender);
		return 0;
	}
	Log log{"lisp-cpm-send", options.verbosity};
	std::optional<Detachment> detachment;
	if (options.detach) detachment.emplace();
	Sending sending{sender, log};
	sending.begin();
	if (detachment) {
		log.to_syslog();
		detachment->ready();
	}
	sending.wait();
	report(options, sender, log);
	if (options.no_acknowledgement) return 0;
	return static_cast<int>(exit_status(sender.outcomes(), options.any));
}

int fail(int status, const std::string &what) {
	fmt::print(stderr, "lisp-cpm-send: {}\n", what);
	return status;
}

} // namespace

int run(const CpmSendOptions &options) {
	try {
		return send(options);
	} catch (const CpmFailure &failure) {
		return fail(failure.status, failure.what);
	} catch (const UsageError &error) {
		return fail(EX_USAGE, error.what);
	} catch (const LookupError &error) {
		return fail(EX_NOHOST, error.what());
	} catch (const std::system_error &error) {
		return fail(EX_OSERR, error.what());
	}
}

} // namespace lisp
