// lisp.conf(5): what is valid, and what it means.
#include "config/found.h"
#include "config/site_config.h"

#include <fstream>
#include <sstream>

namespace lisp {
namespace {

SiteConfig valid(std::string_view text) {
	Diagnostics found;
	auto config = parse_site_config(text, found);
	EXPECT_EQ(lines(found), Lines{}) << text;
	return config;
}

// The two examples of the 2012 user's guide, blanks and tabs as printed there.
constexpr std::string_view guide_map_servers = //
    "\t@MAPSERVER\n"
    "\t193.162.145.50 \t\t\t\t\tAUTH_KEY\n"
    "\tl3-london-mr-ms.rloc.lisp4.net\t\t\tAUTH_KEY\n"
    "\t2001:67c:21b4:109::b \t\t\t\tAUTH_KEY\n";
constexpr std::string_view guide_eids = //
    "\t@EID\n"
    "\t#Eid-Prefix \t\tSubnetmask\tTTL \tFlag\n"
    "\t153.16.38.0\t\t25\t\t60\t1\n"
    "\t#RLOC\t\t\tPriority\tWeight\t\tLocal flag\n"
    "\t132.227.62.242\t2\t\t100 \t\t1\n"
    "\t132.227.62.243 \t1 \t\t100 \t\t0\n"
    "\t2001:660:240::242\t5\t\t100\t\t1\n"
    "\t2001:660:240::243\t3\t\t100\t\t0\n"
    "\n"
    "\t@EID\n"
    "\t#Eid-Prefix \t\tSubnetmask\tTTL \tFlag\n"
    "\t2610:D0:2121:: \t48 \t\t60 \t1\n"
    "\n"
    "\t#RLOC\t\t\tPriority\tWeight\t\tLocal flag\n"
    "\t132.227.62.242 \t2 \t\t100 \t\t1\n"
    "\t132.227.62.243 \t1 \t\t100 \t\t0\n"
    "\t2001:660:240::242 \t5 \t\t100 \t\t1\n"
    "\t2001:660:240::243\t3\t\t100\t\t0\n";

void expect_guide_rlocs(const SiteConfig &config, const EidSection &section) {
	struct {
		const char *address;
		int priority;
		bool local;
	} const expected[] = {{"132.227.62.242", 2, true}, {"132.227.62.243", 1, false},
	    {"2001:660:240::242", 5, true}, {"2001:660:240::243", 3, false}};
	const auto rlocs = config.rlocs_of(section);
	ASSERT_EQ(rlocs.size(), 4U);
	for (std::size_t i = 0; i < 4; ++i) {
		EXPECT_EQ(to_string(rlocs[i].rloc), expected[i].address);
		EXPECT_EQ(rlocs[i].priority, expected[i].priority);
		EXPECT_EQ(rlocs[i].weight, 100);
		EXPECT_EQ(rlocs[i].local, expected[i].local);
		EXPECT_EQ(rlocs[i].multicast_priority, 255);
		EXPECT_EQ(rlocs[i].multicast_weight, 0);
	}
}

TEST(SiteConfig, TheGuidesMapServers) {
	const auto config = valid(guide_map_servers);
	ASSERT_EQ(config.map_servers.size(), 3U);
	EXPECT_EQ(config.map_servers[0].host, "193.162.145.50");
	EXPECT_EQ(config.map_servers[1].host, "l3-london-mr-ms.rloc.lisp4.net");
	EXPECT_EQ(config.map_servers[2].host, "2001:67c:21b4:109::b");
	EXPECT_EQ(config.map_servers[1].position, (Position{3, 2}));
	for (const auto &server : config.map_servers) {
		EXPECT_EQ(server.secret, "AUTH_KEY");
		EXPECT_EQ(server.port, 4342);
		EXPECT_EQ(server.algorithm, Algorithm::hmac_sha1);
		EXPECT_EQ(server.key_id, 0);
		EXPECT_EQ(server.whole_site, WholeSite::automatic);
	}
}

TEST(SiteConfig, TheGuidesEids) {
	const auto config = valid(guide_eids);
	ASSERT_EQ(config.eids.size(), 2U);
	EXPECT_EQ(config.eids[0].eid, *EidPrefix::parse("153.16.38.0/25"));
	EXPECT_EQ(config.eids[0].line, 1U);
	EXPECT_EQ(config.eids[1].eid, *EidPrefix::parse("2610:d0:2121::/48"));
	EXPECT_EQ(config.eids[1].line, 10U);
	for (const auto &section : config.eids) {
		EXPECT_EQ(section.ttl, RecordTtl{60});
		EXPECT_TRUE(section.register_it);
		expect_guide_rlocs(config, section);
	}
}

TEST(SiteConfig, PrintsTheGuidesExamplesInTheirCanonicalForm) {
	EXPECT_EQ(print_site_config(valid(guide_map_servers)),
	    "@MAPSERVER\n"
	    "193.162.145.50\tAUTH_KEY\n"
	    "l3-london-mr-ms.rloc.lisp4.net\tAUTH_KEY\n"
	    "2001:67c:21b4:109::b\tAUTH_KEY\n");
	EXPECT_EQ(print_site_config(valid(guide_eids)), "@EID\n"
	                                                "153.16.38.0\t25\t60\t1\n"
	                                                "132.227.62.242\t2\t100\t1\n"
	                                                "132.227.62.243\t1\t100\t0\n"
	                                                "2001:660:240::242\t5\t100\t1\n"
	                                                "2001:660:240::243\t3\t100\t0\n"
	                                                "\n"
	                                                "@EID\n"
	                                                "2610:d0:2121::\t48\t60\t1\n"
	                                                "132.227.62.242\t2\t100\t1\n"
	                                                "132.227.62.243\t1\t100\t0\n"
	                                                "2001:660:240::242\t5\t100\t1\n"
	                                                "2001:660:240::243\t3\t100\t0\n");
}

TEST(SiteConfig, WhatTheProgramOf2012StumbledOver) {
	// Its last line lost a character without a newline; CR stayed in keys; blank and indented
	// comment lines were taken for data.
	const auto config = valid("@MAPSERVER\r\n192.0.2.1 KEY\r\n \t\r\n\t# note\r\n\r\n"
	                          "@EID\r\n2001:DB8:A::/48 60 1 # together\r\n192.0.2.9 1 100 1");
	ASSERT_EQ(config.map_servers.size(), 1U);
	EXPECT_EQ(config.map_servers[0].secret, "KEY");
	ASSERT_EQ(config.eids.size(), 1U);
	EXPECT_EQ(config.eids[0].eid, *EidPrefix::parse("2001:db8:a::/48"));
	ASSERT_EQ(config.rlocs.size(), 1U);
	EXPECT_TRUE(config.rlocs[0].local);
}

TEST(SiteConfig, EveryOptionOfAMapServer) {
	const auto config = valid("@MAPSERVER\n"
	                          "MS.Example.NET a=b#c alg=sha256 key-id=7 port=14342 notify=no "
	                          "proxy=yes merge=yes whole-site=no\n"
	                          "[2001:DB8::1]:14342 k alg=hkdf whole-site=yes withdraw=yes "
	                          "xtr-id=00112233445566778899aabbccddeEFF site-id=42\n"
	                          "127.0.0.1:14342 k alg=sha1 whole-site=auto notify=yes "
	                          "withdraw=all site-id=0xffffffffffffffff\n"
	                          "ms:99 k\n");
	ASSERT_EQ(config.map_servers.size(), 4U);
	const auto &first = config.map_servers[0];
	EXPECT_EQ(first.host, "ms.example.net");
	EXPECT_EQ(first.secret, "a=b#c");
	EXPECT_EQ(first.algorithm, Algorithm::hmac_sha256);
	EXPECT_EQ(first.key_id, 7);
	EXPECT_EQ(first.port, 14342);
	EXPECT_FALSE(first.want_map_notify);
	EXPECT_TRUE(first.proxy_reply);
	EXPECT_TRUE(first.merge);
	EXPECT_EQ(first.whole_site, WholeSite::no);
	EXPECT_EQ(config.map_servers[1].host, "2001:db8::1");
	EXPECT_EQ(config.map_servers[1].port, 14342);
	EXPECT_EQ(config.map_servers[1].algorithm, Algorithm::hkdf_hmac_sha256);
	EXPECT_EQ(config.map_servers[1].whole_site, WholeSite::yes);
	EXPECT_EQ(first.withdraw, Withdraw::none);
	EXPECT_EQ(first.identity, std::nullopt);
	EXPECT_EQ(config.map_servers[1].withdraw, Withdraw::removed);
	ASSERT_TRUE(config.map_servers[1].identity);
	EXPECT_EQ(to_hex(config.map_servers[1].identity->xtr_id), "00112233445566778899aabbccddeeff");
	EXPECT_EQ(config.map_servers[1].identity->site_id, 0x42U);
	EXPECT_EQ(config.map_servers[2].withdraw, Withdraw::all);
	EXPECT_EQ(config.map_servers[2].identity, (XtrIdentity{{}, ~std::uint64_t{0}}));
	EXPECT_EQ(config.map_servers[2].host, "127.0.0.1");
	EXPECT_EQ(config.map_servers[2].port, 14342);
	EXPECT_EQ(config.map_servers[3].host, "ms");
	EXPECT_EQ(config.map_servers[3].port, 99);
}

TEST(SiteConfig, AKeyFileStandsInPlaceOfAKey) {
	const auto config = valid("@MAPSERVER\n192.0.2.1 key-file=a.key\n192.0.2.2 - key-file=b.key "
	                          "key-id=1\n@XTR\n192.0.2.3 - key-file=c.key\n");
	ASSERT_EQ(config.map_servers.size(), 2U);
	EXPECT_EQ(config.map_servers[0].key_file, "a.key");
	EXPECT_EQ(config.map_servers[0].secret, "");
	EXPECT_EQ(config.map_servers[1].key_file, "b.key");
	EXPECT_EQ(config.map_servers[1].secret, "");
	ASSERT_EQ(config.xtrs.size(), 1U);
	EXPECT_EQ(config.xtrs[0].key_file, "c.key");
}

TEST(SiteConfig, OneServerMayHaveSeveralKeysByKeyId) {
	EXPECT_EQ(valid("@MAPSERVER\nms OLD key-id=1\nms NEW key-id=2\n").map_servers.size(), 2U);
}

TEST(SiteConfig, HostsOfResolversAndProxyItrs) {
	const auto config =
	    valid("@MAPRESOLVER\n192.0.2.1\nMR.example:4343\n[2001:DB8::1]:53\n[2001:db8::2]\n"
	          "@PITR\n2001:DB8::3\n192.0.2.4:4342\n");
	EXPECT_EQ(config.map_resolvers,
	    (Lines{"192.0.2.1", "mr.example:4343", "[2001:db8::1]:53", "2001:db8::2"}));
	EXPECT_EQ(config.proxy_itrs, (Lines{"2001:db8::3", "192.0.2.4:4342"}));
}

TEST(SiteConfig, Peers) {
	const auto config = valid("@HYPERVISOR\n"
	                          "192.0.2.0/24 k\n"
	                          "2001:db8::7 k alg=sha1 key-id=1 nonce=random eid=10.0.0.0/8 "
	                          "eid=[5]2001:db8:1::/48\n"
	                          "@XTR\n192.0.2.1 k\n");
	ASSERT_EQ(config.hypervisors.size(), 2U);
	EXPECT_EQ(config.hypervisors[0].source, *EidPrefix::parse("192.0.2.0/24"));
	EXPECT_EQ(config.hypervisors[0].algorithm, Algorithm::hmac_sha256);
	EXPECT_FALSE(config.hypervisors[0].random_nonce);
	const auto &second = config.hypervisors[1];
	EXPECT_EQ(second.source, *EidPrefix::parse("2001:db8::7/128"));
	EXPECT_EQ(second.algorithm, Algorithm::hmac_sha1);
	EXPECT_EQ(second.key_id, 1);
	EXPECT_TRUE(second.random_nonce);
	EXPECT_EQ(second.eids,
	    (std::vector{*EidPrefix::parse("10.0.0.0/8"), *EidPrefix::parse("[5]2001:db8:1::/48")}));
	ASSERT_EQ(config.xtrs.size(), 1U);
	EXPECT_EQ(config.xtrs[0].source, *EidPrefix::parse("192.0.2.1/32"));
}

TEST(SiteConfig, OptionsOfEidsAndRlocs) {
	const auto config = valid("@EID\n10.0.0.0 8 4294967295 0 iid=16777215 map-version=4095\n"
	                          "192.0.2.1 0 255 0 mprio=1 mweight=2 site=paris\n"
	                          "192.0.2.2 255 0 1 site=rome\n192.0.2.3 1 1 1 site=paris\n");
	ASSERT_EQ(config.eids.size(), 1U);
	EXPECT_EQ(config.eids[0].eid, *EidPrefix::parse("[16777215]10.0.0.0/8"));
	EXPECT_EQ(config.eids[0].ttl, ttl_receiver_decides);
	EXPECT_EQ(config.eids[0].map_version, 4095);
	EXPECT_FALSE(config.eids[0].register_it);
	EXPECT_EQ(config.site_tags, (Lines{"paris", "rome"}));
	EXPECT_EQ(config.rlocs[0].multicast_priority, 1);
	EXPECT_EQ(config.rlocs[0].multicast_weight, 2);
	EXPECT_EQ(config.rlocs[0].site, 1);
	EXPECT_EQ(config.rlocs[1].site, 2);
	EXPECT_EQ(config.rlocs[2].site, 1);
}

TEST(SiteConfig, TheSameEidInTwoInstancesIsTwoEids) {
	EXPECT_EQ(valid("@EID\n10.0.0.0 8 1 1\n192.0.2.1 1 1 1\n"
	                "@EID\n10.0.0.0 8 1 1 iid=1\n192.0.2.1 1 1 1\n"
	                "@EID\n10.0.0.0 9 1 1\n192.0.2.1 1 1 1\n")
	              .eids.size(),
	    3U);
}

TEST(SiteConfig, C058_C063_RecordsHaveTheirVersionAndLocatorsInOrder) {
	const auto config =
	    valid("@EID\n10.0.0.0 8 60 1 iid=9 map-version=291\n2001:db8::2 5 50 0\n192.0.2.200 1 100 "
	          "1\n2001:db8::1 4 40 1 mprio=3 mweight=4\n192.0.2.9 2 20 0\n");
	Arena arena;
	const auto record = map_record(config, config.eids[0], arena);
	EXPECT_EQ(record.ttl, RecordTtl{60});
	EXPECT_EQ(record.mask_length, 8);
	EXPECT_EQ(record.action, Action::no_action);
	EXPECT_TRUE(record.authoritative);
	EXPECT_EQ(record.map_version, 0x123);
	EXPECT_EQ(eid_prefix(record.eid, record.mask_length), EidPrefix::parse("[9]10.0.0.0/8"));
	ASSERT_EQ(record.locators.size(), 4U);
	Lines order;
	for (const auto &locator : record.locators) {
		order.push_back(to_string(locator.rloc));
		EXPECT_TRUE(locator.reachable);
		EXPECT_FALSE(locator.probed);
	}
	EXPECT_EQ(order, (Lines{"192.0.2.9", "192.0.2.200", "2001:db8::1", "2001:db8::2"}));
	EXPECT_EQ(record.locators[0].priority, 2);
	EXPECT_EQ(record.locators[0].weight, 20);
	EXPECT_EQ(record.locators[0].multicast_priority, 255);
	EXPECT_FALSE(record.locators[0].local);
	EXPECT_TRUE(record.locators[1].local);
	EXPECT_EQ(record.locators[2].multicast_priority, 3);
	EXPECT_EQ(record.locators[2].multicast_weight, 4);
}

TEST(SiteConfig, TheSampleFileSaysNothingWrong) {
	std::ifstream file{LISP_TEST_DATA "/../etc/lisp.conf.sample"};
	std::stringstream text;
	text << file.rdbuf();
	const auto config = valid(text.str());
	EXPECT_FALSE(config.map_servers.empty());
	EXPECT_FALSE(config.map_resolvers.empty());
	EXPECT_FALSE(config.eids.empty());
}

} // namespace
} // namespace lisp
