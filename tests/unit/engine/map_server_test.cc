// What the Map-Server does about each datagram: the rules C-108 to C-126, with golden packets.
#include "engine/map_server_lab.h"
#include "engine/map_server_status.h"
#include "print/json_sink.h"

#include <random>

namespace lisp {
namespace {

using namespace map_server_lab;

TEST(MapServer, C108_WrongMacIsDroppedWithoutAnswerOrState) {
	Lab lab;
	const auto outcome = lab.receive(golden("REG-TAMPERED").octets, etr);
	EXPECT_EQ(reason(outcome), MapServerDrop::bad_authentication);
	EXPECT_EQ(outcome.dropped->site, "golden");
	EXPECT_EQ(outcome.dropped->eid, prefix("203.0.113.0/24"));
	EXPECT_TRUE(outcome.send.empty());
	EXPECT_EQ(lab.eids(), 0U);
	EXPECT_EQ(lab.server.xtrs().size(), 0U);
}

TEST(MapServer, C108_NoAuthenticationIsNoneEvenWhereTheConfigurationNamesIt) {
	auto config = golden_config();
	config.sites[0].keys[0].algorithm = Algorithm::none;
	Lab lab{config};
	const auto outcome = lab.receive(golden("REG-NONE").octets, etr);
	EXPECT_EQ(reason(outcome), MapServerDrop::unknown_algorithm);
}

TEST(MapServer, C109_NonceNotGreaterIsDropped) {
	Lab lab;
	EXPECT_EQ(lab.receive(golden("REG-SHA256-32").octets, etr).send.size(), 1U);
	const auto outcome = lab.receive(golden("REG-SHA1-20").octets, etr);
	EXPECT_EQ(reason(outcome), MapServerDrop::replayed);
	EXPECT_TRUE(outcome.send.empty());
	EXPECT_EQ(lab.server.counters().replayed, 1U);
}

TEST(MapServer, C109_EachXtrHasItsOwnNonces) {
	Lab lab;
	EXPECT_EQ(lab.receive(golden("REG-XTRID").octets, etr).send.size(), 1U);
	EXPECT_EQ(lab.receive(golden("REG-SHA1-20").octets, etr).send.size(), 1U);
	// With an xTR-ID the address does not count.
	const Endpoint elsewhere{ip("198.51.100.77"), 1};
	auto again = Register{0x3ea}.add("203.0.113.0/24", {locator("198.51.100.9", 1)});
	again.message.identity = XtrIdentity{};
	again.message.identity->xtr_id = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99,
	    0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
	EXPECT_EQ(reason(lab.send(again, elsewhere)), MapServerDrop::replayed);
}

TEST(MapServer, C110_IdenticalResendIsAcknowledgedButRefreshesNothing) {
	Lab lab;
	const auto &packet = golden("REG-SHA256-32").octets;
	lab.receive(packet, etr);
	lab.now += 100s;
	const auto outcome = lab.receive(packet, etr);
	ASSERT_EQ(outcome.send.size(), 1U);
	EXPECT_EQ(to_hex(outcome.send[0].octets), to_hex(golden("NTF-SHA256-32").octets));
	EXPECT_EQ(reason(outcome), MapServerDrop::resent);
	lab.now += 81s;
	EXPECT_EQ(lab.eids(), 0U);
}

TEST(MapServer, C111_ForeignPrefixIsRefusedAndNotNotified) {
	Lab lab;
	const auto outcome = lab.send(Register{1}
	                                  .add("192.0.2.0/24", {locator("198.51.100.9", 1)})
	                                  .add("203.0.113.0/24", {locator("198.51.100.9", 1)})
	                                  .add("203.0.113.0/25", {locator("198.51.100.9", 1)})
	                                  .add("2001:db8:1:2::/64", {locator("198.51.100.9", 1)}));
	ASSERT_EQ(outcome.send.size(), 1U);
	const auto notify = decode_as<MapNotify>(outcome.send[0].octets, lab.arena);
	ASSERT_TRUE(notify);
	ASSERT_EQ(notify->records.size(), 2U);
	EXPECT_EQ(notify->records[0].eid, Address{ip("203.0.113.0")});
	EXPECT_EQ(notify->records[1].eid, Address{ip("2001:db8:1:2::")});
	EXPECT_EQ(reason(outcome), MapServerDrop::foreign_eid);
	EXPECT_EQ(outcome.dropped->eid, prefix("192.0.2.0/24"));
	EXPECT_EQ(lab.server.counters().foreign_eid, 1U);
	EXPECT_EQ(lab.server.counters().more_specific, 1U);
	EXPECT_EQ(lab.eids(), 2U);
}

TEST(MapServer, C111_AnotherSitesPrefixIsForeignThoughAuthenticated) {
	auto config = golden_config();
	config.sites.push_back(site("other", "other-key", {eid("192.0.2.0/24")}));
	Lab lab{config};
	lab.send(Register{1}
	             .add("203.0.113.0/24", {locator("198.51.100.9", 1)})
	             .add("192.0.2.0/24", {locator("198.51.100.9", 1)}));
	EXPECT_EQ(lab.eids(), 1U);
	auto other = Register{2}.add("203.0.113.0/24", {locator("198.51.100.9", 1)});
	other.secret = "other-key";
	EXPECT_EQ(reason(lab.send(other)), MapServerDrop::bad_authentication);
}

TEST(MapServer, C111_RlocThatIsNotAllowedRefusesTheRecord) {
	auto config = golden_config();
	config.sites[0].rlocs = {ip("198.51.100.9")};
	Lab lab{config};
	const auto outcome = lab.send(
	    Register{1}
	        .add("203.0.113.0/24", {locator("198.51.100.9", 1)})
	        .add("2001:db8:1::/48", {locator("198.51.100.9", 1), locator("198.51.100.66", 2)}));
	EXPECT_EQ(reason(outcome), MapServerDrop::rloc_not_allowed);
	EXPECT_EQ(lab.eids(), 1U);
	// Nothing is said where nothing was taken.
	EXPECT_TRUE(
	    lab.send(Register{2}.add("203.0.113.0/24", {locator("192.0.2.1", 1)})).send.empty());
}

TEST(MapServer, C112_MapNotifyIsTheGoldenOne) {
	for (const auto *name : {"SHA1-20", "SHA256-32", "HKDF-16"}) {
		Lab lab;
		const auto outcome = lab.receive(golden(std::string{"REG-"} + name).octets, etr);
		ASSERT_EQ(outcome.send.size(), 1U) << name;
		EXPECT_EQ(
		    to_hex(outcome.send[0].octets), to_hex(golden(std::string{"NTF-"} + name).octets));
		EXPECT_EQ(outcome.send[0].to, etr) << "the register's source port";
		EXPECT_EQ(outcome.send[0].source, map_server.address);
		EXPECT_FALSE(outcome.dropped);
		EXPECT_EQ(lab.eids(), 2U);
	}
}

TEST(MapServer, C112_NoMapNotifyUnlessAskedFor) {
	Lab lab;
	auto message = Register{1}.add("203.0.113.0/24", {locator("198.51.100.9", 1)});
	message.message.want_map_notify = false;
	EXPECT_TRUE(lab.send(message).send.empty());
	EXPECT_EQ(lab.eids(), 1U);
}

TEST(MapServer, C112_ShortMacsAndKeyIdsOf16BitsAreAcknowledgedInKind) {
	for (const auto *name : {"REG-SHA1-12", "REG-SHA256-16", "REG-OLDKEYID"}) {
		Lab lab;
		const auto &octets = golden(name).octets;
		const auto outcome = lab.receive(octets, etr);
		ASSERT_EQ(outcome.send.size(), 1U) << name;
		const auto notify = outcome.send[0].octets;
		EXPECT_EQ(notify.size(), octets.size());
		EXPECT_EQ(to_hex(notify.subspan(4, 12)), to_hex(Bytes{octets}.subspan(4, 12)));
		EXPECT_TRUE(Key{"golden-key-1"}.verify(notify));
	}
}

TEST(MapServer, C112_NotifyPortIsTheConfiguredOne) {
	auto config = golden_config();
	config.sites[0].eids[0].notify_port = control_port;
	Lab lab{config};
	const auto outcome = lab.receive(golden("REG-SHA1-20").octets, etr);
	ASSERT_EQ(outcome.send.size(), 1U);
	EXPECT_EQ(outcome.send[0].to, (Endpoint{etr.address, control_port}));
}

TEST(MapServer, C113_TrailerIsCopiedToTheMapNotify) {
	Lab lab;
	const auto outcome = lab.receive(golden("REG-XTRID").octets, etr);
	ASSERT_EQ(outcome.send.size(), 1U);
	EXPECT_EQ(to_hex(outcome.send[0].octets), to_hex(golden("NTF-XTRID").octets));
}

// RFC 9301 section 5.6: E is between the xTRs of a site, S (LISP-SEC) is not for who has none, and
// what is reserved is ignored. None of it is in the Map-Notify (section 5.7).
TEST(MapServer, C007_FlagsThatAreNotForAMapServerChangeNothing) {
	Lab lab;
	auto octets = golden("REG-SHA1-20").octets;
	octets[0] |= 0x05;
	octets[1] = 0xff;
	octets[2] |= 0xf2;
	ASSERT_TRUE(Key{"golden-key-1"}.sign(octets));
	const auto outcome = lab.receive(octets, etr);
	EXPECT_EQ(reason(outcome), std::nullopt);
	ASSERT_EQ(outcome.send.size(), 1U);
	EXPECT_EQ(to_hex(outcome.send[0].octets), to_hex(golden("NTF-SHA1-20").octets));
	EXPECT_EQ(lab.eids(), 2U);
}

TEST(MapServer, KeyIsSelectedByKeyIdAndAlgorithm) {
	auto config = golden_config();
	auto &keys = config.sites[0].keys;
	keys = {{"first", 1, false, Algorithm::hmac_sha1}, {"second", 2, false, {}}};
	Lab lab{config};
	const auto with = [&](const char *secret, std::uint8_t key_id, std::uint64_t nonce) {
		auto message = Register{nonce}.add("203.0.113.0/24", {locator("198.51.100.9", 1)});
		message.secret = secret;
		message.message.authentication.key_id = key_id;
		return reason(lab.send(message)) == std::nullopt;
	};
	EXPECT_FALSE(with("first", 1, 1)) << "the key is for SHA-1 alone";
	EXPECT_TRUE(with("second", 2, 2));
	EXPECT_FALSE(with("second", 1, 3));
	EXPECT_FALSE(with("second", 0, 3));
}

TEST(MapServer, C114_RegistrationExpiresAfter180Seconds) {
	Lab lab;
	lab.receive(golden("REG-SHA1-20").octets, etr);
	lab.now += 179s;
	EXPECT_EQ(lab.eids(), 2U);
	lab.receive(golden("REG-SHA256-32").octets, etr);
	lab.now += 179s;
	EXPECT_EQ(lab.eids(), 2U);
	lab.now += 1s;
	EXPECT_EQ(lab.eids(), 0U);
	EXPECT_EQ(answer_text(lab.ask("203.0.113.7")), "203.0.113.0/24!1");
	ASSERT_TRUE(lab.server.deadline());
	EXPECT_LE(*lab.server.deadline(), lab.now);
	lab.server.expire(lab.now);
	EXPECT_EQ(lab.server.registrations().size(), 0U);
	EXPECT_FALSE(lab.server.deadline());
}

TEST(MapServer, C114_RecordTtlIsTheLifetimeWithT) {
	Lab lab;
	auto message = Register{1}
	                   .add("203.0.113.0/24", {locator("198.51.100.9", 1)}, 10)
	                   .add("2001:db8:1::/48", {locator("198.51.100.9", 1)}, 0x7fffffff);
	message.message.use_ttl = true;
	lab.send(message);
	const auto start = lab.now;
	for (; lab.now < start + 599s; lab.now += 1s) lab.server.expire(lab.now);
	EXPECT_EQ(lab.server.registrations().size(), 2U);
	lab.now = start + 600s;
	lab.server.expire(lab.now);
	EXPECT_EQ(lab.server.registrations().size(), 1U);
	lab.now += 24h * 366;
	lab.server.expire(lab.now);
	EXPECT_EQ(lab.server.registrations().size(), 0U);
}

TEST(MapServer, WithdrawalRemovesWhatThisXtrRegistered) {
	Lab lab;
	lab.receive(golden("REG-SHA1-20").octets, etr);
	const auto outcome = lab.receive(golden("REG-WITHDRAW").octets, etr);
	ASSERT_EQ(outcome.send.size(), 1U);
	EXPECT_EQ(decode_as<MapNotify>(outcome.send[0].octets, lab.arena)->records.size(), 1U);
	EXPECT_EQ(lab.eids(), 1U);
	EXPECT_EQ(lab.server.counters().records_withdrawn, 1U);

	const Endpoint second{ip("198.51.100.10"), 50010};
	lab.send(Register{1500}.add("203.0.113.0/24", {locator("198.51.100.10", 1)}), second);
	lab.send(Register{2000}.add("203.0.113.0/24", {}, 0), etr);
	EXPECT_EQ(lab.eids(), 2U) << "another xTR's registration stays";
	lab.send(Register{1501}.add("203.0.113.0/24", {}, 1440), second);
	EXPECT_EQ(lab.eids(), 1U) << "no locators withdraw as well";
}

TEST(MapServer, C115_ProxyReplyHasNeitherANorL) {
	Lab lab; // REG-SHA1-20 has P
	lab.receive(golden("REG-SHA1-20").octets, etr);
	const auto reply = lab.ask("203.0.113.7");
	ASSERT_EQ(answer_text(reply), "203.0.113.0/24");
	EXPECT_EQ(reply->nonce, 0x1122334455667788U);
	EXPECT_EQ(lab.to, (Endpoint{ip("198.51.100.1"), 50000}));
	const auto &record = reply->records[0];
	EXPECT_FALSE(record.authoritative);
	EXPECT_EQ(record.ttl, RecordTtl{1440});
	ASSERT_EQ(record.locators.size(), 2U);
	for (const auto &l : record.locators) {
		EXPECT_FALSE(l.local);
		EXPECT_FALSE(l.probed);
		EXPECT_TRUE(l.reachable);
	}
	EXPECT_EQ(record.locators[0].rloc, Address{ip("198.51.100.9")});
	EXPECT_EQ(record.locators[0].priority, 1);
	EXPECT_EQ(record.locators[0].weight, 50);
}

TEST(MapServer, C115_ProxyByConfiguration) {
	auto config = golden_config();
	config.sites[0].eids[0].proxy_reply = true;
	Lab lab{config};
	lab.send(Register{1}.add("203.0.113.0/24", {locator("198.51.100.9", 1)}));
	EXPECT_EQ(answer_text(lab.ask("203.0.113.7")), "203.0.113.0/24");
}

// RFC 9301 section 5.5: /48 and two /64 under it.
TEST(MapServer, C072_BestMatchComesWithItsMoreSpecifics) {
	Lab lab;
	auto message = Register{1}
	                   .add("2001:db8:1::/48", {locator("198.51.100.9", 1)}, 60)
	                   .add("2001:db8:1:1::/64", {locator("198.51.100.9", 1)}, 30)
	                   .add("2001:db8:1:2::/64", {locator("198.51.100.9", 1)}, 90);
	message.message.proxy_reply = true;
	lab.send(message);
	EXPECT_EQ(answer_text(lab.ask("2001:db8:1:1::1")), "2001:db8:1:1::/64");
	const auto all = lab.ask("2001:db8:1:5::5");
	EXPECT_EQ(answer_text(all), "2001:db8:1::/48 2001:db8:1:1::/64 2001:db8:1:2::/64");
	for (const auto &record : all->records) EXPECT_EQ(record.ttl, RecordTtl{30});
}

TEST(MapServer, MoreSpecificsThatFitNoReplyNarrowIt) {
	Lab lab;
	auto message = Register{1}.add("2001:db8:1::/48", {locator("198.51.100.9", 1)});
	for (int i = 0; i < 60; ++i)
		message.add(
		    ("2001:db8:1:" + std::to_string(i) + "::/64").c_str(), {locator("198.51.100.9", 1)});
	message.message.proxy_reply = true;
	lab.send(message);
	EXPECT_EQ(lab.eids(), 61U);
	const auto reply = lab.ask("2001:db8:1:8000::1");
	EXPECT_EQ(answer_text(reply), "2001:db8:1:8000::/49");
	EXPECT_EQ(reply->records[0].locators.size(), 1U);
}

TEST(MapServer, C116_ForwardedRequestIsUnchanged) {
	Lab lab;
	lab.send(Register{1}.add("203.0.113.0/24", {locator("198.51.100.9", 1)}));
	const auto &packet = golden("ECM-V4").octets;
	const auto outcome = lab.receive(packet, {ip("198.51.100.1"), 50020});
	ASSERT_EQ(outcome.send.size(), 1U);
	EXPECT_EQ(outcome.send[0].to, (Endpoint{ip("198.51.100.9"), control_port}));
	EXPECT_EQ(to_hex(outcome.send[0].octets), to_hex(packet));
}

TEST(MapServer, C116_SecurityDataIsNotForwarded) {
	Lab lab;
	lab.send(Register{1}.add("203.0.113.0/24", {locator("198.51.100.9", 1)}));
	const auto outcome = lab.receive(golden("ECM-LISPSEC").octets, itr);
	ASSERT_EQ(outcome.send.size(), 1U);
	EXPECT_EQ(to_hex(outcome.send[0].octets), to_hex(golden("ECM-V4").octets));
}

TEST(MapServer, C116_PlainRequestIsEncapsulated) {
	Lab lab;
	lab.send(Register{1}.add("203.0.113.0/24", {locator("198.51.100.9", 1)}));
	const auto &packet = golden("REQ-V4").octets;
	const auto outcome = lab.receive(packet, itr);
	ASSERT_EQ(outcome.send.size(), 1U);
	const auto ecm = decode_as<EncapsulatedControl>(outcome.send[0].octets, lab.arena);
	ASSERT_TRUE(ecm);
	EXPECT_EQ(to_hex(ecm->payload), to_hex(packet));
	EXPECT_EQ(ecm->source, itr) << "the Map-Reply goes to the inner source port";
	EXPECT_EQ(ecm->destination, (Endpoint{ip("203.0.113.7"), control_port}));
	EXPECT_EQ(ecm->udp_checksum, ChecksumState::good);
}

TEST(MapServer, C116_ForwardsToTheBestLocatorOfTheEtr) {
	struct Case {
		std::vector<Locator> locators;
		const char *to;
	};
	const std::vector<Case> cases{
	    {{locator("198.51.100.21", 3), locator("198.51.100.22", 2)}, "198.51.100.22"},
	    {{locator("198.51.100.21", 1, false), locator("198.51.100.22", 2)}, "198.51.100.22"},
	    {{locator("198.51.100.21", 1, true, false), locator("198.51.100.22", 2)}, "198.51.100.22"},
	    {{locator("198.51.100.21", 255), locator("198.51.100.22", 254)}, "198.51.100.22"},
	    {{locator("198.51.100.21", 3, false), locator("198.51.100.22", 2, false)}, "198.51.100.22"},
	    {{locator("198.51.100.21", 1, true, false)}, "198.51.100.9"},
	    {{locator("224.0.0.1", 1), locator("255.255.255.255", 1)}, "198.51.100.9"},
	    {{locator("127.0.0.1", 1), locator("198.51.100.22", 9)}, "198.51.100.22"},
	    {{locator("2001:db8::1", 1), locator("198.51.100.22", 9)}, "2001:db8::1"},
	};
	for (const auto &c : cases) {
		Lab lab;
		lab.send(Register{1}.add("203.0.113.0/24", c.locators));
		const auto outcome = lab.receive(golden("ECM-V4").octets, itr);
		ASSERT_EQ(outcome.send.size(), 1U) << c.to;
		EXPECT_EQ(outcome.send[0].to.address, ip(c.to));
		EXPECT_EQ(outcome.send[0].to.port, control_port);
	}
}

TEST(MapServer, C116_ForwardsToTheNewestRegistration) {
	Lab lab;
	const Endpoint second{ip("198.51.100.10"), 50010};
	lab.send(Register{1}.add("203.0.113.0/24", {locator("198.51.100.9", 1)}));
	lab.now += 10s;
	lab.send(Register{2}.add("203.0.113.0/24", {locator("198.51.100.10", 1)}), second);
	const auto asked = [&] { return lab.receive(golden("ECM-V4").octets, itr).send[0].to.address; };
	EXPECT_EQ(asked(), ip("198.51.100.10"));
	lab.now += 10s;
	lab.send(Register{3}.add("203.0.113.0/24", {locator("198.51.100.9", 1)}));
	EXPECT_EQ(asked(), ip("198.51.100.9"));
	lab.send(Register{4}.add("203.0.113.0/24", {}, 0));
	EXPECT_EQ(asked(), ip("198.51.100.10")) << "the other one is still registered";
}

TEST(MapServer, C117_NegativeRepliesAreTheGoldenOnes) {
	Lab unregistered;
	unregistered.ask("203.0.113.7");
	EXPECT_EQ(to_hex(unregistered.reply), to_hex(golden("REP-NEG1").octets));

	MapServerConfig config;
	config.sites.push_back(site("neighbour", "n", {eid("203.0.114.0/24")}));
	Lab outside{config};
	outside.ask("203.0.112.7");
	EXPECT_EQ(to_hex(outside.reply), to_hex(golden("REP-NEG15").octets));
	EXPECT_EQ(outside.server.counters().negative_records, 1U);
}

// RFC 9301 section 8.4: the least-specific prefix that overlaps no known one.
TEST(MapServer, C124_HoleIsTheLeastSpecific) {
	MapServerConfig config;
	config.sites.push_back(site("one", "k", {eid("203.0.113.0/24")}));
	Lab lab{config};
	EXPECT_EQ(answer_text(lab.ask("10.0.0.1")), "0.0.0.0/1!15");
	EXPECT_EQ(answer_text(lab.ask("203.0.112.5")), "203.0.112.0/24!15");
	EXPECT_EQ(answer_text(lab.ask("203.0.114.9")), "203.0.114.0/23!15");
	EXPECT_EQ(answer_text(lab.ask("2001:db8::1")), "::/0!15");
	EXPECT_EQ(answer_text(lab.ask("203.0.112.0/22")), "203.0.112.0/24!15")
	    << "wider than a site: its first address";
	Lab empty{MapServerConfig{}};
	EXPECT_EQ(answer_text(empty.ask("203.0.113.7")), "0.0.0.0/0!15");
}

TEST(MapServer, C124_HoleWithinAnAggregateStaysWithinIt) {
	MapServerConfig config;
	config.sites.push_back(site("one", "golden-key-1", {eid("203.0.112.0/20", true)}));
	Lab lab{config};
	lab.send(Register{1}.add("203.0.113.0/24", {locator("198.51.100.9", 1)}));
	EXPECT_EQ(answer_text(lab.ask("203.0.120.1")), "203.0.120.0/21!1");
	EXPECT_EQ(answer_text(lab.ask("203.0.112.1")), "203.0.112.0/24!1");
}

TEST(MapServer, UnregisteredSiteWithinAnothersRegistrationIsNotAnsweredForIt) {
	MapServerConfig config;
	config.sites.push_back(site("outer", "golden-key-1", {eid("10.0.0.0/8", false, true)}));
	config.sites.push_back(site("inner", "other", {eid("10.1.0.0/16")}));
	Lab lab{config};
	lab.send(Register{1}.add("10.0.0.0/8", {locator("198.51.100.9", 1)}));
	EXPECT_EQ(answer_text(lab.ask("10.2.0.1")), "10.0.0.0/8");
	EXPECT_EQ(answer_text(lab.ask("10.1.0.1")), "10.1.0.0/16!1");
}

TEST(MapServer, C122_MapRepliesAndTheRestAreDiscarded) {
	Lab lab;
	for (const auto *name :
	    {"REP-POS", "NTF-SHA1-20", "REF-MSACK", "INFO-REQ", "SHEXT", "UNKNOWN-9"}) {
		const auto outcome = lab.receive(golden(name).octets, itr);
		EXPECT_TRUE(outcome.send.empty()) << name;
		EXPECT_EQ(reason(outcome), MapServerDrop::unexpected_type) << name;
	}
	EXPECT_EQ(
	    reason(lab.receive(golden("ACK-SHA256-32").octets, itr)), MapServerDrop::unknown_nonce);
}

TEST(MapServer, C123_ProbesAndSmrsAreDropped) {
	Lab lab;
	lab.receive(golden("REG-SHA1-20").octets, etr);
	EXPECT_EQ(reason(lab.receive(golden("REQ-PROBE").octets, itr)), MapServerDrop::probe);
	EXPECT_EQ(reason(lab.receive(golden("ECM-PROBE").octets, itr)), MapServerDrop::probe);
	EXPECT_EQ(reason(lab.receive(golden("REQ-SMR").octets, itr)), MapServerDrop::solicit);
	EXPECT_EQ(lab.server.counters().map_requests, 0U);
	EXPECT_EQ(lab.server.counters().map_replies, 0U);
}

TEST(MapServer, EncapsulationIsChecked) {
	Lab lab;
	lab.receive(golden("REG-SHA1-20").octets, etr);
	EXPECT_EQ(
	    reason(lab.receive(golden("ECM-ZEROSUM").octets, itr)), MapServerDrop::inner_checksum_zero);
	EXPECT_EQ(
	    reason(lab.receive(golden("ECM-BADSUM").octets, itr)), MapServerDrop::inner_checksum_bad);
	EncapsulatedControl nested;
	nested.source = nested.destination = {ip("192.0.2.10"), control_port};
	nested.payload = golden("ECM-V4").octets;
	EXPECT_EQ(reason(lab.receive(wire(nested), itr)), MapServerDrop::inner_not_map_request);
	nested.payload = golden("REQ-V4").octets;
	nested.source.port = data_port;
	EXPECT_EQ(reason(lab.receive(wire(nested), itr)), MapServerDrop::inner_data_port);
}

TEST(MapServer, C126_FamiliesOfHeadersAreIndependent) {
	Lab lab;
	lab.receive(golden("REG-SHA1-20").octets, etr);
	const Endpoint itr6{ip("2001:db8:ffff::10"), 50021};
	auto ecm = *decode_as<EncapsulatedControl>(golden("ECM-V6").octets, lab.arena);
	auto asking = *decode_as<MapRequest>(ecm.payload, lab.arena);
	asking.authoritative = false; // or else it is the ETR's to answer
	const auto inner = wire(asking);
	ecm.payload = inner;
	const auto packet = wire(ecm);
	// Asked over IPv6 the IPv6 ITR-RLOC is chosen, over IPv4 the other.
	const auto over6 = lab.receive(packet, itr6);
	ASSERT_EQ(over6.send.size(), 1U);
	EXPECT_EQ(over6.send[0].to, (Endpoint{ip("2001:db8:ffff::1"), 50001}));
	EXPECT_TRUE(over6.send[0].source.is_none()) << "an IPv4 address cannot be its source";
	const auto over4 = lab.receive(packet, itr);
	ASSERT_EQ(over4.send.size(), 1U);
	EXPECT_EQ(over4.send[0].to, (Endpoint{ip("198.51.100.1"), 50001}));
}

TEST(MapServer, C085_ItrRlocsThatWouldReflectAreRefused) {
	Lab lab;
	lab.receive(golden("REG-SHA1-20").octets, etr);
	for (const auto *rloc : {"224.0.0.5", "255.255.255.255", "0.0.0.0", "169.254.1.1", "127.0.0.1",
	         "ff02::1", "fe80::1", "::", "::1", "::ffff:192.0.2.1", "0.1.2.3"}) {
		EXPECT_FALSE(lab.ask(prefix("203.0.113.7"), rloc)) << rloc;
	}
	EXPECT_EQ(lab.server.counters().itr_rloc_refused, 11U);
	lab.sent = wire(request(prefix("203.0.113.7"), lab.arena, "127.0.0.1"));
	const auto outcome = lab.receive(lab.sent, {ip("127.0.0.1"), 50000});
	EXPECT_EQ(outcome.send.size(), 1U) << "over loopback itself it is no reflection";
}

TEST(MapServer, RequestThatCameFromTheVerySocketGoesRoundNoMore) {
	Lab lab;
	lab.send(Register{1}.add("203.0.113.0/24", {locator("198.51.100.200", 1)}));
	const auto outcome = lab.receive(golden("ECM-V4").octets, itr);
	EXPECT_TRUE(outcome.send.empty());
	EXPECT_EQ(reason(outcome), MapServerDrop::looped);
	EXPECT_EQ(reason(lab.receive(golden("ECM-V4").octets, map_server)), MapServerDrop::looped);
}

TEST(MapServer, C082_SeveralRecordsInOneRequestAreAnsweredTogether) {
	Lab lab;
	lab.receive(golden("REG-SHA1-20").octets, etr);
	MapRequest message = request(prefix("203.0.113.7"), lab.arena);
	const std::vector<RequestedEid> records{{32, false, ip("203.0.113.7")},
	    {128, false, ip("2001:db8:1::7")}, {32, false, ip("10.0.0.1")}};
	message.records = records;
	const auto octets = wire(message);
	const auto outcome = lab.receive(octets, itr);
	ASSERT_EQ(outcome.send.size(), 1U);
	EXPECT_EQ(answer_text(*decode_as<MapReply>(outcome.send[0].octets, lab.arena)),
	    "203.0.113.0/24 2001:db8:1::/48 0.0.0.0/1!15");
}

TEST(MapServer, C092_InstanceIdsAreApart) {
	MapServerConfig config;
	config.sites.push_back(site("vpn", "golden-key-1", {eid("[100]10.1.0.0/16", true, true)}));
	Lab lab{config};
	auto message = Register{1}.add("10.1.0.0/16", {locator("198.51.100.9", 1)});
	message.records[0].eid = eid_address(prefix("[100]10.1.0.0/16"), lab.arena);
	lab.send(message);
	EXPECT_EQ(answer_text(lab.ask("[100]10.1.1.1")), "[100]10.1.0.0/16");
	EXPECT_EQ(answer_text(lab.ask("10.1.1.1")), "0.0.0.0/0!15");
}

TEST(MapServer, ReloadKeepsWhatIsStillAllowed) {
	auto config = golden_config();
	Lab lab{config};
	lab.receive(golden("REG-SHA256-32").octets, etr);
	config.sites.insert(config.sites.begin(), site("new", "n", {eid("10.0.0.0/8")}));
	lab.server.reload(config, lab.now);
	EXPECT_EQ(lab.eids(), 2U);
	EXPECT_EQ(reason(lab.receive(golden("REG-SHA1-20").octets, etr)), MapServerDrop::replayed)
	    << "the nonces stay";
	config.sites[1].eids.erase(config.sites[1].eids.begin());
	lab.server.reload(config, lab.now);
	EXPECT_EQ(lab.eids(), 1U);
	EXPECT_EQ(answer_text(lab.ask("203.0.113.7")), "128.0.0.0/1!15");
	config.sites[1].keys[0].secret = "another";
	lab.server.reload(config, lab.now);
	EXPECT_EQ(lab.eids(), 0U);
}

TEST(MapServer, MutatedRegistersChangeNothing) {
	Lab lab;
	lab.receive(golden("REG-SHA1-20").octets, etr);
	const auto dump = [&] {
		Text text;
		for_each_registration(lab.server, lab.now, [&](const ServerRegistration &status) {
			JsonSink sink{text};
			describe(sink, {}, status);
		});
		return text.str();
	};
	const auto before = dump();
	std::mt19937_64 random{1};
	for (const auto *name : {"REG-SHA256-32", "REG-HKDF-16", "REG-XTRID", "REG-FLAGS",
	         "REG-WITHDRAW", "REG-NONE", "REG-SHA1-12"}) {
		for (int i = 0; i < 4000; ++i) {
			auto octets = golden(name).octets;
			octets[random() % octets.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
			if (random() % 4 == 0) octets.resize(random() % (octets.size() + 1));
			octets.shrink_to_fit();
			const auto outcome = lab.receive(octets, etr);
			ASSERT_TRUE(outcome.send.empty()) << name << ' ' << to_hex(octets);
		}
	}
	EXPECT_EQ(dump(), before);
	EXPECT_EQ(lab.server.counters().map_registers, 1U);
}

TEST(MapServer, MutatedMessagesOfAnyKindAreSurvived) {
	Lab lab;
	lab.receive(golden("REG-SHA1-20").octets, etr);
	std::mt19937_64 random{2};
	for (const auto &[name, packet] : golden_packets()) {
		for (int i = 0; i < 500; ++i) {
			auto octets = packet.octets;
			for (auto n = random() % 4; n > 0; --n)
				octets[random() % octets.size()] = static_cast<std::uint8_t>(random());
			octets.resize(random() % (octets.size() + 1));
			octets.shrink_to_fit();
			const auto outcome = lab.receive(octets, itr);
			for (const auto &datagram : outcome.send) EXPECT_FALSE(datagram.octets.empty());
		}
	}
}

TEST(MapServer, MemoryOfAnEidIsBelow300Octets) {
	MapServerConfig config;
	config.sites.push_back(site("big", "golden-key-1", {eid("10.0.0.0/8", true)}));
	Lab lab{config};
	std::uint32_t next = 0x0a000000;
	for (std::uint64_t nonce = 1; nonce <= 500; ++nonce) {
		Register message{nonce};
		for (int i = 0; i < 200; ++i, next += 16) {
			message.add("10.0.0.0/28", {locator("198.51.100.9", 1), locator("198.51.100.10", 1)});
			message.records.back().eid = IpAddress::v4(next);
		}
		lab.send(std::move(message));
	}
	const auto &table = lab.server.registrations();
	ASSERT_EQ(table.eids(), 100000U);
	constexpr std::size_t allocator = 16; // what it adds to every block
	EXPECT_LE(table.memory() / table.eids() + allocator, 300U);
}

std::vector<std::string> listed(RegistrationList list, const Lab &lab, std::size_t at_a_time) {
	std::vector<std::string> eids;
	bool more = true;
	while (more) {
		const auto before = eids.size();
		more = list.next(lab.server, lab.now, [&](const ServerRegistration &status) {
			eids.push_back(to_string(status.eid) + (status.fixed ? " static" : ""));
			return eids.size() < before + at_a_time;
		});
	}
	return eids;
}

TEST(MapServer, RegistrationsAndStaticMappingsAreListedTogetherSomeAtATime) {
	auto config = golden_config();
	config.sites.push_back(site("more", "golden-key-1", {eid("10.0.0.0/8", true)}));
	for (const auto *text : {"10.3.0.0/16", "9.0.0.0/8", "10.4.4.0/24", "2001:db8::/32"}) {
		auto &mapping = config.statics.emplace_back();
		mapping.eid = prefix(text);
		mapping.action = Action::drop;
	}
	Lab lab{config};
	std::uint64_t nonce = 0;
	for (const auto *text : {"10.5.0.0/16", "10.0.0.0/8", "10.4.0.0/16"})
		lab.send(Register{++nonce}.add(text, {locator("192.0.2.1", 1)}));
	const std::vector<std::string> all{"9.0.0.0/8 static", "10.0.0.0/8", "10.3.0.0/16 static",
	    "10.4.0.0/16", "10.4.4.0/24 static", "10.5.0.0/16", "2001:db8::/32 static"};
	for (const std::size_t at_a_time : {1U, 2U, 3U, 100U}) {
		EXPECT_EQ(listed(RegistrationList{}, lab, at_a_time), all);
		const std::vector<std::string> within{"10.4.0.0/16", "10.4.4.0/24 static"};
		EXPECT_EQ(listed(RegistrationList{prefix("10.4.0.0/16")}, lab, at_a_time), within);
		EXPECT_EQ(listed(RegistrationList{prefix("10.3.0.0/16")}, lab, at_a_time),
		    std::vector<std::string>{"10.3.0.0/16 static"});
		EXPECT_EQ(listed(RegistrationList{prefix("0.0.0.0/0")}, lab, at_a_time),
		    (std::vector<std::string>{all.begin(), all.end() - 1}));
		EXPECT_TRUE(listed(RegistrationList{prefix("10.6.0.0/16")}, lab, at_a_time).empty());
	}
	EXPECT_EQ(status(lab.server).statics, 4U);
}

TEST(MapServer, SitesAreListedSomeAtATime) {
	auto config = golden_config();
	config.sites.push_back(site("many", "golden-key-1", {eid("10.0.0.0/8", true), eid("::/0")}));
	config.sites.push_back(site("none", "golden-key-1", {eid("11.0.0.0/8")}));
	Lab lab{config};
	std::uint64_t nonce = 0;
	for (std::uint32_t first = 0; first < 25'000; first += 250) {
		auto message = Register{++nonce};
		for (auto next = 0x0a000000 + first; next < 0x0a000000 + first + 250; ++next)
			message.add(to_string(IpAddress::v4(next)).c_str(), {locator("192.0.2.1", 1)});
		lab.send(std::move(message));
	}
	std::vector<std::string> sites;
	SiteList list;
	unsigned calls = 1;
	const auto visit = [&](const SiteStatus &status) {
		sites.push_back(
		    std::string{status.name} + ' ' + std::to_string(status.eids.front().registered));
		return false;
	};
	while (list.next(lab.server, lab.now, visit)) ++calls;
	EXPECT_EQ(sites, (std::vector<std::string>{"golden 0", "many 25000", "none 0"}));
	EXPECT_GE(calls, 5U) << "no call counts them all";
}

} // namespace
} // namespace lisp
