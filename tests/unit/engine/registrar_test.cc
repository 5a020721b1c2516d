// What a site tells its Map-Servers, and when: the REG rows of the conformance list.
#include "engine/golden_site.h"

#include <map>
#include <set>

namespace lisp {
namespace {

TEST(Registrar, C053_SeedConfigurationGivesTheSeedRegister) {
	SiteConfig site;
	auto line = map_server("193.162.145.50", "lip6-fr-xtr");
	line.want_map_notify = false;
	site.map_servers = {line};
	const auto add = [&](const char *prefix, std::uint8_t first, std::uint8_t second) {
		add_eid(site, prefix, 60,
		    {rloc("2001:660:3302:282c:240::243", 3, 100, false),
		        rloc("132.227.62.242", first, 100, true),
		        rloc("132.227.62.243", second, 100, false),
		        rloc("2001:660:3302:282c:240::242", 5, 100, true)});
	};
	add("153.16.38.0/24", 4, 2);
	add("153.16.38.0/25", 2, 1);
	add("153.16.38.128/25", 1, 2);
	add("2610:d0:2121::/48", 2, 1);
	EXPECT_EQ(first_register(site, 0x59f066a12bab660c), to_hex(golden("SEED-REG").octets));
}

TEST(Registrar, C051_C053_C059_EveryAlgorithmGivesItsGoldenRegister) {
	auto site = golden_site();
	auto &line = site.map_servers[0];
	EXPECT_EQ(first_register(site, 1000), to_hex(golden("REG-SHA1-20").octets));
	line.algorithm = Algorithm::hmac_sha256;
	EXPECT_EQ(first_register(site, 1001), to_hex(golden("REG-SHA256-32").octets));
	line.algorithm = Algorithm::hkdf_hmac_sha256;
	EXPECT_EQ(first_register(site, 1002), to_hex(golden("REG-HKDF-16").octets));
	line.algorithm = Algorithm::hmac_sha1;
	line.key_id = 0;
	line.proxy_reply = false;
	EXPECT_EQ(first_register(site, 1000), to_hex(golden("REG-OLDKEYID").octets));
	line.key_id = 1;
	line.algorithm = Algorithm::none;
	EXPECT_EQ(first_register(site, 1000), to_hex(golden("REG-NONE").octets));
}

TEST(Registrar, C059_FlagsFollowTheConfiguration) {
	const auto header = [](auto change) {
		auto site = small_site();
		change(site.map_servers[0]);
		return first_register(site, 1).substr(0, 8);
	};
	EXPECT_EQ(header([](auto &line) { line.want_map_notify = false; }), "30000001");
	EXPECT_EQ(header([](auto &) {}), "30000101");
	EXPECT_EQ(header([](auto &line) { line.proxy_reply = true; }), "38000101");
	EXPECT_EQ(header([](auto &line) { line.merge = true; }), "30000501");
}

TEST(Registrar, C057_C058_RecordsAreAuthoritativeSortedAndWithoutProbeBits) {
	auto site = golden_site();
	Simulation simulation{site};
	simulation.resolve_all();
	simulation.tick();
	ASSERT_EQ(simulation.sent.size(), 1U);
	Arena arena;
	const auto message = decode_register(simulation.sent[0].octets, arena);
	ASSERT_EQ(message.records.size(), 2U);
	for (const auto &record : message.records) {
		EXPECT_TRUE(record.authoritative);
		EXPECT_EQ(record.action, Action::no_action);
		EXPECT_TRUE(std::is_sorted(record.locators.begin(), record.locators.end(), locator_before));
		for (const auto &locator : record.locators) {
			EXPECT_FALSE(locator.probed);
			EXPECT_TRUE(locator.reachable);
		}
	}
}

TEST(Registrar, C043_RegistersOnceAMinuteWhileAcknowledged) {
	Simulation simulation{small_site()};
	simulation.answer = acknowledging();
	simulation.resolve_all();
	simulation.run_for(10min - 1s);
	EXPECT_EQ(simulation.seconds_of_sends(),
	    (std::vector<long>{0, 60, 120, 180, 240, 300, 360, 420, 480, 540}));
	EXPECT_EQ(simulation.status().state, RegistrationState::acknowledged);
}

TEST(Registrar, C043_IntervalIsTheUsersChoice) {
	RegistrationOptions options;
	options.interval = 5s;
	Simulation simulation{small_site(), options};
	simulation.answer = acknowledging();
	simulation.resolve_all();
	simulation.run_for(19s);
	EXPECT_EQ(simulation.seconds_of_sends(), (std::vector<long>{0, 5, 10, 15}));
}

TEST(Registrar, C044_WithoutNotifyQuickRegistrationLastsFiveMinutes) {
	auto site = small_site();
	site.map_servers[0].want_map_notify = false;
	Simulation simulation{site};
	simulation.resolve_all();
	simulation.run_for(10min);
	std::vector<long> expected;
	for (long at = 0; at <= 300; at += 20) expected.push_back(at);
	for (long at = 360; at <= 600; at += 60) expected.push_back(at);
	EXPECT_EQ(simulation.seconds_of_sends(), expected);
	EXPECT_EQ(simulation.status().state, RegistrationState::sent);
}

TEST(Registrar, C045_SilentServerIsAskedAgainAfterDoublingIntervals) {
	Simulation simulation{small_site()};
	simulation.resolve_all();
	simulation.run_for(250s);
	EXPECT_EQ(
	    simulation.seconds_of_sends(), (std::vector<long>{0, 1, 3, 7, 15, 31, 63, 123, 183, 243}));
	std::set<std::uint64_t> nonces;
	for (const auto &one : simulation.sent) nonces.insert(one.nonce());
	EXPECT_EQ(nonces.size(), simulation.sent.size());
	EXPECT_EQ(simulation.status().state, RegistrationState::timeout);
}

TEST(Registrar, C046_RetriesEndWithAValidNotify) {
	Simulation simulation{small_site()};
	unsigned seen = 0;
	simulation.answer = [&](const Sent &one) -> std::optional<Octets> {
		if (++seen != 3) return std::nullopt;
		return notify_for(one.octets, "secret");
	};
	simulation.resolve_all();
	simulation.run_for(62s);
	EXPECT_EQ(simulation.seconds_of_sends(), (std::vector<long>{0, 1, 3}));
	EXPECT_EQ(simulation.status().state, RegistrationState::acknowledged);
}

TEST(Registrar, C046_LateNotifyForAnEarlierTryCounts) {
	Simulation simulation{small_site()};
	simulation.resolve_all();
	simulation.run_for(2s);
	ASSERT_EQ(simulation.sent.size(), 2U);
	simulation.receive(simulation.sent[0].to, notify_for(simulation.sent[0].octets, "secret"));
	EXPECT_EQ(simulation.status().state, RegistrationState::acknowledged);
	// The answer to the other try is no news, and nothing to acknowledge either.
	simulation.receive(simulation.sent[1].to, notify_for(simulation.sent[1].octets, "secret"));
	EXPECT_EQ(simulation.registrar.counters().repeated, 1U);
	EXPECT_EQ(simulation.sent.size(), 2U);
}

TEST(Registrar, C047_NotifyWithAWrongMacIsIgnored) {
	Simulation simulation{small_site()};
	simulation.answer = [](const Sent &one) -> std::optional<Octets> {
		auto forged = notify_for(one.octets, "secret");
		forged[authentication_data_offset] ^= 1;
		return forged;
	};
	simulation.resolve_all();
	simulation.run_for(8s);
	EXPECT_EQ(simulation.seconds_of_sends(), (std::vector<long>{0, 1, 3, 7}));
	EXPECT_EQ(simulation.registrar.counters().unauthentic, 4U);
	EXPECT_EQ(simulation.registrar.counters().notifies, 0U);
	EXPECT_EQ(simulation.status().state, RegistrationState::timeout);
}

TEST(Registrar, C047_NotifyFromAnotherHostIsIgnored) {
	Simulation simulation{small_site()};
	simulation.resolve_all();
	simulation.tick();
	const auto notify = notify_for(simulation.sent[0].octets, "secret");
	simulation.receive({address("192.0.2.2"), 4342}, notify);
	EXPECT_EQ(simulation.registrar.counters().strangers, 1U);
	EXPECT_EQ(simulation.status().acknowledged, 0U);
	// Any port of the right host will do: Map-Servers behind translators have odd ones.
	simulation.receive({address("192.0.2.1"), 999}, notify);
	EXPECT_EQ(simulation.status().state, RegistrationState::acknowledged);
}

TEST(Registrar, C048_NotifyWithAnotherNonceAcknowledgesNothing) {
	Simulation simulation{small_site()};
	simulation.answer = [](const Sent &one) -> std::optional<Octets> {
		if (one.type() != 3) return std::nullopt;
		auto other = one.octets;
		other[11] ^= 1;
		return notify_for(other, "secret");
	};
	simulation.resolve_all();
	simulation.run_for(500ms);
	EXPECT_EQ(simulation.status().state, RegistrationState::pending);
	EXPECT_EQ(simulation.registrar.counters().unsolicited, 1U);
}

TEST(Registrar, C048_NotifyOfAnEarlierPeriodDoesNotAcknowledgeTheNext) {
	Simulation simulation{small_site()};
	simulation.answer = acknowledging();
	simulation.resolve_all();
	simulation.run_for(30s);
	simulation.answer = [](const Sent &) { return std::nullopt; };
	simulation.run_for(31s);
	ASSERT_EQ(simulation.sent.size(), 3U); // at 0, 60 and 61 seconds
	simulation.receive(simulation.sent[0].to, notify_for(simulation.sent[0].octets, "secret"));
	EXPECT_EQ(simulation.registrar.counters().repeated, 1U);
	simulation.run_for(6s);
	EXPECT_EQ(simulation.seconds_of_sends(), (std::vector<long>{0, 60, 61, 63, 67}));
	EXPECT_EQ(simulation.status().state, RegistrationState::timeout);
}

TEST(Registrar, C049_NoncesRiseOverRestartsAndClockSteps) {
	std::uint64_t ceiling = 0;
	std::uint64_t last = 0;
	std::uint64_t wall = 1'700'000'000'000'000'000;
	for (int restart = 0; restart < 100; ++restart) {
		Simulation simulation{small_site(), {}, ceiling};
		simulation.moment.wall = wall;
		simulation.resolve_all();
		simulation.run_for(std::chrono::seconds(restart));
		for (const auto &one : simulation.sent) {
			EXPECT_GT(one.nonce(), last);
			last = one.nonce();
		}
		// As a kill leaves it: nothing but what was saved. The clock steps back, too.
		ceiling = simulation.saved;
		wall -= 3'600'000'000'000;
	}
}

TEST(Registrar, C049_CeilingIsSavedOnceInAWhile) {
	Simulation simulation{small_site()};
	simulation.answer = acknowledging();
	simulation.resolve_all();
	simulation.run_for(24h);
	EXPECT_EQ(simulation.sent.size(), 1441U);
	EXPECT_LE(simulation.saves, 1 + 24 * 60 / 5U);
}

TEST(Registrar, C049_NothingIsUsedAboveACeilingThatWasNotSaved) {
	Simulation simulation{small_site()};
	simulation.resolve_all();
	Registrar::Effects effects;
	simulation.registrar.tick(simulation.moment, effects);
	ASSERT_EQ(effects.size(), 2U);
	ASSERT_TRUE(std::holds_alternative<Registrar::SaveNonceCeiling>(effects[0]));
	simulation.registrar.not_saved(simulation.moment.now, simulation.moment.now + 5s);
	simulation.run_for(5s);
	EXPECT_EQ(simulation.seconds_of_sends(), (std::vector<long>{5}));
	EXPECT_EQ(simulation.saves, 1U);
}

TEST(Registrar, C051_EachServerHasItsOwnKeyKeyIdAndAlgorithm) {
	auto site = small_site();
	auto second = map_server("2001:db8::2", "another");
	second.key_id = 7;
	second.algorithm = Algorithm::hmac_sha256;
	second.port = 14342;
	site.map_servers.push_back(second);
	Simulation simulation{site};
	simulation.resolve_all();
	simulation.tick();
	ASSERT_EQ(simulation.sent.size(), 2U);
	const auto &one = simulation.sent[0];
	const auto &two = simulation.sent[1];
	EXPECT_EQ(to_string(one.to), "192.0.2.1:4342");
	EXPECT_EQ(to_string(two.to), "[2001:db8::2]:14342");
	EXPECT_TRUE(Key{"secret"}.verify(one.octets));
	EXPECT_FALSE(Key{"another"}.verify(one.octets));
	EXPECT_TRUE(Key{"another"}.verify(two.octets));
	EXPECT_EQ(two.octets[authentication_offset], 7);
	EXPECT_EQ(two.octets[authentication_offset + 1], 2);
	EXPECT_EQ(simulation.status(1).address, "[2001:db8::2]:14342");
}

TEST(Registrar, C051_TwoMapServersOfOneHostAreToldApart) {
	auto site = small_site();
	auto second = map_server("192.0.2.1", "another");
	second.port = 14342;
	site.map_servers.push_back(second);
	Simulation simulation{site};
	simulation.resolve_all();
	simulation.tick();
	ASSERT_EQ(simulation.sent.size(), 2U);
	const Endpoint from{address("192.0.2.1"), 4342};
	simulation.receive(from, notify_for(simulation.sent[1].octets, "another"));
	EXPECT_EQ(simulation.status(0).state, RegistrationState::pending);
	EXPECT_EQ(simulation.status(1).state, RegistrationState::acknowledged);
	// The key of one does not speak for the other.
	simulation.receive(from, notify_for(simulation.sent[0].octets, "another"));
	EXPECT_EQ(simulation.status(0).state, RegistrationState::pending);
}

TEST(Registrar, C052_DeadAndUnresolvedServersDelayNobody) {
	auto site = small_site();
	site.map_servers.push_back(map_server("dead.example", "secret"));
	site.map_servers.push_back(map_server("192.0.2.3", "secret"));
	Simulation simulation{site};
	simulation.answer = [](const Sent &one) -> std::optional<Octets> {
		if (one.to.address == address("192.0.2.3")) return std::nullopt;
		return notify_for(one.octets, "secret");
	};
	simulation.resolve_all();
	simulation.registrar.unresolved(1, "no such host");
	simulation.run_for(100ms);
	EXPECT_EQ(simulation.status(0).state, RegistrationState::acknowledged);
	EXPECT_EQ(simulation.status(1).state, RegistrationState::unresolved);
	EXPECT_EQ(simulation.status(1).error, "no such host");
	EXPECT_EQ(simulation.status(2).state, RegistrationState::pending);
	simulation.run_for(10s);
	EXPECT_EQ(simulation.status(2).state, RegistrationState::timeout);
	EXPECT_EQ(simulation.status(2).error, "no map-notify");
	simulation.registrar.resolved(1, address("192.0.2.2"), simulation.moment.now);
	simulation.run_for(0s);
	EXPECT_EQ(simulation.status(1).state, RegistrationState::acknowledged);
	EXPECT_FALSE(simulation.registrar.is_answered());
}

TEST(Registrar, C060_C061_UnsolicitedNotifyIsAcknowledgedOnce) {
	auto site = golden_site();
	Simulation simulation{site};
	simulation.answer = acknowledging("golden-key-1");
	simulation.resolve_all();
	simulation.run_for(1s);
	simulation.sent.clear();
	const Endpoint server{address("192.0.2.1"), 4342};
	simulation.receive(server, golden("NTF-SHA256-32").octets);
	simulation.run_for(50s);
	ASSERT_EQ(simulation.sent.size(), 1U);
	EXPECT_EQ(simulation.sent[0].to, server);
	EXPECT_EQ(to_hex(simulation.sent[0].octets), to_hex(golden("ACK-SHA256-32").octets));
	simulation.receive(server, golden("NTF-HKDF-16").octets);
	EXPECT_EQ(to_hex(simulation.sent[1].octets), to_hex(golden("ACK-HKDF-16").octets));
	simulation.receive({address("192.0.2.9"), 4342}, golden("NTF-SHA256-32").octets);
	EXPECT_EQ(simulation.sent.size(), 2U);
}

TEST(Registrar, C004_SplitsToTheSmallestPacketsAndLosesNoRecord) {
	auto site = large_site(400);
	site.map_servers.push_back(map_server("2001:db8::1", "secret"));
	Simulation simulation{site};
	simulation.answer = acknowledging();
	simulation.resolve_all();
	simulation.run_for(1s);
	std::map<Endpoint, std::multiset<std::string>> eids;
	for (const auto &one : simulation.sent) {
		EXPECT_LE(one.octets.size(), one.to.address.is_v4() ? 576U - 28 : 1280U - 48);
		Arena arena;
		for (const auto &record : decode_register(one.octets, arena).records)
			eids[one.to].insert(to_string(record.eid));
	}
	ASSERT_EQ(eids.size(), 2U);
	for (const auto &[to, registered] : eids) {
		EXPECT_EQ(registered.size(), 400U);
		EXPECT_EQ(std::set<std::string>(registered.begin(), registered.end()).size(), 400U);
	}
	EXPECT_EQ(simulation.status(0).acknowledged, 400U);
	EXPECT_EQ(simulation.status(1).state, RegistrationState::acknowledged);
}

TEST(Registrar, C004_MtuAndWholeSiteSayOtherwise) {
	RegistrationOptions options;
	options.mtu = 1500;
	Simulation wide{large_site(400), options};
	wide.resolve_all();
	wide.tick();
	for (const auto &one : wide.sent) EXPECT_LE(one.octets.size(), 1472U);
	EXPECT_GT(wide.sent[0].octets.size(), 1400U);

	auto site = large_site(255);
	site.map_servers[0].whole_site = WholeSite::yes;
	Simulation whole{site};
	whole.resolve_all();
	whole.tick();
	ASSERT_EQ(whole.sent.size(), 1U);
	EXPECT_EQ(whole.sent[0].records(), 255U);

	site = large_site(256);
	site.map_servers[0].whole_site = WholeSite::yes;
	Simulation beyond{site};
	beyond.resolve_all();
	beyond.tick();
	EXPECT_EQ(beyond.sent.size(), 2U);
}

TEST(Registrar, ServerThatListsSomeRecordsIsPartialAndOneThatListsNoneRefuses) {
	auto site = golden_site();
	Simulation simulation{site};
	unsigned listed = 1;
	simulation.answer = [&](const Sent &one) -> std::optional<Octets> {
		Arena arena;
		const auto message = decode_register(one.octets, arena);
		MapNotify notify;
		notify.nonce = message.nonce;
		notify.authentication = message.authentication;
		notify.records = std::span(message.records.begin(), listed);
		auto octets = *encode(Message{notify});
		Key{"golden-key-1"}.sign(octets);
		return octets;
	};
	simulation.resolve_all();
	simulation.run_for(1s);
	EXPECT_EQ(simulation.status().state, RegistrationState::partial);
	EXPECT_EQ(simulation.status().acknowledged, 1U);
	EXPECT_EQ(simulation.status().records, 2U);
	listed = 0;
	simulation.registrar.register_again(simulation.moment.now);
	simulation.run_for(1s);
	EXPECT_EQ(simulation.status().state, RegistrationState::refused);
	EXPECT_EQ(simulation.sent.size(), 2U); // an answer is an answer
}

TEST(Registrar, AsksForNotifiesAsLongAsSomebodyWantsThem) {
	auto site = small_site();
	site.map_servers[0].want_map_notify = false;
	Simulation simulation{site};
	simulation.answer = [](const Sent &one) -> std::optional<Octets> {
		if (!one.wants_notify()) return std::nullopt;
		return notify_for(one.octets, "secret");
	};
	simulation.resolve_all();
	simulation.run_for(1s);
	EXPECT_EQ(simulation.status().state, RegistrationState::sent);
	simulation.registrar.ask_for_notifies(true);
	simulation.registrar.register_again(simulation.moment.now);
	EXPECT_FALSE(simulation.registrar.is_answered());
	simulation.run_for(1s);
	EXPECT_TRUE(simulation.registrar.is_answered());
	EXPECT_EQ(simulation.status().state, RegistrationState::acknowledged);
	simulation.registrar.ask_for_notifies(false);
	EXPECT_EQ(simulation.status().state, RegistrationState::sent);
	simulation.sent.clear();
	simulation.run_for(60s);
	ASSERT_FALSE(simulation.sent.empty());
	for (const auto &one : simulation.sent) EXPECT_FALSE(one.wants_notify());
	EXPECT_EQ(simulation.status().state, RegistrationState::sent);
}

TEST(Registrar, LostDatagramsOfALargeSiteAreSentAgain) {
	Simulation simulation{large_site(2000)};
	unsigned count = 0;
	simulation.answer = [&](const Sent &one) -> std::optional<Octets> {
		if (++count % 3 == 0) return std::nullopt;
		return notify_for(one.octets, "secret");
	};
	simulation.resolve_all();
	simulation.run_for(30s);
	EXPECT_EQ(simulation.status().state, RegistrationState::acknowledged);
	EXPECT_EQ(simulation.status().acknowledged, 2000U);
	EXPECT_GT(simulation.registrar.counters().retries, 0U);
	// Refreshed within the minute, each by its own time.
	simulation.sent.clear();
	simulation.answer = acknowledging();
	simulation.run_for(60s);
	std::size_t records = 0;
	for (const auto &one : simulation.sent) records += one.records();
	EXPECT_EQ(records, 2000U);
}

TEST(Registrar, LargeSiteLeavesInBurstsThatAServerCanTake) {
	Simulation simulation{large_site(100'000)};
	simulation.answer = acknowledging();
	simulation.resolve_all();
	simulation.tick();
	EXPECT_LE(simulation.sent.size(), 64U);
	simulation.run_for(10s);
	EXPECT_EQ(simulation.status().acknowledged, 100'000U);
	EXPECT_EQ(simulation.status().state, RegistrationState::acknowledged);
}

TEST(Registrar, EidThatMovedAwayIsNotRegistered) {
	SiteConfig site;
	site.map_servers = {map_server("192.0.2.1", "secret")};
	const auto own = [](std::uint8_t priority) {
		return rloc("198.51.100.1", priority, 100, true);
	};
	const auto foreign = [](std::uint8_t priority) {
		return rloc("198.51.100.2", priority, 100, false);
	};
	add_eid(site, "10.0.1.0/24", 60, {own(255), foreign(1)}); // moved away
	add_eid(site, "10.0.2.0/24", 60, {own(1), foreign(255)}); // moved here
	add_eid(site, "10.0.3.0/24", 60, {own(255), rloc("198.51.100.3", 2, 1, true)});
	add_eid(site, "10.0.4.0/24", 60, {foreign(1)});
	add_eid(site, "10.0.5.0/24", 60, {own(1)}, false); // Flag 0
	add_eid(site, "10.0.6.0/24", 60, {});
	Simulation simulation{site};
	simulation.resolve_all();
	simulation.tick();
	ASSERT_EQ(simulation.sent.size(), 1U);
	Arena arena;
	const auto message = decode_register(simulation.sent[0].octets, arena);
	ASSERT_EQ(message.records.size(), 3U);
	EXPECT_EQ(to_string(message.records[0].eid), "10.0.2.0");
	EXPECT_EQ(message.records[0].locators[1].priority, 255);
	EXPECT_EQ(to_string(message.records[1].eid), "10.0.3.0");
	EXPECT_EQ(to_string(message.records[2].eid), "10.0.4.0");
}

TEST(Registrar, StateChangesAreToldOnce) {
	Simulation simulation{small_site()};
	EXPECT_EQ(simulation.registrar.take_changed(), std::vector<std::size_t>{0}); // unresolved
	simulation.resolve_all();
	simulation.tick();
	EXPECT_EQ(simulation.registrar.take_changed(), std::vector<std::size_t>{0}); // pending
	simulation.receive(simulation.sent[0].to, notify_for(simulation.sent[0].octets, "secret"));
	EXPECT_EQ(simulation.registrar.take_changed(), std::vector<std::size_t>{0});
	simulation.answer = acknowledging();
	simulation.run_for(1h);
	EXPECT_TRUE(simulation.registrar.take_changed().empty());
	// One lost answer is no news, an hour of silence is.
	simulation.answer = [](const Sent &) { return std::nullopt; };
	simulation.run_for(62s);
	EXPECT_TRUE(simulation.registrar.take_changed().empty());
	simulation.run_for(1h);
	EXPECT_EQ(simulation.registrar.take_changed(), std::vector<std::size_t>{0});
	EXPECT_EQ(simulation.status().state, RegistrationState::timeout);
}

TEST(Registrar, ForeignAndBrokenDatagramsAreCounted) {
	Simulation simulation{small_site()};
	simulation.resolve_all();
	Registrar::Effects effects;
	const Endpoint from{address("192.0.2.1"), 4342};
	const auto truncated = Bytes{golden("NTF-SHA1-20").octets}.first(30);
	EXPECT_TRUE(simulation.registrar.receive(from, truncated, simulation.moment.now, effects));
	EXPECT_FALSE(simulation.registrar.receive(
	    from, golden("REQ-V4").octets, simulation.moment.now, effects));
	EXPECT_FALSE(simulation.registrar.receive(
	    from, golden("NTF-SHA1-20").octets, simulation.moment.now, effects));
	EXPECT_TRUE(simulation.registrar.receive(from, {}, simulation.moment.now, effects));
	EXPECT_TRUE(simulation.registrar.receive(
	    from, golden("LCAF-VENDOR").octets, simulation.moment.now, effects));
	EXPECT_TRUE(effects.empty());
	EXPECT_EQ(simulation.registrar.counters().malformed, 2U);
	EXPECT_EQ(simulation.registrar.counters().unexpected, 1U);
	EXPECT_EQ(simulation.registrar.counters().unknown_vendor, 1U);
	EXPECT_EQ(simulation.registrar.counters().unauthentic, 1U);
}

TEST(Registrar, SiteWithoutEidsHasNothingToSayAndNothingToWaitFor) {
	SiteConfig site;
	site.map_servers = {map_server("192.0.2.1", "secret")};
	Simulation simulation{site};
	simulation.resolve_all();
	simulation.run_for(1h);
	EXPECT_TRUE(simulation.sent.empty());
	EXPECT_TRUE(simulation.registrar.is_answered());
	EXPECT_EQ(simulation.status().state, RegistrationState::acknowledged);
}

} // namespace
} // namespace lisp
