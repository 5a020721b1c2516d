// Own RLOCs that the host no longer has are registered with R=0.
#include "engine/registrar_simulation.h"

#include <map>
#include <random>

namespace lisp {
namespace {

// By EID, the own RLOCs with R=1 of a Map-Register, as one text.
std::map<std::string, std::string> reachable_in(const Sent &one) {
	Arena arena;
	std::map<std::string, std::string> reachable;
	for (const auto &record : decode_register(one.octets, arena).records) {
		auto &text = reachable[to_string(record.eid)];
		for (const auto &locator : record.locators)
			if (locator.local && locator.reachable) text += to_string(locator.rloc) + ' ';
	}
	return reachable;
}

class LostRlocs : public testing::Test {
protected:
	LostRlocs() {
		site.map_servers = {map_server("192.0.2.1", "secret")};
		site.map_servers[0].whole_site = WholeSite::no;
		const auto a = rloc("198.51.100.1", 1, 50, true);
		const auto b = rloc("198.51.100.2", 1, 50, true);
		const auto foreign = rloc("198.51.100.1", 2, 100, false);
		add_eid(site, "10.0.0.0/24", 60, {a, b});
		add_eid(site, "10.0.1.0/24", 60, {b});
		add_eid(site, "10.0.2.0/24", 60, {b, foreign});
	}
	void start() {
		simulation.emplace(site);
		simulation->answer = acknowledging();
		simulation->resolve_all();
		simulation->run_for(1s);
		simulation->sent.clear();
	}
	void lose(const std::vector<IpAddress> &rlocs) {
		simulation->sent.clear();
		simulation->registrar.set_lost(rlocs, simulation->moment.now);
		simulation->run_for(100ms);
	}
	using Reachable = std::map<std::string, std::string>;

	SiteConfig site;
	std::optional<Simulation> simulation;
};

// RFC 9301 section 5.4: L, p and R are the last three bits of the 16 that follow the weights.
TEST_F(LostRlocs, ClearTheLastBitOfTheLocatorsFlags) {
	start();
	lose({address("198.51.100.1")});
	ASSERT_EQ(simulation->sent.size(), 1U);
	const auto &octets = simulation->sent[0].octets;
	constexpr std::size_t record = 16 + 20;              // behind the authentication data of SHA-1
	constexpr std::size_t locator = record + 10 + 2 + 4; // behind an IPv4 EID
	constexpr std::size_t next = locator + 6 + 2 + 4;    // behind an IPv4 RLOC
	ASSERT_EQ(octets.size(), next + 12);
	EXPECT_EQ(octets[3], 1);
	EXPECT_EQ(octets[locator + 4], 0);
	EXPECT_EQ(octets[locator + 5], 0x04); // 198.51.100.1: L
	EXPECT_EQ(octets[locator + 11], 1);
	EXPECT_EQ(octets[next + 5], 0x05); // 198.51.100.2: L and R
	EXPECT_EQ(octets[next + 11], 2);
	auto unsigned_octets = octets;
	EXPECT_TRUE(Key{"secret"}.verify(unsigned_octets));
}

TEST_F(LostRlocs, AreToldAtOnceOfTheirEidsAloneAndSoIsTheirReturn) {
	start();
	lose({address("198.51.100.1")});
	ASSERT_EQ(simulation->sent.size(), 1U);
	EXPECT_EQ(reachable_in(simulation->sent[0]), (Reachable{{"10.0.0.0", "198.51.100.2 "}}));
	EXPECT_EQ(simulation->status().acknowledged, 3U);
	lose({address("198.51.100.1")});
	EXPECT_TRUE(simulation->sent.empty());
	lose({address("198.51.100.1"), address("198.51.100.2")});
	ASSERT_EQ(simulation->sent.size(), 1U);
	EXPECT_EQ(reachable_in(simulation->sent[0]),
	    (Reachable{{"10.0.0.0", ""}, {"10.0.1.0", ""}, {"10.0.2.0", ""}}));
	lose({address("198.51.100.2")});
	ASSERT_EQ(simulation->sent.size(), 1U);
	EXPECT_EQ(reachable_in(simulation->sent[0]), (Reachable{{"10.0.0.0", "198.51.100.1 "}}));
	lose({});
	ASSERT_EQ(simulation->sent.size(), 1U);
	EXPECT_EQ(reachable_in(simulation->sent[0]),
	    (Reachable{{"10.0.0.0", "198.51.100.1 198.51.100.2 "}, {"10.0.1.0", "198.51.100.2 "},
	        {"10.0.2.0", "198.51.100.2 "}}));
	EXPECT_EQ(simulation->status().state, RegistrationState::acknowledged);
}

// The foreign RLOC is not this host's to tell anything of, although it has the same address.
TEST_F(LostRlocs, OfOthersChangeNothing) {
	start();
	site.eids.erase(site.eids.begin(), site.eids.begin() + 2);
	simulation->registrar.configure(site, simulation->moment.now);
	simulation->run_for(1s);
	lose({address("192.0.2.77"), address("198.51.100.1")});
	EXPECT_TRUE(simulation->sent.empty());
}

TEST_F(LostRlocs, StayLostWhenTheConfigurationChanges) {
	start();
	lose({address("198.51.100.1")});
	simulation->sent.clear();
	++site.rlocs[1].weight;
	add_eid(site, "10.0.3.0/24", 60, {rloc("198.51.100.1", 1, 1, true)});
	simulation->registrar.configure(site, simulation->moment.now);
	simulation->run_for(1s);
	Reachable told;
	for (const auto &one : simulation->sent) told.merge(reachable_in(one));
	EXPECT_EQ(told, (Reachable{{"10.0.0.0", "198.51.100.2 "}, {"10.0.3.0", ""}}));
}

TEST_F(LostRlocs, AreToldWithTheWholeSiteWhereTheMapServerNeedsIt) {
	for (const auto whole : {WholeSite::automatic, WholeSite::yes}) {
		site.map_servers[0].whole_site = whole;
		start();
		lose({address("198.51.100.1")});
		ASSERT_EQ(simulation->sent.size(), 1U);
		EXPECT_EQ(reachable_in(simulation->sent[0]),
		    (Reachable{{"10.0.0.0", "198.51.100.2 "}, {"10.0.1.0", "198.51.100.2 "},
		        {"10.0.2.0", "198.51.100.2 "}}));
	}
}

TEST_F(LostRlocs, BeforeAMapServerHasAnAddressAreInItsFirstRegister) {
	simulation.emplace(site);
	lose({address("198.51.100.2")});
	EXPECT_TRUE(simulation->sent.empty());
	simulation->answer = acknowledging();
	simulation->resolve_all();
	simulation->run_for(1s);
	ASSERT_EQ(simulation->sent.size(), 1U);
	EXPECT_EQ(reachable_in(simulation->sent[0]),
	    (Reachable{{"10.0.0.0", "198.51.100.1 "}, {"10.0.1.0", ""}, {"10.0.2.0", ""}}));
}

TEST_F(LostRlocs, InEidsOfEveryForm) {
	site = {};
	site.map_servers = {map_server("192.0.2.1", "secret")};
	const auto own = {rloc("2001:db8::1", 1, 50, true), rloc("198.51.100.1", 1, 50, true)};
	add_eid(site, "2001:db8:1::/48", 60, own);
	add_eid(site, "10.0.0.0/24", 60, own);
	site.eids[1].eid.instance = 7; // an LCAF on the wire
	start();
	lose({address("2001:db8::1")});
	ASSERT_EQ(simulation->sent.size(), 1U);
	const auto told = reachable_in(simulation->sent[0]);
	EXPECT_EQ(told.size(), 2U);
	for (const auto &[eid, reachable] : told) EXPECT_EQ(reachable, "198.51.100.1 ") << eid;
}

// Whatever is lost, found and edited, and whatever datagrams are lost meanwhile: what the
// Map-Server was told last is how it is.
TEST_F(LostRlocs, TheMapServerEndsWithWhatIsReachable) {
	std::mt19937 random{3};
	site = large_site(150);
	std::vector<IpAddress> all;
	for (unsigned i = 0; i < 10; ++i) all.push_back(IpAddress::v4(0xc6336400U + i));
	for (std::size_t i = 0; i < site.rlocs.size(); ++i) site.rlocs[i].rloc = all[i % all.size()];
	simulation.emplace(site);
	Reachable told;
	bool lossy = true;
	simulation->answer = [&](const Sent &one) -> std::optional<Octets> {
		if (lossy && random() % 10 < 3) return std::nullopt;
		for (const auto &[eid, reachable] : reachable_in(one)) told[eid] = reachable;
		if (lossy && random() % 10 < 3) return std::nullopt;
		return notify_for(one.octets, "secret");
	};
	simulation->resolve_all();
	std::vector<IpAddress> lost;
	for (unsigned round = 0; round < 200; ++round) {
		lost.clear();
		for (const auto &rloc : all)
			if (random() % 2 == 0) lost.push_back(rloc);
		simulation->registrar.set_lost(lost, simulation->moment.now);
		if (random() % 3 == 0) {
			++site.rlocs[random() % site.rlocs.size()].weight;
			simulation->registrar.configure(site, simulation->moment.now);
		}
		simulation->run_for(std::chrono::milliseconds(random() % 3000));
	}
	lossy = false;
	simulation->run_for(300s);
	for (const auto &section : site.eids) {
		const auto rloc = site.rlocs_of(section)[0].rloc;
		const bool is_lost = std::binary_search(lost.begin(), lost.end(), rloc);
		EXPECT_EQ(told[to_string(section.eid.address)], is_lost ? "" : to_string(rloc) + ' ');
	}
	EXPECT_EQ(simulation->status().acknowledged, 150U);
}

} // namespace
} // namespace lisp
