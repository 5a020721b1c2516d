// What a Map-Server knows after it was ended, by what it had saved.
#include "engine/map_server_lab.h"
#include "engine/map_server_status.h"
#include "print/text_sink.h"

#include <gtest/gtest.h>

namespace lisp {

using namespace map_server_lab;

namespace {

using Saved = std::vector<Octets>;

MapServerConfig two_sites() {
	auto config = golden_config();
	auto more = site("more", "more-key", {eid("10.0.0.0/8", true)});
	more.keys.emplace_back().secret = "another-key";
	config.sites.push_back(more);
	return config;
}

// A Map-Server all of whose saves are kept.
class Life {
public:
	explicit Life(std::chrono::nanoseconds before = {}, Instant begin = Instant{10h},
	    MapServerConfig config = two_sites())
	    : lab(std::move(config), options(begin, before)) {
		lab.now = begin;
	}

	MapServer::Outcome send(Register message, const Endpoint &from = etr) {
		const auto outcome = lab.send(std::move(message), from);
		if (!outcome.save.empty()) log.emplace_back(outcome.save.begin(), outcome.save.end());
		return outcome;
	}
	Saved snapshot(std::size_t room = most_saved_octets) {
		Saved parts;
		MapServerSnapshot snapshot{lab.now};
		Octets octets(room);
		for (auto part = lab.server.next_part(snapshot, octets); !part.empty();
		     part = lab.server.next_part(snapshot, octets))
			parts.emplace_back(part.begin(), part.end());
		return parts;
	}
	void restore(const Saved &saved) {
		for (const auto &part : saved) EXPECT_TRUE(lab.server.restore(part, lab.now));
	}
	// All that there is to see of it.
	std::string shown() {
		Text text;
		for_each_registration(lab.server, lab.now, [&](const ServerRegistration &registration) {
			TextSink sink{text};
			describe_fields(sink, registration);
			text += '\n';
		});
		return text.str();
	}

	static MapServer::Options options(Instant begin, std::chrono::nanoseconds before) {
		MapServer::Options chosen;
		chosen.time = RunningTime{begin, before};
		return chosen;
	}

	Lab lab;
	Saved log;
};

Register more(std::uint64_t nonce, const char *eid, std::vector<Locator> rlocs,
    const char *secret = "more-key") {
	Register message{nonce};
	message.secret = secret;
	return message.add(eid, std::move(rlocs));
}

const Endpoint other_etr{ip("198.51.100.10"), 50011};

void fill(Life &life) {
	life.send(Register{7}.add("203.0.113.0/24", {locator("192.0.2.1", 1)}));
	life.lab.now += 1s;
	life.send(more(7, "10.1.0.0/16", {locator("192.0.2.1", 1)}));
	life.lab.now += 1s;
	life.send(more(8, "10.1.0.0/16", {locator("192.0.2.2", 1)}), other_etr);
	life.lab.now += 1s;
	life.send(more(9, "10.2.0.0/16", {locator("192.0.2.2", 1)}, "another-key"), other_etr);
	auto named = more(10, "10.3.0.0/16", {locator("192.0.2.3", 2)});
	named.message.identity = XtrIdentity{{1, 2, 3}, 4};
	named.message.proxy_reply = named.message.use_ttl = true;
	life.send(named);
	life.send(more(11, "10.4.0.0/16", {locator("192.0.2.3", 2)}));
	life.send(more(12, "10.4.0.0/16", {}));
}

} // namespace

TEST(MapServerRestart, NothingIsForgotten) {
	Life first;
	fill(first);
	first.lab.now += 5s;
	const auto shown = first.shown();
	EXPECT_NE(shown, "");
	// The clock of another boot, and hours later.
	Life from_log{8s, Instant{1s}};
	from_log.restore(first.log);
	EXPECT_EQ(from_log.shown(), shown);
	for (const auto room : {std::size_t{1500}, most_saved_octets}) {
		Life from_snapshot{8s, Instant{999h}};
		from_snapshot.restore(first.snapshot(room));
		EXPECT_EQ(from_snapshot.shown(), shown);
	}
}

TEST(MapServerRestart, C109_ReplaysAreRefusedStill) {
	Life first;
	fill(first);
	for (const auto &saved : {first.log, first.snapshot()}) {
		Life second{8s};
		second.restore(saved);
		const auto at = [&](const char *address) { return Endpoint{ip(address), 50000}; };
		EXPECT_EQ(
		    reason(second.send(Register{6}.add("203.0.113.0/24", {}))), MapServerDrop::replayed);
		EXPECT_EQ(reason(second.send(more(11, "10.1.0.0/16", {}))), MapServerDrop::replayed);
		// Without an xTR-ID the highest nonce of the key counts for an address that is new.
		EXPECT_EQ(reason(second.send(more(12, "10.1.0.0/16", {}), at("192.0.2.77"))),
		    MapServerDrop::replayed);
		EXPECT_EQ(reason(second.send(more(13, "10.1.0.0/16", {}), at("192.0.2.77"))), std::nullopt);
		EXPECT_EQ(reason(second.send(more(9, "10.2.0.0/16", {}, "another-key"), at("192.0.2.77"))),
		    MapServerDrop::replayed);
		auto named = more(10, "10.3.0.0/16", {});
		named.message.identity = XtrIdentity{{1, 2, 3}, 4};
		EXPECT_EQ(reason(second.send(named)), MapServerDrop::replayed);
		++named.message.nonce;
		EXPECT_EQ(reason(second.send(named)), std::nullopt);
	}
}

TEST(MapServerRestart, C110_LastRegisterIsAcknowledgedAgain) {
	Life first;
	auto message = Register{7}.add("203.0.113.0/24", {locator("192.0.2.1", 1)});
	first.send(message);
	for (const auto &saved : {first.log, first.snapshot()}) {
		Life second{8s};
		second.restore(saved);
		const auto outcome = second.send(message);
		EXPECT_EQ(reason(outcome), MapServerDrop::resent);
		EXPECT_EQ(outcome.send.size(), 1U);
		EXPECT_TRUE(outcome.save.empty());
		EXPECT_TRUE(outcome.acknowledges);
	}
}

// The Map-Notifies that it would send by itself now.
std::vector<Octets> unsolicited(Life &life) {
	std::vector<Octets> all;
	while (const auto *notify = life.lab.server.next_notify(life.lab.now))
		all.push_back(notify->octets);
	return all;
}

TEST(MapServerRestart, WhatNobodyHasAcknowledgedIsSentAgain) {
	Life first;
	first.send(more(7, "10.1.0.0/16", {locator("192.0.2.1", 1)}));
	first.send(more(8, "10.1.0.0/16", {locator("192.0.2.2", 1)}), other_etr);
	const auto sent = unsolicited(first);
	ASSERT_EQ(sent.size(), 1U);
	MapNotifyAck ack;
	const auto told = decode_as<MapNotify>(sent[0], first.lab.arena);
	ASSERT_TRUE(told);
	static_cast<MapNotify &>(ack) = *told;
	auto acknowledgement = wire(ack);
	EXPECT_TRUE(Key{"more-key"}.sign(acknowledgement));
	for (const auto &saved : {first.log, first.snapshot()}) {
		Life second{8s};
		second.restore(saved);
		EXPECT_EQ(second.lab.server.deadline(), second.lab.now);
		EXPECT_EQ(unsolicited(second), sent);
		EXPECT_EQ(reason(second.lab.receive(acknowledgement, etr)), std::nullopt);
		// Another has another nonce, though no time has passed since.
		second.send(more(9, "10.1.0.0/16", {locator("192.0.2.3", 1)}));
		ASSERT_EQ(unsolicited(second).size(), 1U);
	}
	// With a snapshot begun before and its log, too, and once acknowledged no more.
	auto both = first.snapshot();
	both.insert(both.end(), first.log.begin(), first.log.end());
	Life third{8s};
	third.restore(both);
	EXPECT_EQ(unsolicited(third), sent);
	const auto outcome = first.lab.receive(acknowledgement, etr);
	EXPECT_FALSE(outcome.acknowledges);
	both.emplace_back(outcome.save.begin(), outcome.save.end());
	Life fourth{8s};
	fourth.restore(both);
	EXPECT_TRUE(unsolicited(fourth).empty());
	auto other_keys = two_sites();
	other_keys.sites[1].keys[0].secret = "changed";
	Life fifth{8s, Instant{10h}, other_keys};
	fifth.restore(first.log);
	EXPECT_TRUE(unsolicited(fifth).empty());
}

TEST(MapServerRestart, ForgottenNoncesStay) {
	Life first;
	for (unsigned i = 0; i <= RegisteringXtrs::max_per_key; ++i) {
		auto message = more(1000 - (i == 0 ? 0 : 500) + i, "10.1.0.0/16", {});
		message.message.identity =
		    XtrIdentity{{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)}, 0};
		EXPECT_EQ(reason(first.send(message)), std::nullopt);
		first.lab.now += 1ms;
	}
	for (const auto &saved : {first.log, first.snapshot()}) {
		Life second{8s};
		second.restore(saved);
		auto message = more(999, "10.1.0.0/16", {});
		message.message.identity = XtrIdentity{};
		EXPECT_EQ(reason(second.send(message)), MapServerDrop::replayed);
	}
}

TEST(MapServerRestart, TimeThatItWasDownDoesNotCount) {
	Life first;
	first.send(Register{7}.add("203.0.113.0/24", {locator("192.0.2.1", 1)}));
	Life second{100s};
	second.restore(first.log);
	second.lab.now += 79s;
	EXPECT_EQ(second.lab.eids(), 1U);
	second.lab.now += 1s;
	EXPECT_EQ(second.lab.eids(), 0U);
	// What had expired before the end does not come back, nor does what it has replaced.
	Life third{180s};
	third.restore(first.log);
	EXPECT_EQ(third.lab.server.registrations().size(), 0U);
}

TEST(MapServerRestart, SnapshotAndWhatCameMeanwhileMakeTheWhole) {
	Life first;
	fill(first);
	Saved saved;
	MapServerSnapshot snapshot{first.lab.now};
	Octets room(1500);
	std::uint64_t nonce = 100;
	first.log.clear();
	for (;;) {
		const auto part = first.lab.server.next_part(snapshot, room);
		if (part.empty()) break;
		saved.emplace_back(part.begin(), part.end());
		first.lab.now += 1ms;
		first.send(more(nonce++, "10.1.0.0/16", {}), other_etr);
		first.send(more(nonce++, "10.1.0.0/16", {locator("192.0.2.9", 1)}), other_etr);
		const Endpoint new_etr{ip("192.0.2.9"), static_cast<std::uint16_t>(nonce)};
		first.send(more(nonce++, "10.9.0.0/16", {locator("192.0.2.9", 1)}), new_etr);
		first.send(more(nonce++, "10.3.0.0/16", {}));
	}
	EXPECT_GT(saved.size(), 0U);
	const auto before = first.lab.now - Instant{10h};
	Life second{before, first.lab.now};
	second.restore(saved);
	second.restore(first.log);
	EXPECT_EQ(second.shown(), first.shown());
}

TEST(MapServerRestart, ConfigurationOfNowCounts) {
	Life first;
	fill(first);
	auto config = two_sites();
	config.sites[1].keys[0].secret = "changed";
	for (const auto &saved : {first.log, first.snapshot()}) {
		Life second{8s, Instant{10h}, config};
		second.restore(saved);
		EXPECT_EQ(second.lab.eids(), 2U); // of the other site, and of the other key
		// What is signed with a new key may have any nonce.
		EXPECT_EQ(reason(second.send(more(1, "10.1.0.0/16", {}, "changed"))), std::nullopt);
	}
	config = two_sites();
	config.sites[1].rlocs.push_back(ip("192.0.2.2"));
	Life third{8s, Instant{10h}, config};
	third.restore(first.log);
	EXPECT_EQ(third.lab.eids(), 3U); // 203.0.113.0/24, 10.1.0.0/16, 10.2.0.0/16
}

TEST(MapServerRestart, WhatIsTornIsNotUnderstood) {
	Life first;
	fill(first);
	for (const auto &part : first.log)
		for (std::size_t size = 1; size < part.size(); ++size) {
			Life second;
			// Where a record ends is no fault that can be seen: whoever keeps it tells its size.
			second.lab.server.restore(Bytes{part}.first(size), second.lab.now);
			EXPECT_LE(second.lab.eids(), 1U);
		}
	Life second;
	EXPECT_FALSE(second.lab.server.restore(Octets{0}, second.lab.now));
	EXPECT_FALSE(second.lab.server.restore(Octets{1, 2, 3}, second.lab.now));
}

} // namespace lisp
