#include "engine/registrar.h"

#include "message/message.h"

#include <algorithm>
#include <utility>

namespace lisp {

Registrar::Registrar(const RegistrationOptions &options, std::uint64_t nonce_ceiling)
    : options_(options), nonces_(nonce_ceiling) {}

void Registrar::configure(const SiteConfig &config, Instant now) {
	SiteRecords records{config};
	const auto changes = compare(records_, records);
	std::vector<Registration> servers;
	std::vector<RegistrationState> told;
	std::vector<bool> kept(servers_.size());
	for (const auto &line : config.map_servers) {
		const auto same = std::find_if(servers_.begin(), servers_.end(), [&](const auto &server) {
			return !kept[static_cast<std::size_t>(&server - servers_.data())] &&
			       server.is_for(line);
		});
		if (same == servers_.end()) {
			servers.emplace_back(line, options_);
			servers.back().ask_for_notifies(asks_always_);
			told.push_back(RegistrationState::pending);
		} else {
			const auto index = static_cast<std::size_t>(same - servers_.begin());
			kept[index] = true;
			servers.push_back(std::move(*same));
			told.push_back(told_[index]);
		}
		servers.back().change(changes, records, now);
	}
	servers_ = std::move(servers);
	told_ = std::move(told);
	records_ = std::move(records);
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
    const Endpoint &from, Bytes datagram, Effects &effects) {
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
	if (meant != nullptr && meant->is_authentic(datagram, *notify)) {
		++(meant->acknowledge(records_, *notify, datagram) ? counters_.notifies
		                                                   : counters_.repeated);
		return std::nullopt;
	}
	for (auto *server : others) {
		if (!server->is_authentic(datagram, *notify)) continue;
		++counters_.unsolicited;
		effects.push_back(Send{from, server->acknowledgement(*notify)});
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

bool Registrar::is_answered() const {
	return std::all_of(servers_.begin(), servers_.end(),
	    [](const auto &server) { return server.endpoint() && server.is_answered(); });
}

std::vector<std::size_t> Registrar::take_changed() {
	std::vector<std::size_t> changed;
	for (std::size_t i = 0; i < servers_.size(); ++i)
		if (const auto state = servers_[i].state(); std::exchange(told_[i], state) != state)
			changed.push_back(i);
	return changed;
}

} // namespace lisp
