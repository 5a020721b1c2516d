#include "engine/registrar.h"

#include "message/message.h"

#include <algorithm>
#include <utility>

namespace lisp {

Registrar::Registrar(const RegistrationOptions &options, std::uint64_t nonce_ceiling)
    : options_(options), nonces_(nonce_ceiling) {}

// For each line the Map-Server that it has been so far, or none: one of which nothing differs
// before one that has another key.
std::vector<std::size_t> Registrar::heirs(const std::vector<MapServerLine> &lines) const {
	std::vector<std::size_t> of(lines.size(), servers_.size());
	std::vector<bool> taken(servers_.size());
	const auto match = [&](auto is_same) {
		for (std::size_t i = 0; i < lines.size(); ++i) {
			std::size_t server = of[i] == servers_.size() ? 0 : servers_.size();
			while (
			    server < servers_.size() && (taken[server] || !is_same(servers_[server], lines[i])))
				++server;
			if (server == servers_.size()) continue;
			taken[server] = true;
			of[i] = server;
		}
	};
	match([](const auto &server, const auto &line) { return server.is_for(line); });
	match([](const auto &server, const auto &line) { return server.is_but_for_the_key(line); });
	return of;
}

void Registrar::configure(const SiteConfig &config, Instant now) {
	SiteRecords records{config};
	if (!lost_.empty()) records.set_lost(lost_);
	const auto changes = compare(records_, records);
	const auto of = heirs(config.map_servers);
	std::vector<Registration> servers;
	std::vector<Told> told;
	for (std::size_t i = 0; i < of.size(); ++i) {
		const auto &line = config.map_servers[i];
		if (of[i] == servers_.size()) {
			servers.emplace_back(line, options_);
			servers.back().ask_for_notifies(asks_always_);
			told.emplace_back();
		} else {
			servers.push_back(std::move(servers_[of[i]]));
			told.push_back(std::move(told_[of[i]]));
		}
		servers.back().change(changes, records, now);
		if (!servers.back().is_for(line)) servers.back().change_key(line, records, now);
	}
	servers_ = std::move(servers);
	told_ = std::move(told);
	records_ = std::move(records);
}

// Other records of the same Map-Servers.
void Registrar::adopt(SiteRecords records, Instant now) {
	const auto changes = compare(records_, records);
	for (auto &server : servers_) server.change(changes, records, now);
	records_ = std::move(records);
}

void Registrar::change_eids(const SiteConfig &sections, Instant now) {
	auto records = records_.with(sections);
	if (!lost_.empty()) records.set_lost(lost_);
	adopt(std::move(records), now);
}

void Registrar::set_lost(std::vector<IpAddress> rlocs, Instant now) {
	if (rlocs == lost_) return;
	lost_ = std::move(rlocs);
	auto records = records_;
	records.set_lost(lost_);
	adopt(std::move(records), now);
}

void Registrar::end(Instant now) {
	const SiteRecords none;
	const auto withdrawing = compare(records_, none);
	auto expiring = withdrawing;
	expiring.gone.clear();
	for (auto &server : servers_)
		server.change(server.line().withdraw == Withdraw::all ? withdrawing : expiring, none, now);
	records_ = none;
}

bool Registrar::has_withdrawn() const {
	return std::all_of(servers_.begin(), servers_.end(),
	    [](const auto &server) { return server.has_withdrawn(); });
}

void Registrar::resolved(std::size_t server, const IpAddress &address, Instant now) {
	servers_[server].resolved(address, records_, now);
}

void Registrar::unresolved(std::size_t server, const std::string &why) {
	servers_[server].unresolved(why);
}

void Registrar::register_again(Instant now) {
	for (auto &server : servers_) server.register_again(now);
}

void Registrar::ask_for_notifies(bool always) {
	asks_always_ = always;
	for (auto &server : servers_) server.ask_for_notifies(always);
}

void Registrar::tick(Moment moment, Effects &effects) {
	for (auto &server : servers_) {
		while (server.is_due(moment.now)) {
			const auto drawn = nonces_.draw(moment.wall);
			if (drawn.save) effects.push_back(SaveNonceCeiling{*drawn.save});
			auto drawn_up = server.next_register(records_, drawn.nonce, moment.now);
			++counters_.registers;
			counters_.retries += drawn_up.again ? 1 : 0;
			effects.push_back(Send{*server.endpoint(), std::move(drawn_up.octets)});
		}
	}
}

std::optional<Instant> Registrar::deadline() const {
	std::optional<Instant> first;
	for (const auto &server : servers_) {
		const auto when = server.deadline();
		if (when && (!first || *when < *first)) first = when;
	}
	return first;
}

void Registrar::not_saved(Instant ticked, Instant retry) {
	nonces_.not_saved();
	for (auto &server : servers_) server.postpone(ticked, retry);
}

std::optional<WireError> Registrar::receive(
    const Endpoint &from, Bytes datagram, Instant now, Effects &effects) {
	arena_.reset();
	const auto decoded = decode(datagram, arena_);
	if (decoded.error) {
		++counters_.malformed;
		return decoded.error;
	}
	if (has_unknown_vendor(decoded.message)) {
		++counters_.unknown_vendor;
		return WireError{Reason::unsupported, 0, "lcaf vendor"};
	}
	const auto *notify = std::get_if<MapNotify>(&decoded.message);
	if (notify == nullptr) {
		++counters_.unexpected;
		return std::nullopt;
	}
	// One host may be several Map-Servers, told apart by port or key: the nonce tells which is
	// meant, or else the key.
	Registration *meant = nullptr;
	std::vector<Registration *> others;
	for (auto &server : servers_) {
		if (!server.endpoint() || server.endpoint()->address != from.address) continue;
		if (server.knows_nonce(notify->nonce))
			meant = &server;
		else
			others.push_back(&server);
	}
	const ReceivedNotify received{*notify, datagram};
	if (auto *signer = meant != nullptr ? meant->signer(received) : nullptr) {
		const bool news = meant->acknowledge(records_, received, signer, now);
		++(news ? counters_.notifies : counters_.repeated);
		return std::nullopt;
	}
	for (auto *server : others) {
		auto *signer = server->signer(received);
		if (signer == nullptr) continue;
		++counters_.unsolicited;
		effects.push_back(Send{from, Registration::acknowledgement(*notify, *signer)});
		return std::nullopt;
	}
	++(meant == nullptr && others.empty() ? counters_.strangers : counters_.unauthentic);
	return std::nullopt;
}

RegistrationStatus Registrar::status(std::size_t server) const {
	const auto &registration = servers_[server];
	RegistrationStatus status;
	status.server = registration.line().host;
	if (const auto &endpoint = registration.endpoint())
		status.address =
		    endpoint->port == control_port ? to_string(endpoint->address) : to_string(*endpoint);
	status.state = registration.state();
	status.records = records_.size();
	status.acknowledged = registration.acknowledged_records();
	status.error = registration.explanation();
	return status;
}

RegistrationDetails Registrar::details(std::size_t server, Instant now) const {
	const auto &registration = servers_[server];
	RegistrationDetails details{status(server), 0, 0, std::nullopt, {}};
	details.retried = registration.retried_records();
	details.refused = registration.refused_records();
	if (const auto last = registration.last_notify())
		details.age = static_cast<std::uint64_t>(
		    std::chrono::duration_cast<std::chrono::seconds>(now - *last).count());
	details.last_error = told_[server].last_error;
	return details;
}

bool Registrar::is_answered() const {
	return std::all_of(servers_.begin(), servers_.end(),
	    [](const auto &server) { return server.endpoint() && server.is_answered(); });
}

std::vector<std::size_t> Registrar::take_changed() {
	std::vector<std::size_t> changed;
	for (std::size_t i = 0; i < servers_.size(); ++i) {
		const auto state = servers_[i].state();
		if (std::exchange(told_[i].state, state) == state) continue;
		changed.push_back(i);
		using enum RegistrationState;
		if (state == unresolved || state == partial || state == refused || state == timeout)
			told_[i].last_error = servers_[i].explanation();
	}
	return changed;
}

} // namespace lisp
