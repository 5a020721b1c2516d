// Simulated days of a site: a network that loses, delays, overtakes and repeats datagrams, an
// attacker in it, Map-Servers written from RFC 9301 without a look at the registrar, and a host
// with a clock that steps and a disk that fills up. Random, and the same for the same seed.
#pragma once

#include "engine/registrar_simulation.h"

#include <map>
#include <memory>
#include <queue>
#include <random>

namespace lisp {

using Duration = std::chrono::steady_clock::duration;

// RFC 9301 sections 5.6, 5.7 and 8.2.
class ModelServer {
public:
	struct Eid {
		Instant registered;
		std::uint8_t priority = 0; // of the first locator
		bool is_forgotten = false; // with all others, when the server died
	};
	static constexpr auto lifetime = 180s;

	void add_key(const std::string &secret) { keys_.try_emplace(secret, Known{Key{secret}}); }

	// The Map-Notify, where one is due.
	std::optional<Octets> receive(const Octets &octets, Instant now) {
		if (is_dead || octets[0] >> 4 != 3) return std::nullopt;
		for (auto &[secret, known] : keys_) {
			if (!known.key.verify(octets)) continue;
			arena_.reset();
			const auto message = decode_register(octets, arena_);
			if (message.nonce <= known.last_nonce) {
				++replays;
				return std::nullopt;
			}
			known.last_nonce = message.nonce;
			for (const auto &record : message.records) enter(record, now);
			if (!message.want_map_notify) return std::nullopt;
			return notify_for(octets, known.key);
		}
		++forgeries;
		return std::nullopt;
	}

	// Its memory goes, and what it knew of nonces stays.
	void die() {
		is_dead = true;
		for (auto &[eid, entry] : eids_) entry.is_forgotten = true;
	}
	std::size_t registered(Instant now) const {
		return static_cast<std::size_t>(std::count_if(eids_.begin(), eids_.end(), [&](auto &entry) {
			return !entry.second.is_forgotten && now - entry.second.registered <= lifetime;
		}));
	}
	// When it was last heard of, also where it has been forgotten since.
	const Eid *last_told(const EidPrefix &eid) const {
		const auto found = eids_.find(eid);
		return found != eids_.end() ? &found->second : nullptr;
	}

	bool is_dead = false;
	unsigned replays = 0;
	unsigned forgeries = 0;
	unsigned expired = 0;
	Duration longest_absence{};

private:
	void enter(const MapRecord &record, Instant now) {
		const auto eid = eid_prefix(record.eid, record.mask_length).value();
		const Eid entry{now, record.locators[0].priority};
		const auto [known, is_new] = eids_.try_emplace(eid, entry);
		const auto before = std::exchange(known->second, entry);
		if (is_new || before.is_forgotten) return;
		const auto absence = now - before.registered - lifetime;
		expired += absence > 0s ? 1 : 0;
		longest_absence = std::max<Duration>(longest_absence, absence);
	}

	struct Known {
		Key key;
		std::uint64_t last_nonce = 0;
	};
	std::map<std::string, Known> keys_;
	std::map<EidPrefix, Eid> eids_;
	Arena arena_;
};

struct Weather {
	double loss = 0;
	double repeated = 0; // datagrams that arrive twice
	std::chrono::milliseconds shortest{5};
	std::chrono::milliseconds longest{80};
	bool overtaking = false;
	std::chrono::seconds attacks{0}; // mean time between forged Map-Notifies; 0: none
};

class World {
public:
	World(SiteConfig configured, const Weather &outside, unsigned seed,
	    const RegistrationOptions &options = {})
	    : site(std::move(configured)), weather(outside), random(seed), options_(options) {
		for (const auto &line : site.map_servers) server(line.host).add_key(line.secret);
		start_daemon();
		attack();
	}

	void run_for(Duration time) {
		const auto end = now() + time;
		while (true) {
			auto next = std::min(end, next_attack_);
			if (!in_flight_.empty()) next = std::min(next, in_flight_.top().at);
			const auto deadline = registrar->deadline();
			if (deadline) next = std::min(next, std::max(*deadline, now()));
			advance(next);
			if (deadline && *deadline <= now())
				tick();
			else if (!in_flight_.empty() && in_flight_.top().at <= now())
				deliver();
			else if (next_attack_ <= now())
				attack();
			else
				return;
		}
	}

	// What a kill leaves: the file of the nonces.
	void start_daemon() {
		registrar = std::make_unique<Registrar>(options_, saved);
		configure();
	}
	void configure() {
		registrar->configure(site, now());
		for (std::size_t i = 0; i < registrar->servers(); ++i)
			if (!registrar->endpoint(i)) registrar->resolved(i, address(registrar->host(i)), now());
	}
	void new_keys(const std::string &secret) {
		for (auto &line : site.map_servers) {
			line.secret = secret;
			server(line.host).add_key(secret);
		}
	}
	void step_clock(std::chrono::seconds step) {
		moment_.wall += static_cast<std::uint64_t>(std::chrono::nanoseconds{step}.count());
	}

	Instant now() const { return moment_.now; }
	ModelServer &server(const std::string &host) { return servers[address(host)]; }
	ModelServer &server(std::size_t index) { return server(registrar->host(index)); }
	unsigned up_to(unsigned limit) { return static_cast<unsigned>(random() % limit); }

	// What is said to be acknowledged was, within a period and the tries until silence counts, and
	// says what the file says.
	void expect_truth() {
		for (std::size_t i = 0; i < registrar->servers(); ++i) {
			const auto status = registrar->status(i);
			if (status.state != RegistrationState::acknowledged) continue;
			++truths;
			EXPECT_EQ(status.acknowledged, site.eids.size());
			for (const auto &section : site.eids) {
				const auto *told = server(i).last_told(section.eid);
				ASSERT_NE(told, nullptr);
				ASSERT_LE(now() - told->registered, 60s + 7s + 2 * weather.longest);
				ASSERT_EQ(told->priority, site.rlocs_of(section)[0].priority);
			}
		}
	}
	void expect_all_registered() {
		for (std::size_t i = 0; i < registrar->servers(); ++i) {
			const auto status = registrar->status(i);
			EXPECT_EQ(status.state, site.map_servers[i].want_map_notify
			                            ? RegistrationState::acknowledged
			                            : RegistrationState::sent);
			EXPECT_EQ(server(i).registered(now()), site.eids.size());
		}
		expect_truth();
	}

	SiteConfig site;
	Weather weather;
	std::mt19937 random;
	std::unique_ptr<Registrar> registrar;
	std::map<IpAddress, ModelServer> servers;
	std::uint64_t saved = 0;
	bool disk_is_full = false;
	unsigned registers = 0;
	unsigned attacks = 0;
	unsigned truths = 0;
	std::function<void(const Endpoint &, const Octets &)> on_register = [](const Endpoint &,
	                                                                        const Octets &) {};
	std::function<void(const Endpoint &, const Octets &)> on_notify = [](const Endpoint &,
	                                                                      const Octets &) {};

private:
	struct Datagram {
		Instant at;
		unsigned number;
		bool to_server;
		Endpoint server;
		Octets octets;
		bool operator<(const Datagram &other) const {
			return std::tie(other.at, other.number) < std::tie(at, number);
		}
	};

	bool happens(double probability) { return up_to(1'000'000) < probability * 1'000'000; }

	void advance(Instant to) {
		moment_.wall += static_cast<std::uint64_t>((to - moment_.now).count());
		moment_.now = to;
	}

	void tick() {
		Registrar::Effects effects;
		registrar->tick(moment_, effects);
		carry_out(effects);
	}

	void carry_out(const Registrar::Effects &effects) {
		for (const auto &effect : effects) {
			if (const auto *send = std::get_if<Registrar::Send>(&effect)) {
				leave(*send);
				continue;
			}
			if (disk_is_full) return registrar->not_saved(now(), now() + 5s);
			const auto ceiling = std::get<Registrar::SaveNonceCeiling>(effect).ceiling;
			EXPECT_GT(ceiling, saved);
			saved = ceiling;
		}
	}

	void leave(const Registrar::Send &send) {
		if (send.octets[0] >> 4 == 3) {
			const auto nonce = Sent{{}, {}, send.octets}.nonce();
			EXPECT_LT(nonce, saved);
			++registers;
			on_register(send.to, send.octets);
		}
		put(send.to, true, send.octets);
	}

	void put(const Endpoint &server, bool to_server, const Octets &octets) {
		for (unsigned copies = happens(weather.repeated) ? 2 : 1; copies > 0; --copies) {
			if (happens(weather.loss)) continue;
			const auto spread = static_cast<unsigned>((weather.longest - weather.shortest).count());
			auto at = now() + weather.shortest + std::chrono::milliseconds{up_to(spread + 1)};
			auto &last = last_arrival_[{server, to_server}];
			if (!weather.overtaking) at = std::max(at, last);
			last = at;
			in_flight_.push({at, ++datagrams_, to_server, server, octets});
		}
	}

	void deliver() {
		const auto datagram = in_flight_.top();
		in_flight_.pop();
		if (datagram.to_server) {
			if (const auto answer =
			        servers[datagram.server.address].receive(datagram.octets, now()))
				put(datagram.server, false, *answer);
			return;
		}
		on_notify(datagram.server, datagram.octets);
		receive(datagram.server, datagram.octets);
		overheard_.push_back({datagram.server, datagram.octets});
		if (overheard_.size() > 500) overheard_.erase(overheard_.begin(), overheard_.begin() + 250);
	}

	void receive(const Endpoint &from, const Octets &octets) {
		Registrar::Effects effects;
		EXPECT_FALSE(registrar->receive(from, octets, now(), effects));
		carry_out(effects);
	}

	// A Map-Notify that somebody without the key could send. It changes nothing.
	void attack() {
		const auto mean = static_cast<unsigned>(weather.attacks.count());
		next_attack_ = now() + (mean > 0 ? std::chrono::milliseconds{up_to(mean * 2000)} : 1h);
		if (overheard_.empty() || mean == 0) return;
		++attacks;
		auto [from, octets] = overheard_[up_to(static_cast<unsigned>(overheard_.size()))];
		switch (up_to(4)) {
		case 0: Key{"guessed"}.sign(octets); break;
		case 1: octets[11] ^= 1; break; // another nonce under the old authentication data
		case 2: from.address = address("203.0.113.66"); break;
		default: break; // an old one, as it was
		}
		const auto before = fingerprint();
		receive(from, octets);
		EXPECT_EQ(fingerprint(), before);
	}
	std::string fingerprint() const {
		std::string text;
		for (std::size_t i = 0; i < registrar->servers(); ++i) {
			const auto status = registrar->status(i);
			text +=
			    std::string{name(status.state)} + ' ' + std::to_string(status.acknowledged) + ' ';
		}
		return text + std::to_string(registrar->deadline()->time_since_epoch().count());
	}

	RegistrationOptions options_;
	Moment moment_{Instant{100'000h}, 1'700'000'000'000'000'000};
	std::priority_queue<Datagram> in_flight_;
	std::map<std::pair<Endpoint, bool>, Instant> last_arrival_;
	std::vector<std::pair<Endpoint, Octets>> overheard_;
	Instant next_attack_;
	unsigned datagrams_ = 0;
};

} // namespace lisp
