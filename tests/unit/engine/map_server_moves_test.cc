// What xTRs hear of EIDs that others register, too.
#include "engine/map_server_lab.h"

#include <gtest/gtest.h>

namespace lisp {

using namespace map_server_lab;

namespace {

const Endpoint old_etr{ip("198.51.100.9"), 50010};
const Endpoint new_etr{ip("198.51.100.10"), 50011};
const Endpoint third_etr{ip("198.51.100.11"), 50012};

MapServerConfig hosts() {
	MapServerConfig config;
	config.sites.push_back(site("one", "golden-key-1", {eid("10.0.0.0/8", true)}));
	return config;
}

struct Told {
	Instant when{};
	Endpoint to;
	Octets octets;
};

class Moves : public ::testing::Test {
protected:
	std::uint64_t next() { return ++nonce; }

	// What `from` registers, each time with a nonce of its own.
	MapServer::Outcome send(
	    const Endpoint &from, const char *eid, std::vector<Locator> locators, bool merge = false) {
		auto message = Register{next()}.add(eid, std::move(locators));
		message.message.merge = merge;
		const auto outcome = lab.send(message, from);
		EXPECT_EQ(reason(outcome), std::nullopt);
		return outcome;
	}

	// All that is sent without having been asked for, from now on for so long.
	std::vector<Told> told(std::chrono::seconds how_long = 0s) {
		std::vector<Told> all;
		const auto end = lab.now + how_long;
		for (;;) {
			lab.server.expire(lab.now);
			while (const auto *notify = lab.server.next_notify(lab.now))
				all.push_back({lab.now, notify->to, notify->octets});
			const auto deadline = lab.server.deadline();
			if (!deadline || *deadline > end) break;
			lab.now = *deadline;
		}
		lab.now = end;
		return all;
	}

	MapNotify decoded(const Told &one) {
		EXPECT_TRUE(Key{"golden-key-1"}.verify(one.octets));
		const auto message = decode_as<MapNotify>(one.octets, arena);
		EXPECT_TRUE(message);
		return message ? *message : MapNotify{};
	}

	// "10.0.0.1/32 198.51.100.9 …"
	std::string shown(List<MapRecord> records) {
		Text text;
		for (const auto &record : records) {
			if (!text.empty()) text += ", ";
			append(text, *eid_prefix(record.eid, record.mask_length));
			for (const auto &one : record.locators) text += ' ' + to_string(one.rloc);
		}
		return text.str();
	}
	std::string shown(const Told &one) { return shown(decoded(one).records); }

	Octets acknowledgement(const Told &one, const char *secret = "golden-key-1") {
		MapNotifyAck ack;
		static_cast<MapNotify &>(ack) = decoded(one);
		auto octets = wire(ack);
		EXPECT_TRUE(Key{secret}.sign(octets));
		return octets;
	}

	Lab lab{hosts()};
	Arena arena;
	std::uint64_t nonce = 100;
};

} // namespace

TEST_F(Moves, OldEtrIsToldOfTheNewOne) {
	send(old_etr, "10.0.0.1/32", {locator("198.51.100.9", 1)});
	EXPECT_TRUE(told().empty());
	lab.now += 10s;
	send(new_etr, "10.0.0.1/32", {locator("198.51.100.10", 1)});
	const auto all = told();
	ASSERT_EQ(all.size(), 1U);
	EXPECT_EQ(all[0].to, old_etr);
	EXPECT_EQ(shown(all[0]), "10.0.0.1/32 198.51.100.10");
	EXPECT_EQ(decoded(all[0]).authentication.data.size(), 32U);
}

TEST_F(Moves, BackIsAMoveToo) {
	send(old_etr, "10.0.0.1/32", {locator("198.51.100.9", 1)});
	send(new_etr, "10.0.0.1/32", {locator("198.51.100.10", 1)});
	const auto first = told();
	ASSERT_EQ(first.size(), 1U);
	lab.receive(acknowledgement(first[0]), old_etr);
	send(old_etr, "10.0.0.1/32", {locator("198.51.100.9", 1)});
	const auto all = told();
	ASSERT_EQ(all.size(), 1U);
	EXPECT_EQ(all[0].to, new_etr);
	EXPECT_EQ(shown(all[0]), "10.0.0.1/32 198.51.100.9");
}

TEST_F(Moves, EtrsOfOneSiteThatRegisterTheSameAreNotTold) {
	for (int i = 0; i < 3; ++i) {
		send(old_etr, "10.0.0.1/32",
		    {locator("198.51.100.9", 1, true), locator("198.51.100.10", 1, false)});
		send(new_etr, "10.0.0.1/32",
		    {locator("198.51.100.9", 1, false), locator("198.51.100.10", 1, true)});
		EXPECT_TRUE(told(60s).empty());
	}
}

TEST_F(Moves, ChangeOfPriorityIsToldToTheOthers) {
	const auto both = [&](std::uint8_t priority) {
		return std::vector{locator("198.51.100.9", priority), locator("198.51.100.10", 2)};
	};
	send(old_etr, "10.0.0.1/32", both(1));
	send(new_etr, "10.0.0.1/32", both(1));
	EXPECT_TRUE(told().empty());
	send(old_etr, "10.0.0.1/32", both(3));
	const auto all = told();
	ASSERT_EQ(all.size(), 1U);
	EXPECT_EQ(all[0].to, new_etr);
	EXPECT_EQ(decoded(all[0]).records[0].locators[0].priority, 3);
}

TEST_F(Moves, WhoHasExpiredIsNotTold) {
	send(old_etr, "10.0.0.1/32", {locator("198.51.100.9", 1)});
	lab.now += 180s; // still in the table: expire() has not been called
	send(new_etr, "10.0.0.1/32", {locator("198.51.100.10", 1)});
	EXPECT_TRUE(told().empty());
}

TEST_F(Moves, ManyEidsTakeFewMapNotifies) {
	Register before{next()};
	Register after{next()};
	for (int i = 0; i < 50; ++i) {
		const auto host = "10.0.1." + std::to_string(i) + "/32";
		before.add(host.c_str(), {locator("198.51.100.9", 1)});
		after.add(host.c_str(), {locator("198.51.100.10", 1)});
	}
	lab.send(before, old_etr);
	lab.send(after, new_etr);
	const auto all = told();
	ASSERT_EQ(all.size(), 3U); // 28 octets an EID in what 548 leave
	std::size_t records = 0;
	for (const auto &one : all) {
		EXPECT_LE(one.octets.size(), 548U);
		records += decoded(one).records.size();
	}
	EXPECT_EQ(records, 50U);
}

TEST_F(Moves, NotifyPortIsTheConfiguredOne) {
	auto config = hosts();
	config.sites[0].eids[0].notify_port = 4342;
	lab.server.reload(config, lab.now);
	send(old_etr, "10.0.0.1/32", {locator("198.51.100.9", 1)});
	send(new_etr, "10.0.0.1/32", {locator("198.51.100.10", 1)});
	const auto all = told();
	ASSERT_EQ(all.size(), 1U);
	EXPECT_EQ(all[0].to, (Endpoint{old_etr.address, 4342}));
}

// RFC 9301 section 5.7.
TEST_F(Moves, C120_ThreeTimesAfter3SecondsThenThreeTimesAfterTwiceAsLong) {
	send(old_etr, "10.0.0.1/32", {locator("198.51.100.9", 1)});
	send(new_etr, "10.0.0.1/32", {locator("198.51.100.10", 1)});
	const auto begin = lab.now;
	const auto all = told(150s);
	ASSERT_EQ(all.size(), 7U);
	std::vector<std::chrono::nanoseconds> after;
	for (const auto &one : all) {
		after.push_back(one.when - begin);
		EXPECT_EQ(one.octets, all[0].octets);
	}
	EXPECT_EQ(after, (std::vector<std::chrono::nanoseconds>{0s, 3s, 6s, 9s, 15s, 27s, 51s}));
	EXPECT_EQ(lab.server.counters().not_acknowledged, 1U);
}

TEST_F(Moves, C120_AcknowledgementEndsIt) {
	send(old_etr, "10.0.0.1/32", {locator("198.51.100.9", 1)});
	send(new_etr, "10.0.0.1/32", {locator("198.51.100.10", 1)});
	const auto all = told(4s);
	ASSERT_EQ(all.size(), 2U);
	EXPECT_EQ(reason(lab.receive(acknowledgement(all[0], "wrong"), old_etr)),
	    MapServerDrop::bad_authentication);
	EXPECT_EQ(told(3s).size(), 1U);
	EXPECT_EQ(reason(lab.receive(acknowledgement(all[0]), old_etr)), std::nullopt);
	EXPECT_TRUE(told(60s).empty());
	EXPECT_EQ(reason(lab.receive(acknowledgement(all[0]), old_etr)), MapServerDrop::unknown_nonce);
	EXPECT_EQ(lab.server.counters().map_notify_acks, 1U);
}

TEST_F(Moves, NoncesAreNeverTheSame) {
	send(old_etr, "10.0.0.1/32", {locator("198.51.100.9", 1)});
	send(new_etr, "10.0.0.1/32", {locator("198.51.100.10", 1)});
	send(old_etr, "10.0.0.1/32", {locator("198.51.100.9", 1)});
	const auto all = told();
	ASSERT_EQ(all.size(), 2U);
	EXPECT_NE(decoded(all[0]).nonce, decoded(all[1]).nonce);
}

TEST_F(Moves, KeyThatGoesTakesItsMapNotifiesAlong) {
	send(old_etr, "10.0.0.1/32", {locator("198.51.100.9", 1)});
	send(new_etr, "10.0.0.1/32", {locator("198.51.100.10", 1)});
	auto config = hosts();
	config.sites[0].keys[0].secret = "another";
	lab.server.reload(config, lab.now);
	EXPECT_TRUE(told(60s).empty());
}

TEST_F(Moves, C119_MergedLocatorsAreThoseOfBoth) {
	send(old_etr, "10.0.0.0/24", {locator("198.51.100.10", 1)}, true);
	const auto outcome = send(
	    new_etr, "10.0.0.0/24", {locator("198.51.100.9", 1), locator("198.51.100.10", 7)}, true);
	// The Map-Notify of the one tells all, and the other is told without having asked.
	ASSERT_EQ(outcome.send.size(), 1U);
	const auto answer = decode_as<MapNotify>(outcome.send[0].octets, arena);
	ASSERT_TRUE(answer);
	EXPECT_EQ(shown(answer->records), "10.0.0.0/24 198.51.100.9 198.51.100.10");
	const auto all = told();
	ASSERT_EQ(all.size(), 1U);
	EXPECT_EQ(all[0].to, old_etr);
	EXPECT_EQ(shown(all[0]), "10.0.0.0/24 198.51.100.9 198.51.100.10");
	// What the newest says of an RLOC takes the place of what others say.
	EXPECT_EQ(decoded(all[0]).records[0].locators[1].priority, 7);
}

TEST_F(Moves, C119_MergedMappingIsAnswered) {
	auto config = hosts();
	config.sites[0].eids[0].proxy_reply = true;
	lab.server.reload(config, lab.now);
	send(old_etr, "10.0.0.0/24", {locator("198.51.100.9", 1)}, true);
	send(new_etr, "10.0.0.0/24", {locator("198.51.100.10", 1)}, true);
	send(third_etr, "10.0.0.0/24", {locator("2001:db8::1", 1)}, true);
	auto reply = lab.ask("10.0.0.1/32");
	ASSERT_TRUE(reply);
	EXPECT_EQ(shown(reply->records), "10.0.0.0/24 198.51.100.9 198.51.100.10 2001:db8::1");
	// One that is withdrawn, and one that has not been refreshed.
	send(new_etr, "10.0.0.0/24", {});
	reply = lab.ask("10.0.0.1/32");
	EXPECT_EQ(shown(reply->records), "10.0.0.0/24 198.51.100.9 2001:db8::1");
	const auto all = told();
	ASSERT_EQ(all.size(), 1U + 2U + 2U);
	EXPECT_EQ(shown(all.back()), "10.0.0.0/24 198.51.100.9 2001:db8::1");
	lab.now += 100s;
	send(third_etr, "10.0.0.0/24", {locator("2001:db8::1", 1)}, true);
	lab.now += 100s;
	reply = lab.ask("10.0.0.1/32");
	EXPECT_EQ(shown(reply->records), "10.0.0.0/24 2001:db8::1");
}

TEST_F(Moves, C119_WhoIsMergedIsToldOfThoseThatHaveExpired) {
	send(old_etr, "10.0.0.0/24", {locator("198.51.100.9", 1)}, true);
	send(third_etr, "10.0.0.0/24", {locator("2001:db8::1", 1)}, true);
	send(old_etr, "10.0.1.0/24", {locator("198.51.100.9", 1)});
	lab.now += 100s;
	send(new_etr, "10.0.0.0/24", {locator("198.51.100.10", 1)}, true);
	for (const auto &one : told()) lab.receive(acknowledgement(one), one.to);
	const auto all = told(90s);
	ASSERT_FALSE(all.empty());
	EXPECT_EQ(all[0].to, new_etr);
	EXPECT_EQ(shown(all[0]), "10.0.0.0/24 198.51.100.10"); // once, though two are gone
	lab.receive(acknowledgement(all[0]), new_etr);
	EXPECT_TRUE(told(180s).empty());
}

TEST_F(Moves, C119_WhoIsMergedIsToldOfThoseThatMayNoMore) {
	send(old_etr, "10.0.0.0/24", {locator("198.51.100.9", 1)}, true);
	send(new_etr, "10.0.0.0/24", {locator("198.51.100.10", 1)}, true);
	for (const auto &one : told()) lab.receive(acknowledgement(one), one.to);
	auto config = hosts();
	config.sites[0].rlocs.push_back(ip("198.51.100.10"));
	lab.server.reload(config, lab.now);
	const auto all = told();
	ASSERT_EQ(all.size(), 1U);
	EXPECT_EQ(all[0].to, new_etr);
	EXPECT_EQ(shown(all[0]), "10.0.0.0/24 198.51.100.10");
}

TEST_F(Moves, C119_WhoIsNotMergedLeavesNoWord) {
	send(old_etr, "10.0.0.0/24", {locator("198.51.100.9", 1)}, true);
	lab.now += 100s;
	send(third_etr, "10.0.0.0/24", {locator("198.51.100.11", 1)});
	send(new_etr, "10.0.0.0/24", {locator("198.51.100.10", 1)});
	for (const auto &one : told()) lab.receive(acknowledgement(one), one.to);
	EXPECT_TRUE(told(90s).empty()); // the merged one has expired
	send(old_etr, "10.0.0.0/24", {locator("198.51.100.9", 1)}, true);
	send(new_etr, "10.0.0.0/24", {locator("198.51.100.10", 1)});
	for (const auto &one : told()) lab.receive(acknowledgement(one), one.to);
	send(old_etr, "10.0.0.0/24", {});
	EXPECT_TRUE(told(60s).empty());
}

TEST_F(Moves, C119_WithoutMergeTheNewestStandsAlone) {
	auto config = hosts();
	config.sites[0].eids[0].proxy_reply = true;
	lab.server.reload(config, lab.now);
	send(old_etr, "10.0.0.0/24", {locator("198.51.100.9", 1)}, true);
	send(new_etr, "10.0.0.0/24", {locator("198.51.100.10", 1)});
	const auto reply = lab.ask("10.0.0.1/32");
	ASSERT_TRUE(reply);
	EXPECT_EQ(shown(reply->records), "10.0.0.0/24 198.51.100.10");
	const auto all = told();
	ASSERT_EQ(all.size(), 1U);
	EXPECT_EQ(all[0].to, old_etr);
}

TEST_F(Moves, C119_RefreshesOfMergedOnesAreNotTold) {
	for (int i = 0; i < 3; ++i) {
		send(old_etr, "10.0.0.0/24", {locator("198.51.100.9", 1)}, true);
		send(new_etr, "10.0.0.0/24", {locator("198.51.100.10", 1)}, true);
		for (const auto &one : told()) lab.receive(acknowledgement(one), old_etr);
		if (i > 0) EXPECT_TRUE(told(60s).empty());
	}
}

} // namespace lisp
