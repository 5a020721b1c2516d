// What is registered anew when lisp.conf changes.
#include "engine/registrar_simulation.h"

#include <map>
#include <random>
#include <set>

namespace lisp {
namespace {

std::vector<std::string> eids_in(const Sent &one) {
	Arena arena;
	std::vector<std::string> eids;
	for (const auto &record : decode_register(one.octets, arena).records)
		eids.push_back(to_string(record.eid));
	return eids;
}

// A large site that is registered and at rest.
class LargeSite : public testing::Test {
protected:
	void SetUp() override {
		simulation.answer = acknowledging();
		simulation.resolve_all();
		simulation.run_for(10s);
		simulation.sent.clear();
	}
	void configure() { simulation.registrar.configure(site, simulation.moment.now); }
	std::vector<std::string> eids_sent_at_once() {
		configure();
		simulation.run_for(100ms);
		std::vector<std::string> eids;
		for (const auto &one : simulation.sent)
			for (const auto &eid : eids_in(one)) eids.push_back(eid);
		simulation.sent.clear();
		return eids;
	}
	std::set<std::string> eids_of_the_next_period() {
		simulation.sent.clear();
		simulation.run_for(60s);
		std::set<std::string> eids;
		for (const auto &one : simulation.sent)
			for (const auto &eid : eids_in(one))
				EXPECT_TRUE(eids.insert(eid).second) << eid << " was registered twice";
		simulation.sent.clear();
		return eids;
	}
	void expect_all_acknowledged() {
		EXPECT_EQ(simulation.status().state, RegistrationState::acknowledged);
		EXPECT_EQ(simulation.status().acknowledged, site.eids.size());
		EXPECT_TRUE(simulation.registrar.is_answered());
	}

	SiteConfig site = large_site(400);
	Simulation simulation{site};
};

using Eids = std::vector<std::string>;

TEST_F(LargeSite, ChangedEidsAloneAreRegisteredAtOnce) {
	site.rlocs[50].priority = 9;
	EXPECT_EQ(eids_sent_at_once(), Eids{"10.0.0.50"});
	expect_all_acknowledged();
	site.rlocs[51].weight = 9;
	site.rlocs[52].weight = 9;
	site.rlocs[390].weight = 9;
	EXPECT_EQ(eids_sent_at_once(), (Eids{"10.0.0.51", "10.0.0.52", "10.0.1.134"}));
	expect_all_acknowledged();
	EXPECT_EQ(eids_of_the_next_period().size(), 400U);
	expect_all_acknowledged();
}

TEST_F(LargeSite, EidsThatComeAndGoMoveNoOthers) {
	site.eids.erase(site.eids.begin() + 100, site.eids.begin() + 103);
	EXPECT_EQ(eids_sent_at_once(), Eids{});
	expect_all_acknowledged();
	add_eid(site, "192.168.0.1", 60, {rloc("198.51.100.1", 1, 100, true)});
	add_eid(site, "192.168.0.2", 60, {rloc("198.51.100.1", 1, 100, true)});
	std::rotate(site.eids.begin() + 200, site.eids.end() - 1, site.eids.end());
	auto sent = eids_sent_at_once();
	std::sort(sent.begin(), sent.end());
	EXPECT_EQ(sent, (Eids{"192.168.0.1", "192.168.0.2"}));
	expect_all_acknowledged();
	EXPECT_EQ(eids_of_the_next_period().size(), 399U);
}

TEST_F(LargeSite, AFileThatIsSortedAnewIsRegisteredWithoutLoss) {
	std::reverse(site.eids.begin(), site.eids.end());
	eids_sent_at_once();
	expect_all_acknowledged();
	std::shuffle(site.eids.begin(), site.eids.end(), std::mt19937{1});
	eids_sent_at_once();
	expect_all_acknowledged();
	EXPECT_EQ(eids_of_the_next_period().size(), 400U);
}

TEST_F(LargeSite, ALostDifferenceIsSentAgainUntilItIsAnswered) {
	const auto answer = simulation.answer;
	simulation.answer = [](const Sent &) { return std::nullopt; };
	site.rlocs[50].priority = 9;
	configure();
	simulation.run_for(4s);
	EXPECT_EQ(simulation.seconds_of_sends(), (std::vector<long>{10, 11, 13}));
	for (const auto &one : simulation.sent) EXPECT_EQ(eids_in(one), Eids{"10.0.0.50"});
	EXPECT_EQ(simulation.status().state, RegistrationState::pending);
	EXPECT_EQ(simulation.status().acknowledged, 399U);
	simulation.answer = answer;
	simulation.run_for(5s);
	expect_all_acknowledged();
}

// The record that the Map-Server gets last is the last one there is.
TEST_F(LargeSite, AChangeDuringAChangeIsNotLost) {
	const auto answer = simulation.answer;
	simulation.answer = [](const Sent &) { return std::nullopt; };
	site.rlocs[50].priority = 9;
	configure();
	simulation.run_for(100ms);
	const auto late = simulation.sent.back();
	simulation.sent.clear();
	site.rlocs[50].priority = 10;
	site.rlocs[60].priority = 11;
	EXPECT_EQ(eids_sent_at_once(), (Eids{"10.0.0.50", "10.0.0.60"}));
	// The answer to the first says nothing about the second.
	simulation.receive(late.to, *answer(late));
	EXPECT_EQ(simulation.status().state, RegistrationState::pending);
	EXPECT_EQ(simulation.status().acknowledged, 398U);
	simulation.answer = answer;
	simulation.run_for(2s);
	expect_all_acknowledged();
}

TEST_F(LargeSite, TheNextRegisterMakesADifferenceThatWasLostNeedless) {
	const auto answer = simulation.answer;
	simulation.answer = [&](const Sent &one) -> std::optional<Octets> {
		return one.records() == 1 ? std::nullopt : answer(one);
	};
	site.rlocs[50].priority = 9;
	configure();
	simulation.run_for(60s);
	expect_all_acknowledged();
	simulation.sent.clear();
	simulation.run_for(30s);
	for (const auto &one : simulation.sent) EXPECT_NE(one.records(), 1U);
}

TEST_F(LargeSite, WithoutNotifiesADifferenceIsSentOnceAndItsRegisterSoonAfter) {
	site.map_servers[0].want_map_notify = false;
	configure();
	simulation.resolve_all();
	simulation.run_for(600s);
	site.rlocs[50].priority = 9;
	simulation.sent.clear();
	EXPECT_EQ(eids_sent_at_once(), Eids{"10.0.0.50"});
	simulation.run_for(20s);
	const auto with_it =
	    std::count_if(simulation.sent.begin(), simulation.sent.end(), [](const Sent &one) {
		    const auto eids = eids_in(one);
		    return std::find(eids.begin(), eids.end(), "10.0.0.50") != eids.end();
	    });
	EXPECT_EQ(with_it, 1);
	EXPECT_EQ(simulation.status().state, RegistrationState::sent);
}

// whole-site: LIP6's Map-Server takes each register for all that there is.
TEST(RegistrarChange, ASiteThatFitsOneRegisterIsRegisteredWhole) {
	auto site = large_site(5);
	for (const auto &[whole, expected] :
	    {std::pair{WholeSite::automatic, 5U}, std::pair{WholeSite::no, 1U}}) {
		site.map_servers[0].whole_site = whole;
		Simulation simulation{site};
		simulation.answer = acknowledging();
		simulation.resolve_all();
		simulation.run_for(1s);
		simulation.sent.clear();
		++site.rlocs[2].weight;
		simulation.registrar.configure(site, simulation.moment.now);
		simulation.run_for(1s);
		ASSERT_EQ(simulation.sent.size(), 1U);
		EXPECT_EQ(simulation.sent[0].records(), expected);
		EXPECT_EQ(simulation.status().acknowledged, 5U);
	}
	// A record that is gone is gone there as well.
	site.map_servers[0].whole_site = WholeSite::automatic;
	Simulation simulation{site};
	simulation.answer = acknowledging();
	simulation.resolve_all();
	simulation.run_for(1s);
	simulation.sent.clear();
	site.eids.erase(site.eids.begin());
	simulation.registrar.configure(site, simulation.moment.now);
	simulation.run_for(1s);
	ASSERT_EQ(simulation.sent.size(), 1U);
	EXPECT_EQ(simulation.sent[0].records(), 4U);
}

// Whatever is edited, and whatever is lost meanwhile: what the Map-Server was told last of each EID
// is what the file says.
TEST(RegistrarChange, TheMapServerEndsWithWhatTheFileSays) {
	std::mt19937 random{7};
	auto site = large_site(150);
	Simulation simulation{site};
	std::map<std::string, unsigned> told;
	simulation.answer = [&](const Sent &one) -> std::optional<Octets> {
		if (random() % 10 < 3) return std::nullopt;
		Arena arena;
		for (const auto &record : decode_register(one.octets, arena).records)
			told[to_string(record.eid)] = record.locators[0].priority;
		if (random() % 10 < 3) return std::nullopt;
		return notify_for(one.octets, "secret");
	};
	simulation.resolve_all();
	for (unsigned round = 0; round < 300; ++round) {
		for (auto edits = random() % 4; edits > 0; --edits)
			site.rlocs[random() % site.rlocs.size()].priority =
			    static_cast<std::uint8_t>(random() % 250);
		if (random() % 5 == 0) std::swap(site.eids[random() % 150], site.eids[random() % 150]);
		simulation.registrar.configure(site, simulation.moment.now);
		simulation.run_for(std::chrono::milliseconds(random() % 3000));
	}
	simulation.run_for(300s);
	for (const auto &section : site.eids)
		ASSERT_EQ(told[to_string(section.eid.address)], site.rlocs_of(section)[0].priority);
	EXPECT_EQ(simulation.status().acknowledged, 150U);
}

TEST(RegistrarChange, ChangeIsRegisteredAtOnceAndOnlyWhereSomethingChanged) {
	auto site = large_site(100);
	site.map_servers.push_back(map_server("192.0.2.2", "secret"));
	Simulation simulation{site};
	simulation.answer = acknowledging();
	simulation.resolve_all();
	simulation.run_for(10s);
	simulation.sent.clear();
	// The same file again: nothing to tell.
	simulation.registrar.configure(site, simulation.moment.now);
	simulation.run_for(1s);
	EXPECT_TRUE(simulation.sent.empty());
	// One priority: the one register with that EID, to either server.
	site.rlocs[0].priority = 9;
	simulation.registrar.configure(site, simulation.moment.now);
	simulation.run_for(1s);
	EXPECT_EQ(simulation.sent.size(), 2U);
	EXPECT_EQ(simulation.status(0).state, RegistrationState::acknowledged);
	// Another key: everything to that server, nothing to the other.
	simulation.sent.clear();
	site.map_servers[1].secret = "changed";
	simulation.answer = [](const Sent &one) -> std::optional<Octets> {
		return notify_for(
		    one.octets, one.to.address == address("192.0.2.1") ? "secret" : "changed");
	};
	simulation.registrar.configure(site, simulation.moment.now);
	simulation.resolve_all();
	simulation.run_for(1s);
	ASSERT_FALSE(simulation.sent.empty());
	for (const auto &one : simulation.sent) EXPECT_EQ(one.to.address, address("192.0.2.2"));
	EXPECT_EQ(simulation.status(1).acknowledged, 100U);
	// Fewer EIDs, and the servers the other way round.
	std::swap(site.map_servers[0], site.map_servers[1]);
	site.eids.resize(10);
	simulation.registrar.configure(site, simulation.moment.now);
	simulation.run_for(1s);
	EXPECT_EQ(simulation.status(0).server, "192.0.2.2");
	EXPECT_EQ(simulation.status(0).acknowledged, 10U);
	EXPECT_EQ(simulation.status(1).state, RegistrationState::acknowledged);
}

SiteConfig one_eid(const SiteConfig &site, std::size_t eid) {
	SiteConfig one;
	one.eids = {site.eids[eid]};
	const auto rlocs = site.rlocs_of(site.eids[eid]);
	one.rlocs.assign(rlocs.begin(), rlocs.end());
	one.eids[0].first_rloc = 0;
	return one;
}

TEST_F(LargeSite, OneEidThatChangedIsRegisteredWithoutTheRestOfTheFile) {
	const auto change = [&](std::size_t eid) {
		simulation.registrar.change_eids(one_eid(site, eid), simulation.moment.now);
		simulation.run_for(100ms);
		Eids sent;
		for (const auto &one : simulation.sent)
			for (const auto &text : eids_in(one)) sent.push_back(text);
		simulation.sent.clear();
		return sent;
	};
	site.rlocs[50].weight = 7;
	EXPECT_EQ(change(50), Eids{"10.0.0.50"});
	EXPECT_EQ(change(50), Eids{});
	site.rlocs[50].priority = 255; // moved away
	EXPECT_EQ(change(50), Eids{});
	EXPECT_EQ(simulation.status().records, 399U);
	site.rlocs[50].priority = 1;
	EXPECT_EQ(change(50), Eids{"10.0.0.50"});
	EXPECT_EQ(simulation.status().records, 400U);
	expect_all_acknowledged();
	// What the file says, read later, is no news, but for the order.
	configure();
	simulation.run_for(100ms);
	EXPECT_EQ(simulation.sent.size(), 0U);
	EXPECT_EQ(eids_of_the_next_period().size(), 400U);
}

} // namespace
} // namespace lisp
