#include "lisp-cpm-send/run.h"

#include "common/cli.h"
#include "common/log.h"
#include "common/process.h"
#include "lisp-cpm-send/exit_status.h"
#include "lisp-cpm-send/inputs.h"
#include "lisp-cpm-send/report.h"
#include "net/loop.h"
#include "net/udp_socket.h"

#include <fmt/core.h>

#include <cstdio>
#include <functional>
#include <sysexits.h>
#include <utility>

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

	// Until all has ended; `begun` is called when each message has been sent once.
	void run(std::function<void()> begun) {
		begun_ = std::move(begun);
		timer_.set(Clock::now());
		loop_.run();
	}

private:
	// As many datagrams as are sent, or taken, before the others have their turn: what waits for
	// being taken is lost when the buffer is full.
	static constexpr unsigned batch = 32;

	UdpSocket &socket_for(Afi family);
	void send_due();
	bool send(const Datagram &datagram);
	void advance();
	void receive(UdpSocket &socket);

	Log &log_;
	ChangePrioritySender &sender_;
	Loop loop_;
	Loop::Timer timer_;
	UdpSocket ipv4_;
	UdpSocket ipv6_;
	std::vector<Loop::Watch> watches_;
	std::optional<Datagram> held_; // until the system has room
	Loop::Watch room_for_held_;
	std::function<void()> begun_;
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

// Whether the system had room for it.
bool Sending::send(const Datagram &datagram) {
	auto &socket = socket_for(datagram.to.address.family);
	const auto error = socket.send(datagram.to, datagram.octets);
	if (error == std::errc::resource_unavailable_try_again) {
		room_for_held_ = loop_.on_writable(socket.descriptor(), [this] { advance(); });
		return false;
	}
	if (error) {
		sender_.not_sent();
		log_.warning("{}: {}", to_string(datagram.to), error.message());
	}
	return true;
}

void Sending::send_due() {
	for (auto left = batch; left > 0; --left) {
		if (!held_) held_ = sender_.next(Clock::now());
		if (!held_ || !send(*held_)) return;
		log_.debug("{} octets to {}", held_->octets.size(), to_string(held_->to));
		held_.reset();
		room_for_held_ = {};
	}
}

void Sending::advance() {
	send_due();
	if (held_) return timer_.cancel();
	if (begun_ && sender_.has_begun_all()) std::exchange(begun_, nullptr)();
	const auto next = sender_.deadline();
	if (next)
		timer_.set(*next);
	else
		loop_.stop();
}

void Sending::receive(UdpSocket &socket) {
	for (auto left = batch; left > 0; --left) {
		const auto received = socket.receive(room_);
		if (!received) break;
		if (!sender_.receive(received->from, received->octets, Clock::now()))
			log_.debug(
			    "ignored from {}: it acknowledges nothing that is open", to_string(received->from));
	}
	advance();
}

void print_messages(ChangePrioritySender &sender) {
	while (const auto datagram = sender.next({})) std::puts(to_hex(datagram->octets).c_str());
}

Severity severity(const ChangeOutcome &outcome, const CpmWanted &wanted) {
	switch (exit_status({outcome}, wanted)) {
	case CpmExit::acknowledged: return Severity::info;
	case CpmExit::degraded: return Severity::warning;
	default: return Severity::error;
	}
}

// To syslog where nobody looks any more.
void report(const CpmSendOptions &options, const std::vector<ChangeOutcome> &outcomes,
    const CpmWanted &wanted, Log &log) {
	for (const auto &outcome : outcomes) {
		const auto status = status_of(outcome, wanted.acknowledgement);
		Text text;
		if (options.json)
			append_outcome_json(text, outcome, status);
		else
			append_outcome_text(text, outcome, status);
		if (options.detach)
			log.say(severity(outcome, wanted), text.view().substr(0, text.size() - 1));
		else if (!options.quiet)
			std::fwrite(text.view().data(), 1, text.size(), stdout);
	}
}

int send(const CpmSendOptions &options) {
	ChangePrioritySender sender{sender_options(options)};
	const auto eids = moved_eids(options);
	const auto lines = keys(options);
	const auto [targets, unknown] = xtrs(options); // may take its time, so it is the last
	auto nonce = first_nonce(options);
	for (const auto &eid : eids) {
		for (const auto &xtr : targets)
			sender.add(eid, xtr, secret_for(lines, eid, xtr, options), nonce);
		++nonce;
	}
	Log log{"lisp-cpm-send", options.verbosity};
	for (const auto &why : unknown) log.error("{}", why);
	if (options.dry_run) {
		print_messages(sender);
		return unknown.empty() ? 0 : EX_NOHOST;
	}
	std::optional<Detachment> detachment;
	if (options.detach) detachment.emplace();
	Sending{sender, log}.run([&] {
		if (!detachment) return;
		log.to_syslog();
		detachment->ready();
	});
	const CpmWanted wanted{options.any, !options.no_acknowledgement};
	report(options, sender.outcomes(), wanted, log);
	// An xTR without an address is one that has not acknowledged.
	if (!unknown.empty() && !options.any) return EX_NOHOST;
	return static_cast<int>(exit_status(sender.outcomes(), wanted));
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
	} catch (const std::exception &error) { // of the system
		return fail(EX_OSERR, error.what());
	}
}

} // namespace lisp
