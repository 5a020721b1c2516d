// mapserver.conf(5).
#include "config/found.h"
#include "config/mapserver_config.h"

#include <fstream>
#include <sstream>

namespace lisp {
namespace {

MapServerConfig valid(std::string_view text) {
	Diagnostics found;
	auto config = parse_mapserver_config(text, found);
	EXPECT_EQ(lines(found), Lines{}) << text;
	return config;
}

Lines found_in(std::string_view text) {
	Diagnostics found;
	parse_mapserver_config(text, found);
	return lines(found);
}

TEST(MapServerConfig, SitesWithTheirKeysEidsAndRlocs) {
	const auto config =
	    valid("@SITE paris # the first\n"
	          "key a=b\nkey NEW key-id=2 alg=sha256\n"
	          "eid 10.1.0.0/16 more-specifics=yes proxy=yes iid=5 notify-port=4342\n"
	          "eid 2001:DB8:: 32\nrloc 192.0.2.1\nrloc 2001:DB8::1\n\n"
	          "@SITE rome\nkey a=b\neid 10.2.0.0/16 more-specifics=no proxy=no");
	ASSERT_EQ(config.sites.size(), 2U);
	const auto &paris = config.sites[0];
	EXPECT_EQ(paris.name, "paris");
	EXPECT_EQ(paris.position, (Position{1, 1}));
	EXPECT_EQ(paris.keys, (std::vector<SiteKeyLine>{{"a=b", 0, true, std::nullopt, false},
	                          {"NEW", 2, false, Algorithm::hmac_sha256, false}}));
	ASSERT_EQ(paris.eids.size(), 2U);
	EXPECT_EQ(paris.eids[0].eid, *EidPrefix::parse("[5]10.1.0.0/16"));
	EXPECT_TRUE(paris.eids[0].more_specifics);
	EXPECT_TRUE(paris.eids[0].proxy_reply);
	EXPECT_EQ(paris.eids[0].notify_port, 4342);
	EXPECT_EQ(paris.eids[0].position, (Position{4, 5}));
	EXPECT_EQ(paris.eids[1].eid, *EidPrefix::parse("2001:db8::/32"));
	EXPECT_FALSE(paris.eids[1].more_specifics);
	EXPECT_FALSE(paris.eids[1].proxy_reply);
	EXPECT_EQ(paris.eids[1].notify_port, std::nullopt);
	EXPECT_EQ(paris.rlocs,
	    (std::vector{*IpAddress::parse("192.0.2.1"), *IpAddress::parse("2001:db8::1")}));
	EXPECT_EQ(config.sites[1].keys[0].any_key_id, true);
	EXPECT_TRUE(config.sites[1].rlocs.empty());
}

TEST(MapServerConfig, Errors) {
	EXPECT_EQ(found_in("key a\nkey b\n@SITE x\nkey a\neid ::/0\n"),
	    (Lines{"f:1:1: a line before any site, expected @SITE and its name"}));
	EXPECT_EQ(found_in("@EID\nkey a\n"),
	    (Lines{"f:1:1: @EID is no section, expected @SITE, @ELSEWHERE, @STATIC or @SUBSCRIBER"}));
	EXPECT_EQ(found_in("@SITE\nkey a\neid ::/0\n@SITE\nkey a\neid 1::/16\n"),
	    (Lines{"f:1:6: the line ends, expected the site's name",
	        "f:4:6: the line ends, expected the site's name"}));
	EXPECT_EQ(found_in("@SITE a b\nkey a\neid ::/0\n"),
	    (Lines{"f:1:9: a word too many, expected the end of the line"}));
	EXPECT_EQ(found_in("@SITE a\nkey\neid\nrloc\nhunter2 x\n"),
	    (Lines{"f:2:4: the line ends, expected a key",
	        "f:3:4: the line ends, expected an address and its mask length",
	        "f:4:5: the line ends, expected an RLOC",
	        "f:5:1: an unknown word, expected key, eid or rloc"}));
	EXPECT_EQ(found_in("@SITE a\nkey a key-id=256 alg=none\neid 10.0.0.0/33 proxy=1\n"
	                   "eid ::/0 notify-port=0 more=yes\nrloc 192.0.2.1 1\n"),
	    (Lines{"f:2:14: 256 is no key-id, expected 0 to 255",
	        "f:2:22: none is no alg, expected sha1, sha256 or hkdf",
	        "f:3:14: 33 is no mask length, expected 0 to 32",
	        "f:3:23: 1 is no proxy, expected yes or no",
	        "f:4:22: 0 is no notify-port, expected 1 to 65535",
	        "f:4:24: more= is unknown here, expected the end of the line or one of "
	        "more-specifics= proxy= iid= notify-port= deny=",
	        "f:5:16: a word too many, expected the end of the line"}));
}

TEST(MapServerConfig, Subscribers) {
	const auto config = valid("@SUBSCRIBER core # who watches\n"
	                          "key k=1 alg=hkdf key-id=9 nonce=any\n"
	                          "rloc 192.0.2.0/24 notify-port=4342\nrloc 2001:DB8::1\n"
	                          "eid 10.1.0.0/16 iid=5\neid 2001:db8:: 32\n"
	                          "xtr-id 00112233445566778899AABBCCDDEEFF\n"
	                          "@SITE a\nkey k\neid 10.0.0.0/8\n"
	                          "@SUBSCRIBER edge\nkey other\nrloc ::/0\n");
	ASSERT_EQ(config.subscribers.size(), 2U);
	const auto &core = config.subscribers[0];
	EXPECT_EQ(core.name, "core");
	EXPECT_EQ(core.secret, "k=1");
	EXPECT_EQ(core.algorithm, Algorithm::hkdf_hmac_sha256);
	EXPECT_EQ(core.key_id, 9);
	EXPECT_TRUE(core.any_nonce);
	EXPECT_EQ(
	    core.rlocs, (std::vector<SubscriberRlocLine>{{*EidPrefix::parse("192.0.2.0/24"), 4342},
	                    {*EidPrefix::parse("2001:db8::1/128"), std::nullopt}}));
	EXPECT_EQ(core.eids,
	    (std::vector{*EidPrefix::parse("[5]10.1.0.0/16"), *EidPrefix::parse("2001:db8::/32")}));
	ASSERT_EQ(core.xtr_ids.size(), 1U);
	EXPECT_EQ(to_hex(core.xtr_ids[0]), "00112233445566778899aabbccddeeff");
	const auto &edge = config.subscribers[1];
	EXPECT_EQ(edge.algorithm, Algorithm::hmac_sha256);
	EXPECT_FALSE(edge.any_nonce);
	EXPECT_TRUE(edge.eids.empty());
	EXPECT_EQ(print_mapserver_config(valid(print_mapserver_config(config))),
	    print_mapserver_config(config));
}

TEST(MapServerConfig, SubscribersErrors) {
	EXPECT_EQ(found_in("@SUBSCRIBER\n@SUBSCRIBER a\nkey k\nkey l\nrloc 192.0.2.1/33\n"
	                   "xtr-id 0011\neid 10.0.0.0\nhunter2 x\nrloc ::1 port=1\n"),
	    (Lines{"f:1:1: subscriber \"\" has no key, expected one",
	        "f:1:1: subscriber \"\" has no rloc, expected one",
	        "f:1:12: the line ends, expected the subscriber's name",
	        "f:4:5: another key, expected one a subscriber",
	        "f:5:16: 33 is no mask length, expected 0 to 32",
	        "f:6:8: 0011 is no xTR-ID, expected 32 hexadecimal digits",
	        "f:7:13: the line ends, expected a mask length (0 to 32)",
	        "f:8:1: an unknown word, expected key, rloc, eid or xtr-id",
	        "f:9:10: port= is unknown here, expected the end of the line or one of notify-port="}));
	EXPECT_EQ(found_in("@SUBSCRIBER a\n@SUBSCRIBER a\nkey k\nrloc ::/0\n"),
	    (Lines{"f:1:1: subscriber a has no key, expected one",
	        "f:1:1: subscriber a has no rloc, expected one",
	        "f:2:1: subscriber a again, first on line 1, expected it once"}));
}

TEST(MapServerConfig, WhatStandsTwice) {
	EXPECT_EQ(found_in("@SITE a\nkey k\neid 10.0.0.0/8\n@SITE a\nkey k\neid 10.0.0.0 8\n"),
	    (Lines{"f:4:1: site a again, first on line 1, expected it once",
	        "f:6:5: 10.0.0.0/8 again, first on line 3, expected it once"}));
	EXPECT_EQ(found_in("@SITE a\nkey k key-id=1\nkey m key-id=2\nkey l key-id=1\neid ::/0\n"),
	    (Lines{"f:4:5: key-id 1 again, first on line 2, expected it once"}));
	valid("@SITE a\nkey old\nkey new\nkey k key-id=1 alg=sha1\nkey k key-id=1 alg=sha256\neid "
	      "::/0\n");
}

TEST(MapServerConfig, WhatIsOnlyOdd) {
	EXPECT_EQ(
	    found_in("@SITE a\n"), (Lines{"f:1:1: warning: a has no key, so nobody can register it",
	                               "f:1:1: warning: a has no eid, so nothing can be registered"}));
	EXPECT_EQ(found_in("@SITE a\nkey k\neid 10.1.0.0/8\n"),
	    (Lines{"f:3:5: warning: 10.1.0.0 has bits set beyond its mask length of 8, taken as "
	           "10.0.0.0"}));
}

TEST(MapServerConfig, PrintsWhatItReads) {
	const std::string canonical = "@SITE\tparis\n"
	                              "key\ta=b\nkey\tNEW\tkey-id=2\talg=hkdf\n"
	                              "eid\t10.1.0.0/16\tmore-specifics=yes\tproxy=yes\tiid=5"
	                              "\tnotify-port=4342\n"
	                              "rloc\t192.0.2.1\n"
	                              "\n"
	                              "@SITE\trome\nkey\tx\tnonce=any\nkey\ty\tkey-id=0\n"
	                              "eid\t::/0\tdeny=policy\neid\t1::/16\tdeny=auth\n"
	                              "\n"
	                              "@ELSEWHERE\n0.0.0.0/0\t192.0.2.53:4342\n"
	                              "::/0\t[2001:db8::53]:14342\tiid=7\n"
	                              "\n"
	                              "@STATIC\n10.0.0.0/8\taction=natively-forward\n"
	                              "2001:db8::/32\t192.0.2.1\tpriority=1 weight=50\tttl=5\tiid=7\n"
	                              "2001:db8::/32\t2001:db8::1\tpriority=2 weight=0\tttl=5\tiid=7\n";
	EXPECT_EQ(print_mapserver_config(valid(canonical)), canonical);
}

TEST(MapServerConfig, StaticMappings) {
	const auto config = valid("@STATIC\n10.0.0.0/8 192.0.2.1\n10.1.0.0/16 action=auth ttl=1\n"
	                          "10.0.0.0 8 192.0.2.2 weight=0 priority=255 ttl=60\n"
	                          "10.0.0.0/8 192.0.2.3 ttl=50\n");
	ASSERT_EQ(config.statics.size(), 2U);
	EXPECT_EQ(config.statics[0].eid, *EidPrefix::parse("10.0.0.0/8"));
	EXPECT_EQ(config.statics[0].rlocs,
	    (std::vector<StaticRloc>{{*IpAddress::parse("192.0.2.1"), 1, 100},
	        {*IpAddress::parse("192.0.2.2"), 255, 0}, {*IpAddress::parse("192.0.2.3"), 1, 100}}));
	EXPECT_EQ(config.statics[0].ttl, RecordTtl{50});
	EXPECT_EQ(config.statics[0].position, (Position{2, 1}));
	EXPECT_EQ(config.statics[1].action, Action::drop_auth_failure);
	EXPECT_TRUE(config.statics[1].rlocs.empty());
	EXPECT_EQ(config.statics[1].ttl, RecordTtl{1});

	const Lines one_of_them{"f:2:12: a mapping has an RLOC with its priority= and weight=, or "
	                        "action=, expected one of them"};
	EXPECT_EQ(found_in("@STATIC\n10.0.0.0/8 ttl=1\n"), one_of_them);
	EXPECT_EQ(found_in("@STATIC\n10.0.0.0/8 192.0.2.1 action=drop\n"), one_of_them);
	EXPECT_EQ(found_in("@STATIC\n10.0.0.0/8 action=drop weight=1\n"), one_of_them);
	EXPECT_EQ(found_in("@STATIC\n10.0.0.0/8 rloc\n10.0.0.0/8 192.0.2.1 priority=256 ttl=0\n"
	                   "10.1.0.0/16 action=no-action\n"),
	    (Lines{"f:2:12: rloc is no RLOC, expected an IPv4 or IPv6 address",
	        "f:3:31: 256 is no priority, expected 0 to 255",
	        "f:3:39: 0 is no ttl, expected 1 to 4294967294",
	        "f:4:20: no-action is no action, expected natively-forward, send-map-request, drop, "
	        "policy or auth"}));
	EXPECT_EQ(found_in("@ELSEWHERE\n10.0.0.0/8 192.0.2.1\n@STATIC\n10.0.0.0/8 192.0.2.1\n"
	                   "::/0 192.0.2.1\n::/0 192.0.2.1 weight=1\n::/0 action=drop\n"),
	    (Lines{"f:4:1: 10.0.0.0/8 again, first on line 2, expected it once",
	        "f:6:6: 192.0.2.1 again for ::/0, expected it once",
	        "f:7:6: ::/0 again, first on line 5, expected it once"}));
}

TEST(MapServerConfig, TheSampleFileSaysNothingWrong) {
	std::ifstream file{LISP_TEST_DATA "/../etc/mapserver.conf.sample"};
	std::stringstream text;
	text << file.rdbuf();
	EXPECT_FALSE(valid(text.str()).sites.empty());
}

} // namespace
} // namespace lisp
