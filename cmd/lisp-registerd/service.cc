#include "lisp-registerd/service.h"

#include "lisp-registerd/report.h"
#include "message/message.h"

#include <algorithm>

namespace lisp {

namespace {

constexpr auto save_retry = std::chrono::seconds(5);
constexpr auto withdrawal_time = std::chrono::seconds(3);

Moment this_moment() {
	using namespace std::chrono;
	const auto wall = duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
	return {steady_clock::now(), static_cast<std::uint64_t>(std::max<std::int64_t>(wall, 0))};
}

RegistrationOptions registration_options(const RegisterdOptions &options) {
	RegistrationOptions chosen;
	chosen.interval = std::chrono::seconds(options.interval);
	chosen.mtu = options.mtu;
	chosen.always_notify = options.once;
	return chosen;
}

} // namespace

Service::Service(Daemon &daemon, const RegisterdOptions &options, NonceFile nonces)
    : daemon_(daemon), messages_(daemon.log(), options.daemon), nonces_(std::move(nonces)),
      registrar_(registration_options(options), nonces_.ceiling()), sockets_(options, daemon.log()),
      own_rlocs_(daemon.log(), can_bind), resolver_(daemon.loop()),
      timer_(daemon.loop(), [this] { work(); }), reports_itself_(options.once) {
	sockets_.watch(
	    daemon.loop(),
	    [this](const Endpoint &from, const Endpoint &to, Bytes octets) { take(from, to, octets); },
	    [this] { settle(); });
	if (!options.once) watch_interfaces();
}

Service::~Service() {
	nonces_.save(registrar_.lowest_nonce_ceiling());
}

void Service::watch_interfaces() {
	interfaces_.emplace(daemon_.loop(), [this] { look_at_own_rlocs(); });
	if (const auto failure = interfaces_->failure())
		daemon_.log().warning("interfaces cannot be watched, own RLOCs are looked at when the "
		                      "configuration is read only: {}",
		    failure.message());
}

void Service::look_at_own_rlocs() {
	own_rlocs_.look();
	registrar_.set_lost(own_rlocs_.lost(), std::chrono::steady_clock::now());
	work();
}

void Service::configure(const SiteConfig &config) {
	if (ended_) return;
	own_rlocs_.configure(config);
	registrar_.set_lost(own_rlocs_.lost(), std::chrono::steady_clock::now());
	registrar_.configure(config, std::chrono::steady_clock::now());
	std::map<std::string, Host> hosts;
	for (const auto &line : config.map_servers)
		if (auto known = hosts_.extract(line.host)) hosts.insert(std::move(known));
	hosts_ = std::move(hosts);
	for (const auto &line : config.map_servers) {
		const auto [host, is_new] = hosts_.try_emplace(line.host);
		if (is_new)
			host->second.lookup = resolver_.follow(line.host,
			    [this, name = line.host](const auto &answer) { resolved(name, answer); });
		else
			apply(line.host, host->second);
	}
	work();
}

void Service::change_eids(const SiteConfig &sections) {
	if (ended_) return;
	own_rlocs_.change_eids(sections);
	registrar_.set_lost(own_rlocs_.lost(), std::chrono::steady_clock::now());
	registrar_.change_eids(sections, std::chrono::steady_clock::now());
	work();
}

void Service::end() {
	const auto now = std::chrono::steady_clock::now();
	registrar_.end(now);
	if (registrar_.has_withdrawn()) return;
	ended_ = true;
	auto &loop = daemon_.loop();
	Loop::Timer patience{loop, [&loop] { loop.stop(); }};
	patience.set(now + withdrawal_time);
	progress_ = [this, &loop] {
		if (registrar_.has_withdrawn()) loop.stop();
	};
	timer_.set(now);
	loop.run();
	progress_ = [] {};
	if (!registrar_.has_withdrawn())
		daemon_.log().warning("not every map-server has confirmed the withdrawal");
}

void Service::register_again() {
	registrar_.register_again(std::chrono::steady_clock::now());
	work();
}

void Service::resolved(const std::string &name, const Resolver::Answer &answer) {
	auto &host = hosts_[name];
	if (!answer.error.empty() && answer.error != host.answer.error)
		daemon_.log().warning("{}: {}", name, answer.error);
	host.answer = answer;
	host.moves = 0;
	apply(name, host);
	timer_.set(std::chrono::steady_clock::now());
}

// Name servers hand out the same addresses in turn: the one in use stays while it is among them.
void Service::apply(const std::string &name, const Host &host) {
	const auto &addresses = host.answer.addresses;
	const auto usable = std::find_if(addresses.begin(), addresses.end(),
	    [this](const IpAddress &address) { return sockets_.local(address).has_value(); });
	for (std::size_t i = 0; i < registrar_.servers(); ++i) {
		const auto &endpoint = registrar_.endpoint(i);
		if (registrar_.host(i) != name) continue;
		if (endpoint &&
		    std::find(addresses.begin(), addresses.end(), endpoint->address) != addresses.end())
			continue;
		if (usable != addresses.end())
			registrar_.resolved(i, *usable, std::chrono::steady_clock::now());
		else if (!host.answer.error.empty())
			registrar_.unresolved(i, host.answer.error);
		else if (!addresses.empty())
			registrar_.unresolved(i, "only addresses of a family that this host lacks");
	}
}

// A Map-Server that is silent may answer at another of its addresses; each has one try.
void Service::try_next_address(std::size_t server) {
	auto &host = hosts_[registrar_.host(server)];
	auto others = host.answer.addresses;
	const auto current =
	    std::find(others.begin(), others.end(), registrar_.endpoint(server)->address);
	if (current == others.end() || ++host.moves >= others.size()) return;
	std::rotate(others.begin(), current + 1, others.end());
	others.pop_back();
	for (const auto &address : others) {
		if (!sockets_.local(address)) continue;
		registrar_.resolved(server, address, std::chrono::steady_clock::now());
		return;
	}
}

void Service::work() {
	const auto moment = this_moment();
	Registrar::Effects effects;
	registrar_.tick(moment, effects);
	carry_out(effects, moment.now);
	settle();
}

void Service::settle() {
	tell_changes();
	if (const auto deadline = registrar_.deadline()) timer_.set(*deadline);
	progress_();
}

void Service::receive(const Endpoint &from, const Endpoint &to, Bytes octets) {
	take(from, to, octets);
	settle();
}

void Service::take(const Endpoint &from, const Endpoint &to, Bytes octets) {
	messages_.received(from, to, octets);
	Registrar::Effects effects;
	const auto now = std::chrono::steady_clock::now();
	const auto fault = registrar_.receive(from, octets, now, effects);
	if (fault && daemon_.log().allow(now))
		daemon_.log().warning("{}: {}: {}", to_string(from), type_name(octets), to_string(*fault));
	carry_out(effects, now);
}

void Service::carry_out(const Registrar::Effects &effects, Instant now) {
	for (const auto &effect : effects) {
		if (const auto *datagram = std::get_if<Registrar::Send>(&effect)) {
			to_send_.push_back({datagram->to, {}, datagram->octets});
			continue;
		}
		send_waiting(now);
		const auto error = nonces_.save(std::get<Registrar::SaveNonceCeiling>(effect).ceiling);
		if (error && nonces_saved_)
			daemon_.log().error(
			    "nothing is registered until nonces can be saved: {}", error.message());
		nonces_saved_ = !error;
		if (!error) continue;
		registrar_.not_saved(now, now + save_retry);
		return;
	}
	send_waiting(now);
}

void Service::send_waiting(Instant now) {
	for (const auto &datagram : to_send_) {
		const auto local = sockets_.local(datagram.to.address);
		messages_.sent(local.value_or(Endpoint{}), datagram.to, datagram.octets);
	}
	sockets_.send(to_send_, [&](const auto &datagram, const auto &error) {
		++failed_sends_;
		if (daemon_.log().allow(now))
			daemon_.log().warning("{}: {}", to_string(datagram.to), error.message());
	});
	to_send_.clear();
}

void Service::tell_changes() {
	for (const auto server : registrar_.take_changed()) {
		const auto status = registrar_.status(server);
		if (!reports_itself_ && !ended_) tell(status);
		if (status.state == RegistrationState::timeout) try_next_address(server);
	}
}

void Service::tell(const RegistrationStatus &status) {
	switch (status.state) {
	case RegistrationState::acknowledged:
	case RegistrationState::sent: daemon_.log().info("{}", to_line(status)); break;
	case RegistrationState::timeout:
	case RegistrationState::partial:
	case RegistrationState::refused: daemon_.log().warning("{}", to_line(status)); break;
	case RegistrationState::unresolved:
	case RegistrationState::pending: break;
	}
}

} // namespace lisp
