#include "config/found.h"
#include "config/key_file.h"

namespace lisp {
namespace {

Lines found_in(std::string_view text) {
	Diagnostics found;
	parse_key_file(text, found);
	return lines(found);
}

TEST(KeyFile, LinesWithSelectors) {
	Diagnostics found;
	const auto keys = parse_key_file("# of the site\n"
	                                 "192.0.2.1\tone\n2001:DB8::/32 two # by EID\n"
	                                 "[7]10.0.0.0/8 three\nkey-id=255 four=4\n* five\n",
	    found);
	EXPECT_EQ(lines(found), Lines{});
	EXPECT_EQ(keys, (std::vector<KeyFileLine>{{*IpAddress::parse("192.0.2.1"), "one"},
	                    {*EidPrefix::parse("2001:db8::/32"), "two"},
	                    {*EidPrefix::parse("[7]10.0.0.0/8"), "three"},
	                    {KeyIdSelector{255}, "four=4"}, {AnySelector{}, "five"}}));
}

TEST(KeyFile, AKeyAlone) {
	for (const auto *text : {"secret", "secret\n", "\n# why\n  secret  \r\n"}) {
		Diagnostics found;
		EXPECT_EQ(
		    parse_key_file(text, found), (std::vector<KeyFileLine>{{AnySelector{}, "secret"}}));
		EXPECT_EQ(lines(found), Lines{});
	}
}

TEST(KeyFile, TwoKeysDuringAChange) {
	Diagnostics found;
	EXPECT_EQ(parse_key_file("new\nold\n", found),
	    (std::vector<KeyFileLine>{{AnySelector{}, "new"}, {AnySelector{}, "old"}}));
	EXPECT_EQ(parse_key_file("key-id=1 new\n* other\nkey-id=1 old\n", found),
	    (std::vector<KeyFileLine>{
	        {KeyIdSelector{1}, "new"}, {AnySelector{}, "other"}, {KeyIdSelector{1}, "old"}}));
	EXPECT_EQ(lines(found), Lines{});
}

TEST(KeyFile, TheClosestLineIsUsed) {
	Diagnostics found;
	const auto keys = parse_key_file("* any\nkey-id=7 by-id\n10.0.0.0/8 of-eids\n"
	                                 "198.51.100.0/24 of-site\n10.1.0.1 of-eid\n"
	                                 "10.1.0.0/16 of-fewer\n198.51.100.9 of-xtr\n"
	                                 "198.51.100.9 before\n",
	    found);
	ASSERT_EQ(lines(found), Lines{});
	const auto key = [&](const char *peer, unsigned key_id, const char *eid) {
		return closest_key(keys, IpAddress::parse(peer), key_id, EidPrefix::parse(eid))->secret;
	};
	EXPECT_EQ(key("203.0.113.1", 0, "192.0.2.6"), "any");
	EXPECT_EQ(key("203.0.113.1", 7, "192.0.2.6"), "by-id");
	EXPECT_EQ(key("203.0.113.1", 7, "10.2.0.1"), "of-eids");
	EXPECT_EQ(key("203.0.113.1", 7, "10.0.0.0/7"), "by-id") << "wider than any prefix";
	EXPECT_EQ(key("203.0.113.1", 7, "10.1.0.2"), "of-fewer");
	EXPECT_EQ(key("198.51.100.8", 7, "10.1.0.2"), "of-site");
	EXPECT_EQ(key("198.51.100.8", 7, "10.1.0.1"), "of-eid");
	EXPECT_EQ(key("198.51.100.9", 7, "10.1.0.1"), "of-xtr") << "the first of two";
	EXPECT_EQ(closest_key({{KeyIdSelector{1}, "x"}}, std::nullopt, 2), nullptr);
	EXPECT_EQ(closest_key({}, std::nullopt, 2), nullptr);
}

TEST(KeyFile, Errors) {
	const std::string no_selector = "no selector, expected *, an address, a prefix as ADDR/LEN, or "
	                                "key-id=N with N from 0 to 255";
	EXPECT_EQ(found_in("my secret\n"), (Lines{"f:1:1: " + no_selector}));
	EXPECT_EQ(found_in("key-id=256 secret\n"), (Lines{"f:1:1: " + no_selector}));
	EXPECT_EQ(found_in("192.0.2.1\n"), (Lines{"f:1:10: the line ends, expected a key"}));
	EXPECT_EQ(found_in("* a b\n"), (Lines{"f:1:5: a word too many, expected the end of the line"}));
	EXPECT_EQ(found_in("* a\nalone\n"),
	    (Lines{"f:2:1: a key without a selector beside lines with one, expected it alone"}));
	EXPECT_EQ(found_in("::1 a\n* b\n0::1 c\n::1 d\n"),
	    (Lines{"f:4:1: ::1 again, as on lines 1 and 3, expected the new key and the one before at "
	           "most"}));
	EXPECT_EQ(found_in("a\nb\nc\n"), (Lines{"f:3:1: * again, as on lines 1 and 2, expected the new "
	                                        "key and the one before at most"}));
}

TEST(KeyFile, NoPartOfAKeyIsShown) {
	for (const auto *text : {"hunter2 hunter2\n", "* x hunter2\n", "hunter2\nhunter2\n"})
		for (const auto &line : found_in(text)) EXPECT_EQ(line.find("hunter2"), line.npos) << line;
}

} // namespace
} // namespace lisp
