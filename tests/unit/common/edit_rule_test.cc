#include "common/edit_rule.h"

#include <gtest/gtest.h>

#include <set>

namespace lisp {
namespace {

using enum EditRule::Verdict;

std::string eid(int number) {
	return "@EID\n10.0." + std::to_string(number) + ".0 24 60 1\n192.0.2.1 1 100 1\n";
}

std::string eids(int first, int end) {
	std::string text;
	for (int i = first; i < end; ++i) text += eid(i);
	return text;
}

struct Edit {
	Diagnostics found;
	ConfigSummary summary;
	explicit Edit(const std::string &text) : summary(summarize(parse_site_config(text, found))) {}
};

class Rule : public testing::Test {
protected:
	EditRule::Verdict judge(const std::string &text) {
		const Edit edit{text};
		return rule.judge(edit.summary, edit.found);
	}
	EditRule rule{Edit{eids(0, 4)}.summary};
};

TEST_F(Rule, WhatSaysTheSameIsNothing) {
	EXPECT_EQ(judge(eids(0, 4)), nothing);
	EXPECT_EQ(judge("# a comment\n\n" + eids(0, 4)), nothing);
}

TEST_F(Rule, AnEditIsTakenOnce) {
	EXPECT_EQ(judge(eids(0, 5)), taken);
	EXPECT_EQ(judge(eids(0, 5)), nothing);
	EXPECT_EQ(judge(eids(0, 4)), taken);
}

TEST_F(Rule, ErrorsAreToldOnceAndTheNextGoodEditIsTaken) {
	EXPECT_EQ(judge(eids(0, 4) + "@EID\nhost 24\n"), has_errors);
	EXPECT_EQ(judge(eids(0, 4) + "@EID\nhost 24\n"), nothing);
	EXPECT_EQ(judge("\n" + eids(0, 4) + "@EID\nhost 24\n"), has_errors); // elsewhere now
	EXPECT_EQ(judge(eids(0, 5)), taken);
	EXPECT_EQ(judge(eids(0, 4) + "@EID\nhost 24\n"), has_errors);
	EXPECT_EQ(judge(eids(0, 5)), in_force);
	EXPECT_EQ(judge(eids(0, 5)), nothing);
}

TEST_F(Rule, HalfOfTheEidsMayGoAndNoMore) {
	EXPECT_EQ(judge(eids(0, 1)), drops_eids);
	EXPECT_EQ(judge(eids(0, 1)), nothing);
	EXPECT_EQ(judge(""), drops_eids);
	EXPECT_EQ(judge(eids(2, 4)), taken);
}

TEST_F(Rule, OthersDoNotMakeUpForThoseThatAreGone) {
	EXPECT_EQ(judge(eids(3, 100)), drops_eids);
	EXPECT_EQ(rule.missing_from(Edit{eids(3, 100)}.summary), 3U);
	EXPECT_EQ(rule.eids(), 4U);
}

TEST_F(Rule, WhatWasAskedForIsWhatTheNextEditIsComparedWith) {
	rule.take(Edit{eids(0, 1)}.summary);
	EXPECT_EQ(judge(eids(0, 1)), nothing);
	EXPECT_EQ(judge(""), drops_eids);
	rule.take(Edit{""}.summary);
	EXPECT_EQ(judge("@MAPSERVER\n192.0.2.1 key\n"), taken);
}

// Each of them says something else than all others.
template <class Parse> void expect_all_different(Parse parse, const std::set<std::string> &texts) {
	std::set<std::uint64_t> digests;
	for (const auto &text : texts) {
		Diagnostics found;
		EXPECT_TRUE(digests.insert(summarize(parse(text, found)).digest).second) << text;
		EXPECT_FALSE(found.has_errors()) << text << to_string({}, found.all().front());
	}
}

TEST(ConfigSummary, EveryWordOfASiteCounts) {
	const std::string section = "@EID\n10.0.0.0 24 60 1\n";
	const std::string server = "@MAPSERVER\n192.0.2.1 key";
	const std::string hypervisor = "@HYPERVISOR\n192.0.2.0/24 key";
	expect_all_different(
	    parse_site_config, {
	                           "",
	                           section + "192.0.2.1 1 100 1\n",
	                           section + "192.0.2.1 2 100 1\n",
	                           section + "192.0.2.1 1 99 1\n",
	                           section + "192.0.2.1 1 100 0\n",
	                           section + "192.0.2.2 1 100 1\n",
	                           section + "192.0.2.1 1 100 1 mprio=1\n",
	                           section + "192.0.2.1 1 100 1 mweight=1\n",
	                           section + "192.0.2.1 1 100 1 site=a\n",
	                           section + "192.0.2.1 1 100 1 site=b\n",
	                           "@EID\n10.0.1.0 24 60 1\n192.0.2.1 1 100 1\n",
	                           "@EID\n10.0.0.0 25 60 1\n192.0.2.1 1 100 1\n",
	                           "@EID\n10.0.0.0 24 61 1\n192.0.2.1 1 100 1\n",
	                           "@EID\n10.0.0.0 24 60 0\n192.0.2.1 1 100 1\n",
	                           "@EID\n10.0.0.0 24 60 1 iid=7\n192.0.2.1 1 100 1\n",
	                           "@EID\n10.0.0.0 24 60 1 map-version=7\n192.0.2.1 1 100 1\n",
	                           server + "\n",
	                           server + "s\n",
	                           server + " port=4343\n",
	                           server + " key-id=1\n",
	                           server + " alg=sha256\n",
	                           server + " notify=no\n",
	                           server + " proxy=yes\n",
	                           server + " merge=yes\n",
	                           server + " whole-site=yes\n",
	                           server + " whole-site=no\n",
	                           server + " withdraw=yes\n",
	                           server + " withdraw=all\n",
	                           server + " site-id=0\n",
	                           server + " site-id=1\n",
	                           server + " xtr-id=00000000000000000000000000000001\n",
	                           "@MAPSERVER\n192.0.2.2 key\n",
	                           "@MAPRESOLVER\n192.0.2.1\n",
	                           "@PITR\n192.0.2.1\n",
	                           hypervisor + "\n",
	                           hypervisor + "s\n",
	                           hypervisor + " key-id=1\n",
	                           hypervisor + " alg=sha1\n",
	                           hypervisor + " nonce=random\n",
	                           hypervisor + " eid=10.0.0.0/24\n",
	                           "@XTR\n192.0.2.1 key\n",
	                       });
}

// They come from key files.
TEST(ConfigSummary, TheKeyBeforeCounts) {
	Diagnostics found;
	auto site = parse_site_config("@MAPSERVER\n192.0.2.1 key\n@XTR\n192.0.2.1 key\n", found);
	std::set<std::uint64_t> digests{summarize(site).digest};
	site.map_servers[0].previous_secret = "before";
	EXPECT_TRUE(digests.insert(summarize(site).digest).second);
	site.xtrs[0].previous_secret = "before";
	EXPECT_TRUE(digests.insert(summarize(site).digest).second);
}

TEST(ConfigSummary, EveryWordOfAMapServerCounts) {
	const std::string head = "@SITE a\nkey secret";
	const std::string eid = "\neid 10.0.0.0/24";
	expect_all_different(
	    parse_mapserver_config, {
	                                head + eid + "\n",
	                                head + "s" + eid + "\n",
	                                head + " key-id=0" + eid + "\n",
	                                head + " key-id=1" + eid + "\n",
	                                head + " alg=sha1" + eid + "\n",
	                                head + " alg=sha256" + eid + "\n",
	                                head + eid + " more-specifics=yes\n",
	                                head + eid + " proxy=yes\n",
	                                head + eid + " iid=1\n",
	                                head + eid + " notify-port=4342\n",
	                                head + eid + " deny=policy\n",
	                                head + eid + " deny=auth\n",
	                                head + " nonce=any" + eid + "\n",
	                                head + eid + "\n@ELSEWHERE\n10.0.1.0/24 192.0.2.1\n",
	                                head + eid + "\n@ELSEWHERE\n10.0.1.0/25 192.0.2.1\n",
	                                head + eid + "\n@ELSEWHERE\n10.0.1.0/24 192.0.2.2\n",
	                                head + eid + "\n@ELSEWHERE\n10.0.1.0/24 192.0.2.1:4343\n",
	                                head + eid + "\n@ELSEWHERE\n10.0.1.0/24 192.0.2.1 iid=1\n",
	                                head + eid + "\nrloc 192.0.2.1\n",
	                                head + "\neid 10.0.0.0/25\n",
	                                "@SITE b\nkey secret\neid 10.0.0.0/24\n",
	                            });
	Diagnostics found;
	const auto config = parse_mapserver_config(
	    "@SITE a\nkey x\neid 10.0.0.0/24\n@SITE b\nkey x\neid 10.0.1.0/24\n", found);
	EXPECT_EQ(summarize(config).eids.size(), 2U);
}

} // namespace
} // namespace lisp
