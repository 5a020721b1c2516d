#include "lisp-request/watching.h"

#include "config/key_file.h"
#include "engine/watcher.h"
#include "lisp-request/answer.h"
#include "net/loop.h"

#include <fmt/core.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <random>
#include <stdexcept>

namespace lisp {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int status_interrupted = 130;

std::uint64_t nanoseconds_since_1970() {
	const auto now = std::chrono::system_clock::now().time_since_epoch();
	return static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
}

std::vector<Watcher::SharedKey> load_keys(const RequestOptions &options, const IpAddress &server) {
	Diagnostics found;
	const auto lines = load_key_file(options.keys, options.insecure_perms, found);
	for (const auto &diagnostic : found.all()) {
		if (!diagnostic.warning) throw std::runtime_error{to_string(options.keys, diagnostic)};
		fmt::print(stderr, "lisp-request: {}\n", to_string(options.keys, diagnostic));
	}
	std::vector<Watcher::SharedKey> keys;
	for (const auto &line : lines) {
		const auto *address = std::get_if<IpAddress>(&line.selector);
		const auto *by_id = std::get_if<KeyIdSelector>(&line.selector);
		const bool is_for_any = std::holds_alternative<AnySelector>(line.selector);
		if (by_id != nullptr)
			keys.push_back({by_id->key_id, Key{line.secret}});
		else if (is_for_any || (address != nullptr && *address == server))
			keys.push_back({std::nullopt, Key{line.secret}});
	}
	if (keys.empty()) throw std::runtime_error{options.keys + ": no key for " + to_string(server)};
	return keys;
}

XtrIdentity identity_of(const RequestOptions &options) {
	XtrIdentity identity;
	if (options.xtr_id.empty()) {
		std::random_device random;
		for (auto &octet : identity.xtr_id) octet = static_cast<std::uint8_t>(random());
		return identity;
	}
	const auto octets = parse_hex(options.xtr_id);
	if (!octets || octets->size() != identity.xtr_id.size())
		throw UsageError{options.xtr_id + " is no xTR-ID, expected 32 hexadecimal digits"};
	std::copy(octets->begin(), octets->end(), identity.xtr_id.begin());
	return identity;
}

class Watching {
public:
	Watching(const RequestOptions &options, Watcher::Options watcher, RequestSockets sockets)
	    : options_(options), sockets_(std::move(sockets)), watcher_(std::move(watcher)),
	      timer_(loop_, [this] { advance(); }), room_(UdpSocket::max_payload) {
		for (auto *socket : {&sockets_.ipv4, &sockets_.ipv6})
			if (socket->descriptor() >= 0)
				watches_.push_back(
				    loop_.on_readable(socket->descriptor(), [this, socket] { receive(*socket); }));
		for (const int signal : {SIGINT, SIGTERM})
			watches_.push_back(loop_.on_signal(signal, [this, signal] { interrupt(signal); }));
	}

	int run(const std::vector<EidPrefix> &eids) {
		for (const auto &eid : eids) watcher_.watch(eid, Clock::now());
		advance();
		if (watcher_.deadline()) loop_.run();
		if (interrupted_ == SIGINT) return status_interrupted;
		return failed_ ? 1 : 0;
	}

private:
	template <class... Args> void tell(fmt::format_string<Args...> format, Args &&...args) const {
		if (options_.verbosity > 0) fmt::print(stderr, format, std::forward<Args>(args)...);
	}
	std::uint64_t rising_nonce();
	void interrupt(int signal);
	void end();
	void advance();
	void complain(const EidPrefix &eid, WatchTrouble trouble);
	void receive(UdpSocket &socket);
	void send(const Endpoint &to, Bytes octets, std::string_view what);
	void show(const WatchedChange &change, const Endpoint &from);

	const RequestOptions &options_;
	Loop loop_;
	RequestSockets sockets_;
	std::vector<Loop::Watch> watches_;
	Watcher watcher_;
	Loop::Timer timer_;
	Octets room_;
	std::random_device random_;
	int interrupted_ = 0;
	bool ends_ = false;
	bool failed_ = false;
	std::uint64_t changes_ = 0;
};

// The time, and for its lowest bits, about a second, what nobody can guess.
std::uint64_t Watching::rising_nonce() {
	constexpr std::uint64_t low = (1U << 30) - 1;
	return (nanoseconds_since_1970() & ~low) | (random_() & low);
}

// The second time at once.
void Watching::interrupt(int signal) {
	if (std::exchange(interrupted_, signal) != 0) return loop_.stop();
	end();
}

void Watching::end() {
	if (std::exchange(ends_, true)) return;
	watcher_.end(Clock::now());
	advance();
}

void Watching::send(const Endpoint &to, Bytes octets, std::string_view what) {
	tell("sent a {} to {}\n", what, to_string(to));
	if (const auto error = sockets_.of(to.address.family).send(to, octets))
		fmt::print(stderr, "lisp-request: {}: {}\n", to_string(to), error.message());
}

void Watching::advance() {
	const auto now = Clock::now();
	while (const auto trouble = watcher_.next_trouble(now))
		complain(trouble->first, trouble->second);
	while (const auto request = watcher_.next_request(now, rising_nonce()))
		send(request->to, request->octets, "map-request");
	if (const auto next = watcher_.deadline())
		timer_.set(*next);
	else
		loop_.stop();
}

void Watching::complain(const EidPrefix &eid, WatchTrouble trouble) {
	const auto server = to_string(watcher_.options().form.resolver);
	const auto say = [&](std::string_view text) {
		fmt::print(stderr, "lisp-request: {}: {} {}\n", eid_text(eid), server, text);
	};
	if (trouble != WatchTrouble::not_renewed) failed_ = true;
	switch (trouble) {
	case WatchTrouble::no_answer: return say("does not answer, or not with the right key");
	case WatchTrouble::refused:
		return say("takes no subscription to it: it sent a map-reply, as to any map-request");
	case WatchTrouble::not_renewed: return say("does not answer any more, asking on");
	case WatchTrouble::not_ended: return say("did not confirm the end of the subscription");
	}
}

void Watching::receive(UdpSocket &socket) {
	while (const auto received = socket.receive(room_)) {
		const auto news = watcher_.receive(received->octets, Clock::now());
		if (!news) {
			tell("ignored from {}: {}\n", to_string(received->from), name(news.error()));
			continue;
		}
		if (!news->acknowledgement.empty())
			send(received->from, news->acknowledgement, "map-notify-ack");
		for (const auto &change : news->changes) show(change, received->from);
	}
	if (options_.changes > 0 && changes_ >= options_.changes) return end();
	advance();
}

void Watching::show(const WatchedChange &change, const Endpoint &from) {
	if (options_.changes > 0 && changes_ >= options_.changes) return;
	if (change.kind != WatchedChange::Kind::mapping) ++changes_;
	Text text;
	const auto time = nanoseconds_since_1970();
	if (options_.json)
		append_change_json(text, change, watcher_.options().form.resolver, from, time);
	else
		append_change_text(text, change, time);
	std::fwrite(text.view().data(), 1, text.size(), stdout);
	std::fflush(stdout);
	if (std::ferror(stdout) != 0) throw std::runtime_error{"standard output: cannot be written"};
}

} // namespace

int watch(const RequestOptions &options, const RequestForm &form, RequestSockets sockets,
    const std::vector<EidPrefix> &eids) {
	Watcher::Options watcher;
	watcher.form = form;
	watcher.form.subscriber = identity_of(options);
	watcher.keys = load_keys(options, form.resolver.address);
	watcher.count = static_cast<unsigned>(options.count);
	watcher.timeout = std::chrono::milliseconds{std::lround(options.timeout * 1000)};
	return Watching{options, std::move(watcher), std::move(sockets)}.run(eids);
}

} // namespace lisp
