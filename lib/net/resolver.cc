#include "net/resolver.h"

#include "net/loop.h"
#include "net/socket_address.h"

#include <event2/dns.h>
#include <event2/util.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <netdb.h>
#include <new>
#include <utility>

namespace lisp {

namespace {

constexpr std::chrono::seconds first_retry{1};
constexpr std::chrono::seconds max_retry{60};
constexpr std::chrono::seconds refresh{300};

constexpr const char *servers_file = "/etc/resolv.conf";
constexpr const char *hosts_file = "/etc/hosts";

// Tells one version of a file from another.
using FileVersion = std::array<std::uint64_t, 4>;

FileVersion version_of(const char *path) {
	struct stat status {};
	if (stat(path, &status) < 0) return {};
	return {static_cast<std::uint64_t>(status.st_ino), static_cast<std::uint64_t>(status.st_size),
	    static_cast<std::uint64_t>(status.st_mtim.tv_sec),
	    static_cast<std::uint64_t>(status.st_mtim.tv_nsec)};
}

std::vector<IpAddress> addresses_of(const evutil_addrinfo *list) {
	std::vector<IpAddress> addresses;
	for (; list != nullptr; list = list->ai_next) {
		SocketAddress address;
		if (list->ai_addrlen > address.fill_size()) continue;
		std::memcpy(address.fill(), list->ai_addr, list->ai_addrlen);
		const auto found = address.endpoint().address;
		if (!found.is_none() &&
		    std::find(addresses.begin(), addresses.end(), found) == addresses.end())
			addresses.push_back(found);
	}
	return addresses;
}

} // namespace

struct Resolver::Source {
	explicit Source(Loop &loop) : base(evdns_base_new(loop.base(), 0)) {
		if (base == nullptr) throw std::bad_alloc();
		// What it has to say on standard error is in the answers, too.
		evdns_set_log_fn([](int, const char *) {});
	}
	~Source() { evdns_base_free(base, 1); }
	Source(const Source &) = delete;
	Source &operator=(const Source &) = delete;

	// A host may get its name servers long after its daemons have started.
	void follow_files() {
		const std::array current{version_of(servers_file), version_of(hosts_file)};
		if (std::exchange(versions, current) == current && configured) return;
		if (std::exchange(configured, true)) {
			evdns_base_clear_nameservers_and_suspend(base);
			evdns_base_clear_host_addresses(base);
		}
		evdns_base_resolv_conf_parse(base, DNS_OPTIONS_ALL, servers_file);
		evdns_base_resume(base);
	}

	evdns_base *base;
	std::array<FileVersion, 2> versions{};
	bool configured = false;
};

struct Resolver::Lookup::State {
	// libevent answers every question, a cancelled one too, and not always at once: it outlives
	// its lookup when that goes away meanwhile.
	struct Question {
		State *asker;
		evdns_getaddrinfo_request *request = nullptr;
	};

	State(Loop &loop, Source &from, std::string name, Handler answered)
	    : source(from), host(std::move(name)), handler(std::move(answered)),
	      timer(loop, [this] { ask(); }) {}

	void ask();
	void cancel();
	void answered(int error, const evutil_addrinfo *list);

	Source &source;
	std::string host;
	Handler handler;
	Loop::Timer timer;
	Question *question = nullptr; // on its way
	std::chrono::seconds retry = first_retry;
	bool succeeded = false;
	bool running = false; // the handler
	bool abandoned = false;
};

void Resolver::Lookup::State::ask() {
	source.follow_files();
	evutil_addrinfo hints{};
	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_DGRAM;
	hints.ai_protocol = IPPROTO_UDP;
	const auto answer = [](int error, evutil_addrinfo *list, void *argument) {
		const std::unique_ptr<Question> asked{static_cast<Question *>(argument)};
		if (asked->asker != nullptr) asked->asker->answered(error, list);
		if (list != nullptr) evutil_freeaddrinfo(list);
	};
	auto *const asked = new Question{this};
	question = asked;
	auto *const request =
	    evdns_getaddrinfo(source.base, host.c_str(), nullptr, &hints, answer, asked);
	// Without one the answer has come already, and its handler may have done away with this.
	if (request != nullptr) asked->request = request;
}

void Resolver::Lookup::State::cancel() {
	timer.cancel();
	if (question == nullptr) return;
	question->asker = nullptr;
	evdns_getaddrinfo_cancel(question->request);
}

void Resolver::Lookup::State::answered(int error, const evutil_addrinfo *list) {
	question = nullptr;
	Answer answer{addresses_of(list), {}};
	if (answer.addresses.empty())
		answer.error = error != 0 ? evutil_gai_strerror(error) : "no address";
	succeeded = succeeded || answer.error.empty();
	const auto again = answer.error.empty() ? refresh : retry;
	retry = answer.error.empty() ? first_retry : std::min(retry * 2, max_retry);
	timer.set(std::chrono::steady_clock::now() + again);
	if (succeeded && !answer.error.empty()) return;
	running = true;
	handler(answer);
	running = false;
	if (abandoned) delete this;
}

void Resolver::Lookup::Free::operator()(State *state) const {
	state->cancel();
	if (state->running)
		state->abandoned = true;
	else
		delete state;
}

Resolver::Resolver(Loop &loop) : loop_(loop), source_(std::make_unique<Source>(loop)) {}

Resolver::~Resolver() = default;

Resolver::Lookup Resolver::follow(const std::string &host, Handler handler) {
	Lookup lookup;
	if (const auto address = IpAddress::parse(host)) {
		handler({{*address}, {}});
		return lookup;
	}
	lookup.state_.reset(new Lookup::State(loop_, *source_, host, std::move(handler)));
	lookup.state_->timer.set(std::chrono::steady_clock::now());
	return lookup;
}

} // namespace lisp
