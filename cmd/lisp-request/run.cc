#include "lisp-request/run.h"

#include "config/site_config.h"
#include "engine/requester.h"
#include "lisp-request/answer.h"
#include "lisp-request/resolver.h"
#include "lisp-request/sockets.h"
#include "lisp-request/watching.h"
#include "net/loop.h"

#include <fmt/core.h>

#include <cmath>
#include <cstdio>
#include <iostream>
#include <random>
#include <stdexcept>

namespace lisp {

namespace {

using Clock = std::chrono::steady_clock;

EidPrefix parse_eid(const std::string &text, const RequestOptions &options) {
	auto eid = EidPrefix::parse(text);
	if (!eid) throw UsageError{text + " is no EID, expected an address or a prefix"};
	if (options.instance != 0 && eid->instance != 0 && eid->instance != options.instance)
		throw UsageError{text + " has another Instance ID than --instance"};
	if (options.instance != 0) eid->instance = static_cast<std::uint32_t>(options.instance);
	return *eid;
}

std::vector<EidPrefix> parse_eids(const RequestOptions &options) {
	std::vector<EidPrefix> eids;
	for (const auto &text : options.eids) {
		if (text != "-") {
			eids.push_back(parse_eid(text, options));
			continue;
		}
		for (std::string word; std::cin >> word;) eids.push_back(parse_eid(word, options));
	}
	return eids;
}

Requester::Options requester_options(const RequestOptions &options) {
	Requester::Options result;
	if (options.count < 1) throw UsageError{"--count: expected 1 to 5"};
	if (!(options.timeout >= 1 && options.timeout <= 5))
		throw UsageError{"--timeout: expected 1 to 5"};
	if (!options.source_eid.empty()) {
		const auto source = IpAddress::parse(options.source_eid);
		if (!source) throw UsageError{options.source_eid + " is no address"};
		result.source_eid = *source;
	}
	result.probe = options.probe;
	result.smr_invoked = options.smr_invoked;
	result.encapsulated = !options.no_encapsulation && !options.probe;
	if (options.watch && options.probe) throw UsageError{"--watch: not with --probe"};
	if (options.watch && options.keys.empty())
		throw UsageError{"--watch: needs --keys, the key that the map-server shares"};
	if (!options.watch && (options.changes > 0 || !options.keys.empty() || !options.xtr_id.empty()))
		throw UsageError{"-c, --keys and --xtr-id are for --watch"};
	result.count = static_cast<unsigned>(options.count);
	result.timeout = std::chrono::milliseconds{std::lround(options.timeout * 1000)};
	return result;
}

struct Totals {
	std::size_t positive = 0;
	std::size_t negative = 0;
	std::size_t timeout = 0;
	std::chrono::microseconds round_trips{};
};

class Asking {
public:
	Asking(const RequestOptions &options, Requester::Options requester, RequestSockets sockets)
	    : options_(options), sockets_(std::move(sockets)), requester_(std::move(requester)),
	      timer_(loop_, [this] { advance(); }), room_(UdpSocket::max_payload) {
		for (auto *socket : {&sockets_.ipv4, &sockets_.ipv6})
			if (socket->descriptor() >= 0)
				watches_.push_back(
				    loop_.on_readable(socket->descriptor(), [this, socket] { receive(*socket); }));
	}

	// The exit status.
	int run(const std::vector<EidPrefix> &eids) {
		is_batch_ = eids.size() > 1000;
		for (const auto &eid : eids) requester_.ask(eid);
		const auto begin = Clock::now();
		advance();
		if (requester_.deadline()) loop_.run();
		tell_totals(Clock::now() - begin);
		return all_positive_ ? 0 : 1;
	}

private:
	template <class... Args> void tell(fmt::format_string<Args...> format, Args &&...args) const {
		if (options_.verbosity > 0) fmt::print(stderr, format, std::forward<Args>(args)...);
	}
	std::uint64_t random_nonce() { return static_cast<std::uint64_t>(random_()) << 32 | random_(); }

	void advance();
	void tell_totals(std::chrono::duration<double> took) const;
	void receive(UdpSocket &socket);
	void show(const RequestAnswer *answer, const EidPrefix &eid);

	const RequestOptions &options_;
	Loop loop_;
	RequestSockets sockets_;
	std::vector<Loop::Watch> watches_;
	Requester requester_;
	Loop::Timer timer_;
	Octets room_;
	std::random_device random_;
	bool all_positive_ = true;
	bool is_batch_ = false; // too many to be watched as they come
	Totals totals_;
};

void Asking::advance() {
	const auto now = Clock::now();
	while (const auto eid = requester_.next_timeout(now)) show(nullptr, *eid);
	while (const auto request = requester_.next_request(now, random_nonce())) {
		tell("sent a map-request to {}\n", to_string(request->to));
		const auto error =
		    sockets_.of(request->to.address.family).send(request->to, request->octets);
		if (error)
			fmt::print(stderr, "lisp-request: {}: {}\n", to_string(request->to), error.message());
	}
	const auto next = requester_.deadline();
	if (next)
		timer_.set(*next);
	else
		loop_.stop();
}

void Asking::tell_totals(std::chrono::duration<double> took) const {
	const auto answers = totals_.positive + totals_.negative;
	tell("{} positive, {} negative, {} without an answer; {:.0f} answers a second, {:.0f} us to "
	     "one\n",
	    totals_.positive, totals_.negative, totals_.timeout,
	    static_cast<double>(answers) / took.count(),
	    static_cast<double>(totals_.round_trips.count()) /
	        static_cast<double>(std::max<std::size_t>(answers, 1)));
}

void Asking::receive(UdpSocket &socket) {
	while (const auto received = socket.receive(room_)) {
		const auto answer = requester_.receive(received->from, received->octets, Clock::now());
		if (answer)
			show(&*answer, answer->eid);
		else
			tell("ignored from {}: {}\n", to_string(received->from), name(answer.error()));
	}
	advance();
}

void Asking::show(const RequestAnswer *answer, const EidPrefix &eid) {
	if (answer == nullptr || !answer->positive()) all_positive_ = false;
	if (answer != nullptr) totals_.round_trips += answer->round_trip;
	++(answer == nullptr     ? totals_.timeout
	    : answer->positive() ? totals_.positive
	                         : totals_.negative);
	Text text;
	const auto &resolver = requester_.options().resolver;
	if (options_.json)
		append_answer_json(text, answer, eid, resolver);
	else if (answer != nullptr)
		append_answer_text(text, *answer);
	else
		fmt::print(stderr, "lisp-request: {}: no map-reply after {} map-requests to {}\n",
		    eid_text(eid), options_.count, to_string(resolver));
	std::fwrite(text.view().data(), 1, text.size(), stdout);
	if (!is_batch_) std::fflush(stdout);
}

} // namespace

int run(const RequestOptions &options) {
	const auto eids = parse_eids(options);
	auto requester = requester_options(options);
	requester.resolver = find_resolver(options.resolver, options.config);
	requester.itr_rlocs = own_addresses(requester.resolver);
	auto sockets = open_sockets();
	requester.port = sockets.port();
	if (options.watch) return watch(options, requester, std::move(sockets), eids);
	return Asking{options, std::move(requester), std::move(sockets)}.run(eids);
}

} // namespace lisp
