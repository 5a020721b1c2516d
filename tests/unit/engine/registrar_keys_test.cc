// How a site goes over to another key, and what else it tells of itself.
#include "engine/golden_site.h"

#include <set>

namespace lisp {
namespace {

// A Map-Server that knows some keys, and answers what is signed with one of them.
struct KeyedServer {
	std::set<std::string> keys;

	std::optional<Octets> operator()(const Sent &one) const {
		for (const auto &key : keys)
			if (one.type() == 3 && Key{key}.verify(one.octets)) return notify_for(one.octets, key);
		return std::nullopt;
	}
};

class ChangeOfKeys : public testing::Test {
protected:
	void start() {
		simulation.emplace(site);
		simulation->answer = [this](const Sent &one) { return server(one); };
		simulation->resolve_all();
		simulation->run_for(10s);
	}
	void change_to(const std::string &secret, const std::string &previous = {}) {
		site.map_servers[0].secret = secret;
		site.map_servers[0].previous_secret = previous;
		simulation->registrar.configure(site, simulation->moment.now);
	}
	// The longest time without a register that the Map-Server takes.
	long longest_gap(std::chrono::minutes time) {
		const auto before = simulation->sent.size();
		auto last = simulation->moment.now - simulation->start;
		simulation->run_for(time);
		std::chrono::steady_clock::duration longest{};
		for (auto i = before; i < simulation->sent.size(); ++i) {
			if (!server(simulation->sent[i])) continue;
			longest = std::max(longest, simulation->sent[i].at - last);
			last = simulation->sent[i].at;
		}
		longest = std::max(longest, simulation->moment.now - simulation->start - last);
		return static_cast<long>(std::chrono::duration_cast<std::chrono::seconds>(longest).count());
	}
	std::size_t sent_under(const std::string &key) const {
		Key one{key};
		return static_cast<std::size_t>(std::count_if(simulation->sent.begin(),
		    simulation->sent.end(), [&](const Sent &sent) { return one.verify(sent.octets); }));
	}

	SiteConfig site = small_site();
	KeyedServer server{{"secret"}};
	std::optional<Simulation> simulation;
};

TEST_F(ChangeOfKeys, RegistrationNeverLapsesWhicheverSideChangesFirst) {
	start();
	change_to("new");
	EXPECT_LE(longest_gap(120min), 61); // one second for the try under the new key
	EXPECT_EQ(simulation->status().state, RegistrationState::acknowledged);
	EXPECT_EQ(simulation->status().error, "the map-server has the previous key still");
	server.keys = {"new"};
	EXPECT_LE(longest_gap(5min), 61);
	EXPECT_EQ(simulation->status().state, RegistrationState::acknowledged);
	EXPECT_EQ(simulation->status().error, "");

	server.keys = {"newer"};
	simulation->run_for(2min);
	EXPECT_EQ(simulation->status().state, RegistrationState::timeout);
	change_to("newer");
	simulation->run_for(0s);
	EXPECT_EQ(simulation->status().state, RegistrationState::acknowledged);
}

TEST_F(ChangeOfKeys, TheOldKeyIsForgottenOnceTheNewOneIsTaken) {
	server.keys = {"secret", "new"};
	start();
	change_to("new");
	simulation->run_for(1s);
	server.keys = {"secret"};
	simulation->sent.clear();
	simulation->run_for(10min);
	EXPECT_EQ(sent_under("secret"), 0U);
	const auto before = simulation->registrar.counters().unauthentic;
	simulation->receive(
	    simulation->sent.back().to, notify_for(simulation->sent.back().octets, "secret"));
	EXPECT_EQ(simulation->registrar.counters().unauthentic, before + 1);
	EXPECT_EQ(simulation->status().state, RegistrationState::timeout);
}

TEST_F(ChangeOfKeys, AMistakeOnTheWayDoesNotLoseTheKeyThatIsGood) {
	for (const bool notify : {true, false}) {
		site.map_servers[0].secret = "secret";
		site.map_servers[0].want_map_notify = notify;
		server.keys = {"secret"};
		start();
		change_to("mistake");
		change_to("new");
		EXPECT_LE(longest_gap(4min), 61) << notify;
		server.keys = {"new"};
		simulation->run_for(10min);
		change_to("newer");
		EXPECT_LE(longest_gap(4min), 61) << notify;
	}
}

TEST_F(ChangeOfKeys, AKeyFileWithBothOutlivesARestart) {
	site.map_servers[0].secret = "new";
	site.map_servers[0].previous_secret = "secret";
	start();
	EXPECT_EQ(simulation->seconds_of_sends(), (std::vector<long>{0, 1}));
	EXPECT_EQ(simulation->status().state, RegistrationState::acknowledged);
	EXPECT_LE(longest_gap(10min), 61);
	server.keys = {"new"};
	EXPECT_LE(longest_gap(10min), 61);
	// As long as it is in the file, the old one is good for both directions.
	server.keys = {"secret"};
	EXPECT_LE(longest_gap(10min), 61);
	change_to("new");
	simulation->sent.clear();
	simulation->run_for(10min);
	EXPECT_EQ(sent_under("secret"), 0U);
}

TEST_F(ChangeOfKeys, WithoutNotifiesBothAreUsedForFiveMinutes) {
	site.map_servers[0].want_map_notify = false;
	start();
	simulation->run_for(10min);
	change_to("new");
	simulation->sent.clear();
	simulation->run_for(5min);
	EXPECT_GE(sent_under("secret"), 7U);
	EXPECT_GE(sent_under("new"), 7U);
	simulation->sent.clear();
	simulation->run_for(10min);
	EXPECT_EQ(sent_under("secret"), 0U);
	EXPECT_EQ(sent_under("new"), 10U);
}

TEST_F(ChangeOfKeys, WithoutNotifiesAChangeOfEidsBringsTheOldKeyNotBack) {
	site.map_servers[0].want_map_notify = false;
	start();
	change_to("new");
	simulation->run_for(10min);
	simulation->sent.clear();
	site.eids[0].ttl = RecordTtl{5};
	change_to("new");
	simulation->run_for(5min);
	EXPECT_EQ(sent_under("secret"), 0U);
	EXPECT_GE(sent_under("new"), 15U);
}

TEST_F(ChangeOfKeys, AlgorithmAndKeyIdChangeWithTheKey) {
	start();
	auto &line = site.map_servers[0];
	line.algorithm = Algorithm::hmac_sha256;
	line.key_id = 2;
	simulation->sent.clear();
	change_to("new");
	simulation->run_for(2s);
	ASSERT_EQ(simulation->sent.size(), 2U);
	Arena arena;
	EXPECT_EQ(decode_register(simulation->sent[0].octets, arena).authentication.algorithm,
	    Algorithm::hmac_sha256);
	EXPECT_EQ(decode_register(simulation->sent[0].octets, arena).authentication.key_id, 2);
	EXPECT_EQ(decode_register(simulation->sent[1].octets, arena).authentication.algorithm,
	    Algorithm::hmac_sha1);
	EXPECT_EQ(decode_register(simulation->sent[1].octets, arena).authentication.key_id, 0);
}

TEST_F(ChangeOfKeys, OfTwoLinesForOneServerTheOneThatChangedChanges) {
	site.map_servers.push_back(site.map_servers[0]);
	site.map_servers[1].secret = "second";
	site.map_servers[1].key_id = 1;
	server.keys = {"secret", "second"};
	start();
	std::swap(site.map_servers[0], site.map_servers[1]);
	simulation->sent.clear();
	change_to("second, new");
	simulation->run_for(500ms);
	EXPECT_EQ(sent_under("second, new"), 1U);
	EXPECT_EQ(simulation->sent.size(), 1U);
}

TEST_F(ChangeOfKeys, PacketsHaveRoomForTheLongerOfBoth) {
	site = large_site(100);
	start();
	auto &line = site.map_servers[0];
	line.algorithm = Algorithm::hmac_sha256;
	change_to("new");
	simulation->run_for(10s);
	line.algorithm = Algorithm::hmac_sha1;
	change_to("newer");
	simulation->run_for(10s);
	for (const auto &one : simulation->sent) EXPECT_LE(one.octets.size(), 548U);
	EXPECT_GT(sent_under("newer"), 0U);
}

TEST(XtrIdentity, C055_C056_IsSentIffItIsConfigured) {
	auto site = golden_site();
	auto &line = site.map_servers[0];
	line.algorithm = Algorithm::hmac_sha256;
	EXPECT_EQ(first_register(site, 1001), to_hex(golden("REG-SHA256-32").octets));
	Reader in{Bytes{golden("REG-XTRID").octets}.last(24)};
	read(in, line.identity);
	EXPECT_EQ(first_register(site, 1003), to_hex(golden("REG-XTRID").octets));
}

TEST(XtrIdentity, MapNotifiesAreTakenWithAndWithoutIt) {
	auto site = golden_site();
	auto &line = site.map_servers[0];
	line.algorithm = Algorithm::hmac_sha256;
	Reader in{Bytes{golden("REG-XTRID").octets}.last(24)};
	read(in, line.identity);
	auto without = notify_for(golden("REG-XTRID").octets, "golden-key-1");
	without.resize(without.size() - 24);
	Key{"golden-key-1"}.sign(without);
	auto not_covered = without; // RFC 9301 section 5.6 step 5, read literally
	const auto trailer = Bytes{golden("REG-XTRID").octets}.last(24);
	not_covered.insert(not_covered.end(), trailer.begin(), trailer.end());
	for (const auto &notify : {golden("NTF-XTRID").octets, without, not_covered}) {
		Simulation simulation{site, {}, 1003};
		simulation.moment.wall = 0;
		simulation.resolve_all();
		simulation.tick();
		simulation.receive({address("192.0.2.1"), 4342}, notify);
		EXPECT_EQ(simulation.status().state, RegistrationState::acknowledged);
	}
}

TEST(XtrIdentity, PacketsHaveRoomForIt) {
	auto site = large_site(100);
	site.map_servers[0].identity.emplace();
	Simulation simulation{site};
	simulation.answer = acknowledging();
	simulation.resolve_all();
	simulation.run_for(1s);
	std::size_t longest = 0;
	for (const auto &one : simulation.sent) longest = std::max(longest, one.octets.size());
	EXPECT_LE(longest, 548U);
	EXPECT_GT(longest, 548U - 28);
}

// A Map-Server that leaves one EID out of its Map-Notifies.
Simulation::Answer acknowledging_all_but(const std::string &eid) {
	return [eid](const Sent &one) {
		Arena arena;
		const auto message = decode_register(one.octets, arena);
		MapNotify notify;
		notify.nonce = message.nonce;
		notify.authentication = message.authentication;
		std::vector<MapRecord> listed;
		for (const auto &record : message.records)
			if (to_string(record.eid) != eid) listed.push_back(record);
		notify.records = std::span<const MapRecord>(listed);
		auto octets = *encode(Message{notify});
		Key{"secret"}.sign(octets);
		return octets;
	};
}

TEST(RegistrarDetails, EachRecordHasAStateOfItsOwn) {
	SiteConfig site;
	site.map_servers = {map_server("192.0.2.1", "secret")};
	for (const auto *eid : {"10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"})
		add_eid(site, eid, 60, {rloc("198.51.100.1", 1, 100, true)});
	Simulation simulation{site};
	const auto states = [&] {
		std::vector<RegistrationState> all;
		for (std::uint32_t i = 0; i < simulation.registrar.records().size(); ++i)
			all.push_back(simulation.registrar.state_of(0, i));
		return all;
	};
	const auto details = [&] { return simulation.registrar.details(0, simulation.moment.now); };
	using enum RegistrationState;
	using States = std::vector<RegistrationState>;
	EXPECT_EQ(states(), States(3, unresolved));
	simulation.resolve_all();
	simulation.run_for(0s);
	EXPECT_EQ(states(), States(3, pending));
	EXPECT_EQ(details().age, std::nullopt);
	simulation.run_for(2s);
	EXPECT_EQ(details().retried, 3U);
	simulation.run_for(10s);
	EXPECT_EQ(states(), States(3, timeout));
	simulation.registrar.take_changed();
	simulation.answer = acknowledging_all_but("10.0.1.0");
	simulation.run_for(60s);
	EXPECT_EQ(states(), (States{acknowledged, refused, acknowledged}));
	EXPECT_EQ(details().refused, 1U);
	EXPECT_EQ(details().retried, 0U);
	EXPECT_LE(details().age, 60U);
	EXPECT_EQ(details().last_error, "no map-notify");

	site.eids.erase(site.eids.begin());
	simulation.answer = [](const Sent &) { return std::nullopt; };
	simulation.registrar.configure(site, simulation.moment.now);
	EXPECT_EQ(simulation.registrar.records().size(), 2U);
	EXPECT_LE(details().refused, 1U);
}

TEST(RegistrarDetails, ARecordThatIsRefusedStaysSoWhenAnotherChanges) {
	auto site = large_site(100);
	Simulation simulation{site};
	simulation.answer = acknowledging_all_but("10.0.0.1");
	simulation.resolve_all();
	simulation.run_for(10s);
	EXPECT_EQ(simulation.status().acknowledged, 99U);
	site.rlocs[site.eids[0].first_rloc].priority = 2;
	simulation.registrar.configure(site, simulation.moment.now);
	simulation.run_for(1s);
	EXPECT_EQ(simulation.status().state, RegistrationState::partial);
	EXPECT_EQ(simulation.status().acknowledged, 99U);
}

// A quarter of a large site changes, and the Map-Server is silent meanwhile.
TEST(RegistrarDetails, TheStatesOfManyThatChangedAreFoundInTime) {
	auto site = large_site(100'000);
	Simulation simulation{site};
	simulation.answer = acknowledging();
	simulation.resolve_all();
	simulation.run_for(60s);
	ASSERT_EQ(simulation.status().acknowledged, 100'000U);
	simulation.answer = [](const Sent &) { return std::nullopt; };
	for (std::size_t i = 0; i < site.eids.size(); i += 4)
		site.rlocs[site.eids[i].first_rloc].priority = 2;
	simulation.registrar.configure(site, simulation.moment.now);
	std::size_t pending = 0;
	for (std::uint32_t i = 0; i < 100'000; ++i)
		pending += simulation.registrar.state_of(0, i) == RegistrationState::pending ? 1 : 0;
	EXPECT_EQ(pending, 25'000U);
}

} // namespace
} // namespace lisp
