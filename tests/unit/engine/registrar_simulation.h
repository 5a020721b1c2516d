// A site and its Map-Servers under a simulated clock, without a network.
#pragma once

#include "engine/registrar.h"
#include "engine/site.h"
#include "golden_packets.h"
#include "message/message.h"

#include <functional>

namespace lisp {

using namespace std::chrono_literals;

// One EID, one Map-Server.
inline SiteConfig small_site() {
	SiteConfig site;
	site.map_servers = {map_server("192.0.2.1", "secret")};
	add_eid(site, "203.0.113.0/24", 60, {rloc("198.51.100.1", 1, 100, true)});
	return site;
}

// `count` host EIDs.
inline SiteConfig large_site(unsigned count) {
	SiteConfig site;
	site.map_servers = {map_server("192.0.2.1", "secret")};
	for (unsigned i = 0; i < count; ++i)
		add_eid(site,
		    "10." + std::to_string(i >> 16) + '.' + std::to_string(i >> 8 & 255) + '.' +
		        std::to_string(i & 255),
		    60, {rloc("198.51.100.1", 1, 100, true)});
	return site;
}

struct Sent {
	std::chrono::steady_clock::duration at{}; // since the start
	Endpoint to;
	Octets octets;

	std::uint64_t nonce() const {
		Reader in{Bytes{octets}.subspan(4)};
		return in.u64("nonce");
	}
	unsigned type() const { return octets[0] >> 4; }
	bool wants_notify() const { return (octets[2] & 1) != 0; }
	unsigned records() const { return octets[3]; }
};

inline MapRegister decode_register(const Octets &octets, Arena &arena) {
	auto decoded = decode_as<MapRegister>(octets, arena);
	EXPECT_TRUE(decoded);
	return decoded ? *decoded : MapRegister{};
}

// The Map-Notify that acknowledges a register: type 4, flags cleared, all else copied, signed anew.
// RFC 9301 section 5.7.
inline Octets notify_for(const Octets &registered, const std::string &secret) {
	auto octets = registered;
	octets[0] = 0x40;
	octets[1] = octets[2] = 0;
	Key{secret}.sign(octets);
	return octets;
}

class Simulation {
public:
	using Answer = std::function<std::optional<Octets>(const Sent &)>;

	explicit Simulation(
	    const SiteConfig &site, const RegistrationOptions &options = {}, std::uint64_t ceiling = 0)
	    : registrar(options, ceiling), saved(ceiling) {
		registrar.configure(site, moment.now);
	}

	void resolve_all() {
		for (std::size_t i = 0; i < registrar.servers(); ++i)
			if (const auto known = IpAddress::parse(registrar.host(i)))
				registrar.resolved(i, *known, moment.now);
	}

	void run_for(std::chrono::steady_clock::duration time) {
		const auto end = moment.now + time;
		for (auto due = registrar.deadline(); due && *due <= end; due = registrar.deadline()) {
			advance(std::max(*due, moment.now));
			tick();
			if (++ticks > 1'000'000) FAIL() << "never comes to rest";
		}
		advance(end);
	}

	void tick() {
		Registrar::Effects effects;
		registrar.tick(moment, effects);
		carry_out(effects);
	}

	void receive(const Endpoint &from, const Octets &octets) {
		Registrar::Effects effects;
		EXPECT_FALSE(registrar.receive(from, octets, moment.now, effects));
		carry_out(effects);
	}

	std::vector<long> seconds_of_sends() const {
		std::vector<long> times;
		for (const auto &one : sent)
			times.push_back(static_cast<long>(
			    std::chrono::duration_cast<std::chrono::seconds>(one.at).count()));
		return times;
	}

	RegistrationStatus status(std::size_t server = 0) const { return registrar.status(server); }

	Registrar registrar;
	std::uint64_t saved;
	Answer answer = [](const Sent &) { return std::nullopt; };
	std::vector<Sent> sent;
	unsigned saves = 0;
	const Instant start{1000h};
	Moment moment{start, 1'700'000'000'000'000'000};

private:
	void advance(Instant now) {
		moment.wall += static_cast<std::uint64_t>((now - moment.now).count());
		moment.now = now;
	}

	void carry_out(const Registrar::Effects &effects) {
		for (const auto &effect : effects) {
			if (const auto *save = std::get_if<Registrar::SaveNonceCeiling>(&effect)) {
				EXPECT_GT(save->ceiling, saved);
				saved = save->ceiling;
				++saves;
				continue;
			}
			const auto &send = std::get<Registrar::Send>(effect);
			sent.push_back({moment.now - start, send.to, send.octets});
			if (sent.back().type() == 3) {
				EXPECT_LT(sent.back().nonce(), saved);
			}
			const auto one = sent.back();
			if (const auto reply = answer(one)) receive(one.to, *reply);
		}
	}

	unsigned ticks = 0;
};

inline Simulation::Answer acknowledging(const std::string &secret = "secret") {
	return [secret](const Sent &one) -> std::optional<Octets> {
		if (one.type() != 3) return std::nullopt;
		return notify_for(one.octets, secret);
	};
}

} // namespace lisp
