// Days in the life of a site: what its Map-Servers know of it, whatever happens in between.
#include "engine/registrar_network.h"

#include <set>

namespace lisp {
namespace {

constexpr unsigned days = 2;

// `count` host EIDs and three Map-Servers: with Map-Notifies, with another algorithm, without.
SiteConfig site_with_three_servers(unsigned count) {
	auto site = large_site(count);
	auto second = map_server("192.0.2.2", "another");
	second.algorithm = Algorithm::hmac_sha256;
	auto third = map_server("192.0.2.3", "third");
	third.want_map_notify = false;
	site.map_servers.push_back(second);
	site.map_servers.push_back(third);
	return site;
}

// Of each run of records, by its Map-Server: what a silent one must not be bothered with. RFC 9301
// section 5.7: again after 1 s, then twice as long, at last every 60 s.
class RetryRule {
public:
	void sent(const Endpoint &to, const Octets &octets, Instant now) {
		auto &run = runs_[key(to, octets)];
		if (run.unanswered > 0) {
			const auto gap = std::min(60L, 1L << std::min(run.unanswered - 1, 6U));
			EXPECT_GE(now - run.last, std::chrono::seconds(gap));
		}
		if (run.last != Instant{}) {
			EXPECT_LE(now - run.last, 60s);
		}
		run.last = now;
		++run.unanswered;
	}
	void answered(const Endpoint &from, const Octets &octets) {
		runs_[key(from, octets)].unanswered = 0;
	}

private:
	struct Run {
		Instant last{};
		unsigned unanswered = 0;
	};
	static std::string key(const Endpoint &server, const Octets &octets) {
		const auto records = Bytes{octets}.subspan(
		    authentication_data_offset + octets[authentication_data_offset - 1]);
		return to_string(server) + std::string(records.begin(), records.end());
	}
	std::map<std::string, Run> runs_;
};

TEST(RegistrarDays, C043_C044_NothingExpiresWhereNothingIsLost) {
	Weather weather;
	weather.repeated = 0.05;
	weather.attacks = 120s;
	World world{site_with_three_servers(2), weather, 1};
	for (unsigned hour = 0; hour < days * 24; ++hour) {
		world.run_for(1h);
		world.expect_all_registered();
		world.step_clock(std::chrono::seconds(world.up_to(36'000)) - 5h);
	}
	// One register a server: at the start and every minute; without Map-Notifies every 20 s for
	// five minutes first.
	constexpr unsigned minutes = days * 24 * 60;
	EXPECT_LE(world.registers, 2 * (1 + minutes) + 1 + 15 + minutes - 5);
	EXPECT_GE(world.registers, 3 * minutes - 6);
	for (const auto &[address, server] : world.servers) {
		EXPECT_EQ(server.expired, 0U);
		EXPECT_GT(server.replays, 0U); // those that the network repeated
		EXPECT_EQ(server.forgeries, 0U);
	}
	EXPECT_GT(world.attacks, days * 300);
	EXPECT_EQ(world.truths, days * 24 * 2);
}

// A Map-Server remembers for 180 s. As a rule there are seven tries in them, after 60, 61, 63, 67,
// 75, 91 and 123 s; but where Map-Notifies were lost so long that tries are 60 s apart, there are
// three, and an EID is gone with 2.7 % of those. The try after is at most 3 s late, two more lost
// make 123 s.
TEST(RegistrarDays, C045_ThirtyPercentLossMakesEidsRareNotGone) {
	Weather weather;
	weather.loss = 0.3;
	weather.repeated = 0.05;
	weather.longest = 400ms;
	weather.overtaking = true;
	weather.attacks = 120s;
	auto site = site_with_three_servers(2);
	site.map_servers.pop_back();
	World world{site, weather, 2};
	RetryRule rule;
	world.on_register = [&](const auto &to, const auto &octets) {
		rule.sent(to, octets, world.now());
	};
	world.on_notify = [&](const auto &from, const auto &octets) { rule.answered(from, octets); };
	for (unsigned round = 0; round < days * 24 * 6; ++round) {
		world.run_for(5min + std::chrono::milliseconds{world.up_to(600'000)});
		world.expect_truth();
	}
	EXPECT_GT(world.truths, days * 24 * 6);
	for (const auto &[address, server] : world.servers) {
		EXPECT_LE(server.longest_absence, 123s + 3 * weather.longest);
		EXPECT_LE(server.expired, 2 * days * 24 * 60 / 400); // in periods
		EXPECT_EQ(server.forgeries, 0U);
	}
	world.weather.loss = 0;
	world.run_for(125s);
	world.expect_all_registered();
}

TEST(RegistrarDays, AServerThatComesBackHasEverythingWithinAMinute) {
	World world{site_with_three_servers(4), {}, 3};
	world.run_for(10min);
	for (unsigned outage = 0; outage < 6; ++outage) {
		const auto which = outage % 3;
		world.server(which).die();
		world.run_for(71s + std::chrono::seconds{world.up_to(20'000)});
		for (std::size_t i = 0; i < 2; ++i)
			EXPECT_EQ(world.registrar->status(i).state,
			    i == which ? RegistrationState::timeout : RegistrationState::acknowledged);
		world.server(which).is_dead = false;
		world.run_for(60s + 2 * world.weather.longest);
		world.expect_all_registered();
	}
	for (const auto &[address, server] : world.servers) EXPECT_EQ(server.expired, 0U);
}

TEST(RegistrarDays, C050_AFullDiskStopsEverythingAndItsEndBringsEverythingBack) {
	World world{site_with_three_servers(4), {}, 4};
	world.run_for(10min);
	for (unsigned round = 0; round < 5; ++round) {
		world.disk_is_full = true;
		world.run_for(6min); // within which the saved ceiling is reached
		const auto sent = world.registers;
		world.run_for(std::chrono::seconds{world.up_to(10'000)});
		EXPECT_EQ(world.registers, sent);
		world.expect_truth();
		for (std::size_t i = 0; i < 3; ++i)
			EXPECT_EQ(world.registrar->status(i).state, RegistrationState::pending);
		world.disk_is_full = false;
		world.run_for(5s + 2 * world.weather.longest);
		world.expect_all_registered();
	}
}

// Whatever befalls the host, the file, the keys and the Map-Servers, at random.
class BadDays : public testing::Test {
protected:
	static constexpr unsigned eids = 20;

	void SetUp() override {
		world.on_register = [this](const Endpoint &to, const Octets &octets) {
			for (const auto &line : world.site.map_servers) {
				if (address(line.host) != to.address) continue;
				auto &last = nonces[line.host + line.secret];
				const auto nonce = Sent{{}, {}, octets}.nonce();
				EXPECT_GT(nonce, last);
				last = nonce;
			}
		};
	}
	static Weather weather() {
		Weather bad;
		bad.loss = 0.1;
		bad.repeated = 0.05;
		bad.longest = 300ms;
		bad.overtaking = true;
		bad.attacks = 60s;
		return bad;
	}
	void edit() {
		auto &all = world.site.eids;
		auto &one = all[world.up_to(static_cast<unsigned>(all.size()))];
		switch (world.up_to(4)) {
		case 0: std::swap(one, all.front()); break;
		case 1:
			if (all.size() < eids / 2) break;
			gone.push_back(one);
			all.erase(all.begin() + (&one - all.data()));
			break;
		case 2:
			all.insert(all.begin() + (&one - all.data()), gone.begin(), gone.end());
			gone.clear();
			break;
		default:
			world.site.rlocs[one.first_rloc].priority = static_cast<std::uint8_t>(world.up_to(250));
		}
		world.configure();
	}
	void befall() {
		switch (world.up_to(9)) {
		case 0: return world.start_daemon();
		case 1: // the file of the nonces is gone, and therefore the keys are new
			world.saved = 0;
			world.new_keys("key " + std::to_string(++keys));
			return world.start_daemon();
		case 2: world.disk_is_full = !world.disk_is_full; return;
		case 3: return world.step_clock(std::chrono::seconds(world.up_to(72'000)) - 10h);
		case 4:
			if (auto &server = world.server(world.up_to(3)); server.is_dead)
				server.is_dead = false;
			else
				server.die();
			return;
		default: return edit();
		}
	}

	World world{site_with_three_servers(eids), weather(), 5};
	std::map<std::string, std::uint64_t> nonces;
	std::vector<EidSection> gone;
	unsigned keys = 0;
};

TEST_F(BadDays, C049_NoncesRiseStatesAreTrueAndEverythingEndsWell) {
	for (unsigned day = 0; day < 3; ++day) {
		for (unsigned event = 0; event < 30; ++event) {
			befall();
			world.run_for(std::chrono::milliseconds{world.up_to(14 * 60'000)});
			world.expect_truth();
		}
		world.disk_is_full = false;
		for (auto &[address, server] : world.servers) server.is_dead = false;
		world.weather = {};
		world.run_for(3min);
		world.expect_all_registered();
		world.weather = weather();
	}
	EXPECT_GT(keys, 3U);
	EXPECT_GT(world.truths, 30U);
	for (const auto &[address, server] : world.servers) EXPECT_EQ(server.forgeries, 0U);
}

// The first registers are a burst, a paced one. What follows is not: a million EIDs with as many
// octets each are 55,556 registers, 926 in each second of a minute.
TEST(RegistrarDays, C043_TheRefreshOfALargeSiteIsSpreadOverThePeriod) {
	constexpr std::size_t registers = 667; // of 12,000 EIDs
	Simulation simulation{large_site(12'000)};
	simulation.answer = acknowledging();
	simulation.resolve_all();
	std::map<std::string, std::chrono::steady_clock::duration> last;
	for (unsigned minute = 0; minute < 4; ++minute) {
		simulation.sent.clear();
		simulation.run_for(60s);
		std::map<std::int64_t, std::size_t> in_second;
		for (const auto &one : simulation.sent) {
			++in_second[std::chrono::duration_cast<std::chrono::seconds>(one.at).count()];
			const auto octets = Bytes{one.octets}.subspan(authentication_data_offset + sha1_size);
			const auto [run, is_first] = last.try_emplace({octets.begin(), octets.end()}, one.at);
			if (is_first) continue;
			EXPECT_GE(one.at - run->second, 20s);
			EXPECT_LE(one.at - run->second, 60s);
			run->second = one.at;
		}
		ASSERT_EQ(last.size(), registers);
		if (minute < 2) continue;
		EXPECT_NEAR(static_cast<double>(simulation.sent.size()), registers, registers / 100.0);
		for (const auto &[second, count] : in_second) EXPECT_LE(count, registers / 60 * 5 / 4);
	}
	EXPECT_EQ(simulation.status().state, RegistrationState::acknowledged);
}

} // namespace
} // namespace lisp
