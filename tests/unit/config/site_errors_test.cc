// lisp.conf(5): what is wrong is told with its place, all of it in one pass.
#include "config/found.h"
#include "config/site_config.h"

namespace lisp {
namespace {

Lines found_in(std::string_view text) {
	Diagnostics found;
	parse_site_config(text, found);
	return lines(found);
}

constexpr std::string_view map_server_options =
    "alg= key-id= key-file= port= notify= proxy= merge= whole-site= withdraw= xtr-id= "
    "site-id=";

TEST(SiteErrors, Sections) {
	EXPECT_EQ(found_in("@NOWHERE\n10.0.0.1 skipped\n"),
	    (Lines{"f:1:1: @NOWHERE is no section, expected @MAPSERVER, @MAPRESOLVER, @EID, @PITR, "
	           "@HYPERVISOR or @XTR"}));
	EXPECT_EQ(found_in("@eid\n").size(), 1U);
	EXPECT_EQ(found_in("@EIDS\n").size(), 1U);
	EXPECT_EQ(found_in("\n  ms key\nms key\n"),
	    (Lines{"f:2:3: a line before any section, expected @MAPSERVER or the like"}));
	EXPECT_EQ(found_in("@MAPSERVER of ours\n"),
	    (Lines{"f:1:12: warning: words after the section's name are ignored"}));
}

TEST(SiteErrors, EidWithoutItsFirstLine) {
	const Lines expected{"f:2:1: @EID without its first line, expected: prefix mask ttl flag"};
	EXPECT_EQ(found_in("\n@EID\n"), expected);
	EXPECT_EQ(found_in("\n@EID # none\n\n@PITR\nms\n"), expected);
}

TEST(SiteErrors, FirstLineOfAnEid) {
	const auto first_line = [](const std::string &line) {
		return found_in("@EID\n" + line + "\n192.0.2.1 1 1 1\n");
	};
	EXPECT_EQ(first_line("10.0.0.300 8 60 1"),
	    (Lines{"f:2:1: 10.0.0.300 is no prefix, expected an IPv4 or IPv6 address and its mask "
	           "length"}));
	EXPECT_EQ(
	    first_line("10.0.0.0 33 60 1"), (Lines{"f:2:10: 33 is no mask length, expected 0 to 32"}));
	EXPECT_EQ(first_line("2001:db8::/129 60 1"),
	    (Lines{"f:2:12: 129 is no mask length, expected 0 to 128"}));
	EXPECT_EQ(
	    first_line("10.0.0.0/ 60 1"), (Lines{"f:2:10: \"\" is no mask length, expected 0 to 32"}));
	EXPECT_EQ(first_line("10.0.0.0 8 4294967296 1"),
	    (Lines{"f:2:12: 4294967296 is no TTL, expected 0 to 4294967295"}));
	EXPECT_EQ(
	    first_line("10.0.0.0 8 1h 1"), (Lines{"f:2:12: 1h is no TTL, expected 0 to 4294967295"}));
	EXPECT_EQ(first_line("10.0.0.0\t8 60 2"), (Lines{"f:2:15: 2 is no flag, expected 0 to 1"}));
	EXPECT_EQ(
	    first_line("10.0.0.0"), (Lines{"f:2:9: the line ends, expected a mask length (0 to 32)"}));
	EXPECT_EQ(first_line("10.0.0.0 8  # more"),
	    (Lines{"f:2:11: the line ends, expected a TTL (0 to 4294967295)"}));
	EXPECT_EQ(
	    first_line("10.0.0.0/8 60"), (Lines{"f:2:14: the line ends, expected a flag (0 to 1)"}));
	EXPECT_EQ(first_line("10.0.0.0/8 60 1 1"),
	    (Lines{
	        "f:2:17: a word too many, expected the end of the line or one of iid= map-version="}));
	EXPECT_EQ(first_line("10.0.0.0/8 60 1 iid=4294967296"),
	    (Lines{"f:2:21: 4294967296 is no iid, expected 0 to 4294967295"}));
	EXPECT_EQ(first_line("10.0.0.0/8 60 1 iid=1 iid=2"),
	    (Lines{"f:2:23: iid= a second time, expected it once"}));
	EXPECT_EQ(first_line("10.0.0.0/8 60 1 map-version=4096"),
	    (Lines{"f:2:29: 4096 is no map-version, expected 0 to 4095"}));
}

TEST(SiteErrors, AllOfOneLine) {
	EXPECT_EQ(found_in("@EID\n10.0.0.0/33 x 2 id=1\n"),
	    (Lines{"f:2:10: 33 is no mask length, expected 0 to 32",
	        "f:2:13: x is no TTL, expected 0 to 4294967295",
	        "f:2:15: 2 is no flag, expected 0 to 1",
	        "f:2:17: id= is unknown here, expected the end of the line or one of iid= "
	        "map-version="}));
	EXPECT_EQ(found_in("@EID\n10.0.0.0/8 1 1\n192.0.2 256 -1 yes mprio=300 mweight= site=\n"),
	    (Lines{"f:3:1: 192.0.2 is no RLOC, expected an IPv4 or IPv6 address",
	        "f:3:9: 256 is no priority, expected 0 to 255",
	        "f:3:13: -1 is no weight, expected 0 to 255",
	        "f:3:16: yes is no local flag, expected 0 to 1",
	        "f:3:26: 300 is no mprio, expected 0 to 255",
	        "f:3:38: \"\" is no mweight, expected 0 to 255",
	        "f:3:44: \"\" is no site, expected a name"}));
}

TEST(SiteErrors, NumbersAreStrict) {
	for (const auto *number :
	    {"+1", "-0", "0x1", "1.", "1e0", "1,", "l", "256", "18446744073709551616", "\xc2\xb9"})
		EXPECT_EQ(
		    found_in("@EID\n10.0.0.0/8 1 1\n192.0.2.1 " + std::string(number) + " 1 1\n").size(),
		    1U)
		    << number;
}

TEST(SiteErrors, Rlocs) {
	const auto rlocs = [](const std::string &rloc_lines) {
		return found_in("@EID\n10.0.0.0/8 1 1\n" + rloc_lines);
	};
	EXPECT_EQ(rlocs("192.0.2.1 1 1 1\n2001:db8::1 1 1 1\n192.0.2.1 2 1 0\n2001:DB8::1 1 1 1\n"),
	    (Lines{"f:5:1: 192.0.2.1 again, first on line 3, expected it once for an EID",
	        "f:6:1: 2001:db8::1 again, first on line 4, expected it once for an EID"}));
	EXPECT_EQ(rlocs("0.0.0.0 1 1 1\n"),
	    (Lines{"f:3:1: 0.0.0.0 is no RLOC, expected an address of a host"}));
	EXPECT_EQ(
	    rlocs("192.0.2.1\n"), (Lines{"f:3:10: the line ends, expected a priority (0 to 255)"}));
	EXPECT_EQ(rlocs("192.0.2.1:4342 1 1 1\n").size(), 1U);
	EXPECT_EQ(rlocs("192.0.2.1 1 1 1 metric=2\n"),
	    (Lines{"f:3:17: metric= is unknown here, expected the end of the line or one of mprio= "
	           "mweight= site="}));
}

TEST(SiteErrors, MoreRlocsThanARecordHolds) {
	std::string text = "@EID\n10.0.0.0/8 1 1\n";
	for (int i = 0; i < 258; ++i)
		text += "192.0." + std::to_string(i / 250) + '.' + std::to_string(i % 250 + 1) + " 1 1 1\n";
	Diagnostics found;
	const auto config = parse_site_config(text, found);
	EXPECT_EQ(lines(found), (Lines{"f:258:1: the 256th RLOC of this EID, expected at most 255"}));
	ASSERT_EQ(config.eids.size(), 1U);
	EXPECT_EQ(config.eids[0].rloc_count, 255);
	EXPECT_EQ(config.rlocs.size(), 255U);
}

TEST(SiteErrors, TheSameEidTwice) {
	const std::string rloc = "192.0.2.1 1 1 1\n";
	EXPECT_EQ(found_in("@EID\n10.0.0.0 8 1 1\n" + rloc + "@EID\n 10.0.0.0/8 1 1\n" + rloc +
	                   "@EID\n10.0.0.0/8 1 1\n" + rloc),
	    (Lines{"f:5:2: 10.0.0.0/8 again, first on line 2, expected it once",
	        "f:8:1: 10.0.0.0/8 again, first on line 2, expected it once"}));
	EXPECT_EQ(found_in("@EID\n2001:db8::/32 1 1 iid=7\n" + rloc +
	                   "@EID\n2001:DB8:0::/32 1 1 iid=7\n" + rloc),
	    (Lines{"f:5:1: [7]2001:db8::/32 again, first on line 2, expected it once"}));
}

TEST(SiteErrors, WhatIsOnlyOdd) {
	EXPECT_EQ(found_in("@EID\n10.1.2.3 24 1 1\n192.0.2.1 1 1 1\n"),
	    (Lines{"f:2:1: warning: 10.1.2.3 has bits set beyond its mask length of 24, taken as "
	           "10.1.2.0"}));
	EXPECT_EQ(found_in("@EID\n10.0.0.0 8 1 1\n"),
	    (Lines{"f:2:1: warning: 10.0.0.0/8 has no RLOCs, so nothing can reach it"}));
	EXPECT_EQ(found_in("@EID\n10.0.0.0 8 1 1\n192.0.2.1 255 1 1\n192.0.2.2 255 1 1\n"),
	    (Lines{
	        "f:2:1: warning: every RLOC of 10.0.0.0/8 has priority 255, so nothing can reach it"}));
	EXPECT_EQ(found_in("@MAPSERVER\nms alg=sha256\n"),
	    (Lines{"f:2:4: warning: this word is taken as the key, though it looks like an option"}));
}

TEST(SiteErrors, AWarningIsNotRepeatedForWhatAnErrorExplains) {
	EXPECT_EQ(found_in("@EID\n10.0.0.0 8 1 1\n192.0.2.1 300 1 1\n").size(), 1U);
	EXPECT_EQ(found_in("@EID\n10.0.0.0 8 1 1\n192.0.2.1 300 1 1\n192.0.2.2 255 1 1\n").size(), 1U);
}

TEST(SiteErrors, HostsOfMapServers) {
	EXPECT_EQ(found_in("@MAPSERVER\n192.0.2.300 KEY\n"),
	    (Lines{"f:2:1: 192.0.2.300 is no host, expected an address or a domain name"}));
	for (const auto *host :
	    {"192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:", "[192.0.2.1]:1", "[::1", "::1]:2", "a..b",
	        ".a", "-a", "a-", "a_b:x", "a/b", "1.2.3", "ms:", "2001:db8::g", "\x1b[31m"})
		EXPECT_EQ(found_in("@MAPSERVER\n" + std::string(host) + " KEY\n").size(), 1U) << host;
	EXPECT_EQ(found_in("@MAPSERVER\nms.example:14342 KEY port=5\n"),
	    (Lines{"f:2:1: a port here and port= too, expected one of the two"}));
	EXPECT_EQ(found_in("@MAPRESOLVER\nmr.example key\n"),
	    (Lines{"f:2:12: a word too many, expected the end of the line"}));
}

TEST(SiteErrors, OptionsOfMapServers) {
	EXPECT_EQ(found_in("@MAPSERVER\nms K alg=none key-id=256 port=0 notify=1 proxy=y merge= "
	                   "whole-site=maybe withdraw=never xtr-id=12 site-id=0x\n"),
	    (Lines{"f:2:10: none is no alg, expected sha1, sha256 or hkdf",
	        "f:2:22: 256 is no key-id, expected 0 to 255",
	        "f:2:31: 0 is no port, expected 1 to 65535",
	        "f:2:40: 1 is no notify, expected yes or no",
	        "f:2:48: y is no proxy, expected yes or no",
	        "f:2:56: \"\" is no merge, expected yes or no",
	        "f:2:68: maybe is no whole-site, expected auto, yes or no",
	        "f:2:83: never is no withdraw, expected no, yes or all",
	        "f:2:96: 12 is no xtr-id, expected 32 hexadecimal digits",
	        "f:2:107: 0x is no site-id, expected up to 16 hexadecimal digits"}));
	EXPECT_EQ(found_in("@MAPSERVER\nms K site-id=10000000000000000 "
	                   "xtr-id=0x00112233445566778899aabbccddeeff0\n")
	              .size(),
	    2U);
	EXPECT_EQ(found_in("@MAPSERVER\nms K algo=sha1\n"),
	    (Lines{"f:2:6: algo= is unknown here, expected the end of the line or one of " +
	           std::string(map_server_options)}));
}

TEST(SiteErrors, KeysAndKeyFiles) {
	EXPECT_EQ(found_in("@MAPSERVER\nms\n"), (Lines{"f:2:3: the line ends, expected a key"}));
	EXPECT_EQ(found_in("@MAPSERVER\nms -\n"),
	    (Lines{"f:2:4: - in place of a key, expected key-file=PATH after it"}));
	EXPECT_EQ(found_in("@MAPSERVER\nms K key-file=a\n"),
	    (Lines{"f:2:4: a key and a key-file=, expected one of the two"}));
	EXPECT_EQ(found_in("@MAPSERVER\nms key-file=\n"),
	    (Lines{"f:2:13: \"\" is no key-file, expected a path"}));
	EXPECT_EQ(
	    found_in("@MAPSERVER\nms K\x01Y\n"), (Lines{"f:2:4: control characters, expected a key"}));
}

TEST(SiteErrors, NoPartOfAKeyIsShown) {
	// A key with blanks, and a line whose host was forgotten.
	for (const auto *text : {"@MAPSERVER\nms hunter2 hunter2 x\n", "@XTR\n192.0.2.1 a hunter2\n",
	         "@HYPERVISOR\n192.0.2.1 hunter2 eid=x\n", "@MAPSERVER\nms hunter2 key-file=a\n"})
		for (const auto &line : found_in(text)) EXPECT_EQ(line.find("hunter2"), line.npos) << line;
}

TEST(SiteErrors, TheSameServerAndKeyIdTwice) {
	EXPECT_EQ(found_in("@MAPSERVER\nMS.example a\nms.example:4342 b\nms.example b port=4343\n"
	                   "ms.example c key-id=1\n"),
	    (Lines{"f:3:1: ms.example with key-id 0 again, first on line 2, expected it once"}));
	EXPECT_EQ(
	    found_in("@XTR\n192.0.2.1 a\n192.0.2.1 b\n@HYPERVISOR\n192.0.2.1 a\n192.0.2.1/32 b\n"),
	    (Lines{"f:3:1: 192.0.2.1/32 with key-id 0 again, first on line 2, expected it once",
	        "f:6:1: 192.0.2.1/32 with key-id 0 again, first on line 5, expected it once"}));
}

TEST(SiteErrors, Peers) {
	EXPECT_EQ(found_in("@XTR\n192.0.2.0/24 k\n").size(), 1U);
	EXPECT_EQ(found_in("@XTR\nxtr.example k\n").size(), 1U);
	EXPECT_EQ(found_in("@HYPERVISOR\n192.0.2.0/33 k\n"),
	    (Lines{"f:2:11: 33 is no mask length, expected 0 to 32"}));
	EXPECT_EQ(found_in("@HYPERVISOR\n192.0.2.1/24 k nonce=clock eid=x alg=none\n"),
	    (Lines{"f:2:1: warning: 192.0.2.1 has bits set beyond its mask length of 24, taken as "
	           "192.0.2.0",
	        "f:2:22: clock is no nonce, expected time or random",
	        "f:2:32: x is no eid, expected a prefix as ADDR/LEN",
	        "f:2:38: none is no alg, expected sha1, sha256 or hkdf"}));
}

TEST(SiteErrors, StandInTheOrderOfTheFile) {
	Diagnostics found;
	parse_site_config("@MAPSERVER\nms a\nms a\n@EID\n10.0.0.0/8 1 1\n192.0.2.1 1 1 1\n"
	                  "@EID\n10.0.0.0/8 1 1\nx 1 1 1\n@EID\n10.0.0.0/9 1 1\n",
	    found);
	EXPECT_EQ(places(found), (Lines{"3:1", "8:1", "9:1", "11:1w"}));
	EXPECT_TRUE(found.has_errors());
}

} // namespace
} // namespace lisp
