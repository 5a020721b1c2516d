// EIDs that are registered no longer.
#include "engine/golden_site.h"

namespace lisp {
namespace {

class Withdrawal : public testing::Test {
protected:
	void start(Withdraw withdraw) {
		site.map_servers[0].withdraw = withdraw;
		simulation.emplace(site);
		simulation->answer = acknowledging();
		simulation->resolve_all();
		simulation->run_for(10s);
		simulation->sent.clear();
	}
	void configure() { simulation->registrar.configure(site, simulation->moment.now); }
	void remove_first() {
		site.eids.erase(site.eids.begin());
		configure();
	}
	// EIDs of the records with a TTL of 0 and no locators that were sent.
	std::vector<std::string> withdrawn() const {
		std::vector<std::string> eids;
		for (const auto &one : simulation->sent) {
			Arena arena;
			for (const auto &record : decode_register(one.octets, arena).records)
				if (record.ttl == ttl_remove && record.locators.empty())
					eids.push_back(to_string(record.eid));
		}
		return eids;
	}

	SiteConfig site = large_site(100);
	std::optional<Simulation> simulation;
};

using Eids = std::vector<std::string>;

TEST_F(Withdrawal, C064_HasTheFormThatMapServersKnow) {
	auto golden_one = golden_site();
	auto &line = golden_one.map_servers[0];
	line.algorithm = Algorithm::hmac_sha256;
	line.proxy_reply = false;
	line.withdraw = Withdraw::removed;
	Simulation one{golden_one, {}, 1004};
	one.moment.wall = 0;
	one.answer = acknowledging("golden-key-1");
	one.resolve_all();
	one.tick();
	golden_one.eids.erase(golden_one.eids.begin());
	one.registrar.configure(golden_one, one.moment.now);
	one.tick();
	ASSERT_GE(one.sent.size(), 2U);
	EXPECT_EQ(to_hex(one.sent[1].octets), to_hex(golden("REG-WITHDRAW").octets));
	EXPECT_TRUE(one.registrar.has_withdrawn());
}

TEST_F(Withdrawal, C064_OnlyIfItIsWanted) {
	start(Withdraw::none);
	remove_first();
	simulation->run_for(5min);
	simulation->registrar.end(simulation->moment.now);
	simulation->run_for(5min);
	EXPECT_EQ(withdrawn(), Eids{});
}

TEST_F(Withdrawal, C064_AtTheEndOnlyIfAllIsWanted) {
	start(Withdraw::removed);
	simulation->registrar.end(simulation->moment.now);
	simulation->run_for(5min);
	EXPECT_EQ(simulation->sent.size(), 0U);
	EXPECT_TRUE(simulation->registrar.has_withdrawn());

	start(Withdraw::all);
	simulation->registrar.end(simulation->moment.now);
	EXPECT_FALSE(simulation->registrar.has_withdrawn());
	simulation->run_for(5min);
	EXPECT_TRUE(simulation->registrar.has_withdrawn());
	EXPECT_EQ(withdrawn().size(), 100U);
	for (const auto &sent : simulation->sent) EXPECT_LE(sent.octets.size(), 548U);
}

TEST_F(Withdrawal, EidThatWasRemovedOrHasNoFlagAnyMore) {
	start(Withdraw::removed);
	remove_first();
	simulation->run_for(1s);
	EXPECT_EQ(withdrawn(), Eids{"10.0.0.0"});
	site.eids[0].register_it = false;
	configure();
	simulation->run_for(5min);
	EXPECT_EQ(withdrawn(), (Eids{"10.0.0.0", "10.0.0.1"}));
}

// Where it has moved to it is registered, and that is not to be undone.
TEST_F(Withdrawal, EidThatHasMovedAwayIsLeftAlone) {
	start(Withdraw::all);
	site.rlocs[site.eids[0].first_rloc].priority = 255;
	configure();
	simulation->run_for(5min);
	EXPECT_EQ(withdrawn(), Eids{});
	simulation->registrar.end(simulation->moment.now);
	simulation->run_for(1s);
	EXPECT_EQ(withdrawn().size(), 99U);
}

TEST_F(Withdrawal, IsRepeatedFiveTimesUnlessItIsConfirmed) {
	start(Withdraw::removed);
	simulation->answer = [](const Sent &) { return std::nullopt; };
	remove_first();
	std::vector<long> times;
	const auto base = simulation->moment.now - simulation->start;
	simulation->run_for(40s);
	for (const auto &one : simulation->sent) {
		Arena arena;
		if (decode_register(one.octets, arena).records.begin()->ttl != ttl_remove) continue;
		times.push_back(std::chrono::duration_cast<std::chrono::seconds>(one.at - base).count());
	}
	EXPECT_EQ(times, (std::vector<long>{0, 1, 3, 7, 15}));
	EXPECT_TRUE(simulation->registrar.has_withdrawn());
}

TEST_F(Withdrawal, EidThatComesBackIsNotWithdrawnAgain) {
	start(Withdraw::removed);
	const auto first = site.eids[0];
	simulation->answer = [](const Sent &) { return std::nullopt; };
	remove_first();
	simulation->run_for(500ms);
	EXPECT_EQ(withdrawn(), Eids{"10.0.0.0"});
	site.eids.push_back(first);
	configure();
	simulation->answer = acknowledging();
	simulation->run_for(1min);
	EXPECT_EQ(withdrawn(), Eids{"10.0.0.0"});
	EXPECT_EQ(simulation->status().acknowledged, 100U);
}

TEST_F(Withdrawal, EidThatTurnsOutToHaveMovedAwayIsNotWithdrawnAgain) {
	start(Withdraw::removed);
	const auto first = site.eids[0];
	simulation->answer = [](const Sent &) { return std::nullopt; };
	remove_first();
	simulation->run_for(500ms);
	site.eids.push_back(first);
	site.rlocs[first.first_rloc].priority = 255;
	configure();
	simulation->run_for(1min);
	EXPECT_EQ(withdrawn(), Eids{"10.0.0.0"});
}

TEST_F(Withdrawal, WithoutNotifiesTheEndWaitsForNone) {
	site.map_servers[0].want_map_notify = false;
	start(Withdraw::all);
	simulation->registrar.end(simulation->moment.now);
	EXPECT_FALSE(simulation->registrar.has_withdrawn());
	simulation->run_for(100ms);
	EXPECT_TRUE(simulation->registrar.has_withdrawn());
	EXPECT_EQ(withdrawn().size(), 100U);
}

// Some Map-Servers take each register for all that there is.
TEST_F(Withdrawal, ASiteThatFitsOneRegisterSendsTheRestAfterIt) {
	site = large_site(3);
	start(Withdraw::removed);
	simulation->answer = [](const Sent &) { return std::nullopt; };
	remove_first();
	simulation->run_for(20s);
	Arena arena;
	for (std::size_t i = 0; i < simulation->sent.size(); ++i) {
		const auto message = decode_register(simulation->sent[i].octets, arena);
		if (message.records.begin()->ttl != ttl_remove) continue;
		ASSERT_LT(i + 1, simulation->sent.size());
		EXPECT_EQ(simulation->sent[i + 1].records(), 2U);
		EXPECT_EQ(simulation->sent[i + 1].at, simulation->sent[i].at);
	}
	EXPECT_EQ(withdrawn().size(), 5U);
}

TEST_F(Withdrawal, ANonceThatCannotBeSavedDelaysIt) {
	start(Withdraw::removed);
	remove_first();
	Registrar::Effects effects;
	simulation->registrar.tick(simulation->moment, effects);
	simulation->registrar.not_saved(
	    simulation->moment.now, simulation->moment.now + std::chrono::seconds(5));
	simulation->run_for(4s);
	EXPECT_EQ(withdrawn(), Eids{});
	simulation->run_for(2s);
	EXPECT_EQ(withdrawn(), Eids{"10.0.0.0"});
}

TEST_F(Withdrawal, AtTheEndWhateverTheMapServersBeforeWant) {
	site.map_servers.push_back(map_server("192.0.2.2", "secret"));
	start(Withdraw::none);
	site.map_servers[1].withdraw = Withdraw::all;
	configure();
	simulation->resolve_all();
	simulation->run_for(10s);
	simulation->sent.clear();
	simulation->registrar.end(simulation->moment.now);
	EXPECT_FALSE(simulation->registrar.has_withdrawn());
	simulation->run_for(1s);
	EXPECT_EQ(withdrawn().size(), 100U);
}

TEST_F(Withdrawal, AnAnswerToOneBeforeConfirmsNoLaterOne) {
	start(Withdraw::removed);
	const auto first = site.eids[0];
	simulation->answer = [](const Sent &) { return std::nullopt; };
	remove_first();
	simulation->run_for(500ms);
	ASSERT_EQ(withdrawn(), Eids{"10.0.0.0"});
	const auto late = simulation->sent[0];
	site.eids.push_back(first);
	configure();
	simulation->run_for(500ms);
	site.eids.pop_back();
	configure();
	simulation->receive(late.to, notify_for(late.octets, "secret"));
	EXPECT_FALSE(simulation->registrar.has_withdrawn());
	simulation->run_for(100ms);
	EXPECT_EQ(withdrawn(), (Eids{"10.0.0.0", "10.0.0.0"}));
}

// What is left of a round may be confirmed, or come back, before its turn.
TEST(Withdrawals, NoMessageIsEmpty) {
	const auto a = *EidPrefix::parse("10.0.0.1/32");
	const auto b = *EidPrefix::parse("10.0.0.2/32");
	const Instant now{1000h};
	Withdrawals withdrawals;
	withdrawals.add({a, b}, now);
	EXPECT_EQ(withdrawals.next(1, 16, now).count, 1U);
	withdrawals.cancel(b);
	ASSERT_FALSE(withdrawals.empty());
	EXPECT_EQ(withdrawals.next(2, 16, now).count, 1U);
	EXPECT_EQ(withdrawals.deadline(), now + 1s);
}

// A Map-Notify is found without a look at each of the others.
TEST(Withdrawals, VeryManyAreConfirmedInTime) {
	std::vector<EidPrefix> eids;
	for (unsigned i = 0; i < 100'000; ++i)
		eids.push_back(*EidPrefix::make(IpAddress::v4(0x0a000000 + i), 32));
	const Instant now{1000h};
	Withdrawals withdrawals;
	withdrawals.add(eids, now);
	std::uint64_t last = 0;
	while (withdrawals.deadline() == now) withdrawals.next(++last, 500, now);
	for (std::uint64_t nonce = 1; nonce <= last; ++nonce) {
		ASSERT_TRUE(withdrawals.knows_nonce(nonce));
		ASSERT_TRUE(withdrawals.confirm(nonce));
	}
	EXPECT_TRUE(withdrawals.empty());
}

} // namespace
} // namespace lisp
