// Edits of lisp.conf: what changes, what does not, and what is refused.
#include "config/found.h"
#include "config/site_editor.h"

namespace lisp {
namespace {

constexpr std::string_view seed = "@MAPSERVER\n"
                                  "\n"
                                  "#ipaddress\t\tkey\n"
                                  "192.0.2.53 \tsecret@work alg=sha256\n"
                                  "\n"
                                  "# @EID is a section\n"
                                  "@EID\n"
                                  "#Eid-Prefix\t\tMask\tTTL\tFlag\n"
                                  "198.51.100.0\t\t25\t60\t1\n"
                                  "#RLOC\t\t\tPriority\tWeight\tLocal\n"
                                  "192.0.2.1\t\t1\t\t100\t1 # the first\n"
                                  "\n"
                                  "192.0.2.2\t\t02\t\t100\t0\tsite=east mprio=7\n"
                                  "\n"
                                  "  @EID\t# in an instance\n"
                                  "2001:db8:e1d::/48 060 1 iid=100\n"
                                  "  192.0.2.1  1  50  1\n"
                                  "# the end";

EidPrefix eid(std::string_view text) {
	return EidPrefix::parse(text).value();
}

IpAddress address(std::string_view text) {
	return IpAddress::parse(text).value();
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
	std::string result{text};
	const auto at = result.find(from);
	EXPECT_NE(at, result.npos) << from;
	return result.replace(at, from.size(), to);
}

class SiteEditor : public testing::Test {
protected:
	std::string edit(std::string_view text, const std::vector<SiteEdit> &edits) {
		Diagnostics found;
		const auto edited = edit_site_text(text, edits, found);
		told_ = lines(found);
		EXPECT_EQ(edited.has_value(), told_.empty());
		if (!edited) return "";
		changed_ = edited->changed;
		return edited->text;
	}
	Lines refusal(std::string_view text, const std::vector<SiteEdit> &edits) {
		EXPECT_EQ(edit(text, edits), "");
		return told_;
	}

	Lines told_;
	std::vector<EidPrefix> changed_;
	const EidPrefix v4_ = eid("198.51.100.0/25");
	const EidPrefix v6_ = eid("[100]2001:db8:e1d::/48");
	const IpAddress first_ = address("192.0.2.1");
	const IpAddress second_ = address("192.0.2.2");
};

TEST_F(SiteEditor, ANumberIsOneWord) {
	EXPECT_EQ(edit(seed, {SetRloc{v4_, first_, RlocField::priority, 255}}),
	    replaced(seed, "192.0.2.1\t\t1\t", "192.0.2.1\t\t255\t"));
	EXPECT_EQ(changed_, std::vector{v4_});
	EXPECT_EQ(edit(seed, {SetRloc{v4_, second_, RlocField::weight, 0}}),
	    replaced(seed, "02\t\t100", "02\t\t0"));
	EXPECT_EQ(edit(seed, {SetRloc{v4_, first_, RlocField::local, 0}}),
	    replaced(seed, "100\t1 #", "100\t0 #"));
	EXPECT_EQ(edit(seed, {SetRloc{v6_, first_, RlocField::priority, 3}}),
	    replaced(seed, "  192.0.2.1  1 ", "  192.0.2.1  3 "));
	EXPECT_EQ(changed_, std::vector{v6_});
}

TEST_F(SiteEditor, WhatIsSoAlreadyStaysAsItIsWritten) {
	EXPECT_EQ(edit(seed, {SetRloc{v4_, second_, RlocField::priority, 2}}), seed);
	EXPECT_EQ(changed_, std::vector<EidPrefix>{});
	EXPECT_EQ(edit(seed, {}), seed);
}

TEST_F(SiteEditor, AnRlocIsALineLikeTheLastOne) {
	EXPECT_EQ(edit(seed, {AddRloc{v4_, address("2001:db8::1"), 3, 4, true, "west"}}),
	    replaced(seed, "mprio=7\n", "mprio=7\n2001:db8::1\t\t3\t\t4\t1\tsite=west\n"));
	EXPECT_EQ(edit(seed, {AddRloc{v6_, second_, 0, 0, false}}),
	    replaced(seed, "  50  1\n", "  50  1\n  192.0.2.2  0  0  0\n"));
	EXPECT_EQ(edit("@EID\n10.0.0.0/8 1 1\n", {AddRloc{eid("10.0.0.0/8"), first_, 1, 2, true}}),
	    "@EID\n10.0.0.0/8 1 1\n192.0.2.1\t1\t2\t1\n");
}

TEST_F(SiteEditor, AHostIsTheSectionOnceMore) {
	EXPECT_EQ(edit(seed, {SplitHost{v4_, address("198.51.100.7")}}),
	    replaced(seed, "mprio=7\n",
	        "mprio=7\n"
	        "\n"
	        "@EID\n"
	        "198.51.100.7\t\t32\t60\t1\n"
	        "192.0.2.1\t\t1\t\t100\t1\n"
	        "192.0.2.2\t\t02\t\t100\t0\tsite=east mprio=7\n"));
	EXPECT_EQ(changed_, std::vector{eid("198.51.100.7")});
	EXPECT_EQ(edit(seed, {SplitHost{v6_, address("2001:db8:e1d::1")}}),
	    replaced(seed, "  50  1\n",
	        "  50  1\n"
	        "\n"
	        "  @EID\n"
	        "2001:db8:e1d::1/128 060 1 iid=100\n"
	        "  192.0.2.1  1  50  1\n"));
}

TEST_F(SiteEditor, ASectionGoesAndTheCommentsAroundItStay) {
	const auto at = seed.find("\n  @EID");
	EXPECT_EQ(edit(seed, {RemoveEid{v6_}}), std::string(seed.substr(0, at)).append("# the end"));
	const auto begin = seed.find("@EID\n");
	EXPECT_EQ(edit(seed, {RemoveEid{v4_}}),
	    std::string(seed.substr(0, begin)) + std::string(seed.substr(at)));
}

TEST_F(SiteEditor, AHostThatGoesAgainLeavesNoTrace) {
	const auto host = address("198.51.100.7");
	const auto split = edit(seed, {SplitHost{v4_, host}});
	EXPECT_EQ(edit(split, {RemoveEid{EidPrefix::host(host)}}), seed);
	EXPECT_EQ(edit(seed, {SplitHost{v4_, host}, RemoveEid{EidPrefix::host(host)}}), seed);
}

TEST_F(SiteEditor, AVirtualMachineMoves) {
	const auto host = address("198.51.100.7");
	const auto prefix = EidPrefix::host(host);
	const auto text = edit(seed, {SplitHost{v4_, host}, AddRloc{prefix, address("203.0.113.1"), 1},
	                                 SetRloc{prefix, first_, RlocField::priority, 255},
	                                 SetRloc{prefix, second_, RlocField::priority, 255}});
	EXPECT_EQ(text, replaced(seed, "mprio=7\n",
	                    "mprio=7\n"
	                    "\n"
	                    "@EID\n"
	                    "198.51.100.7\t\t32\t60\t1\n"
	                    "192.0.2.1\t\t255\t\t100\t1\n"
	                    "192.0.2.2\t\t255\t\t100\t0\tsite=east mprio=7\n"
	                    "203.0.113.1\t\t1\t\t0\t0\n"));
	EXPECT_EQ(changed_, std::vector{prefix});
}

TEST_F(SiteEditor, LineEndsStay) {
	constexpr std::string_view text = "@EID\r\n10.0.0.0/8 1 1\r\n192.0.2.1 1 1 1";
	const auto ten = eid("10.0.0.0/8");
	EXPECT_EQ(edit(text, {SetRloc{ten, first_, RlocField::local, 0}}),
	    "@EID\r\n10.0.0.0/8 1 1\r\n192.0.2.1 1 1 0");
	EXPECT_EQ(edit(text, {AddRloc{ten, second_, 1, 2, true}}),
	    "@EID\r\n10.0.0.0/8 1 1\r\n192.0.2.1 1 1 1\r\n192.0.2.2 1 2 1");
	EXPECT_EQ(edit(text, {SplitHost{ten, address("10.1.1.1")}}),
	    "@EID\r\n10.0.0.0/8 1 1\r\n192.0.2.1 1 1 1\r\n\r\n"
	    "@EID\r\n10.1.1.1/32 1 1\r\n192.0.2.1 1 1 1");
	EXPECT_EQ(edit("@PITR\r\n\r\n \r\n@EID\r\n10.0.0.0/8 1 1\r\n\r\n", {RemoveEid{ten}}),
	    "@PITR\r\n\r\n");
}

TEST_F(SiteEditor, TellsEachEditThatFindsNothing) {
	EXPECT_EQ(
	    refusal(seed, {SetRloc{eid("198.51.100.0/24"), first_, RlocField::priority, 1},
	                      SetRloc{eid("2001:db8:e1d::/48"), first_, RlocField::priority, 1},
	                      SetRloc{v4_, address("192.0.2.3"), RlocField::priority, 1},
	                      SetRloc{v6_, first_, RlocField::local, 2}, AddRloc{v4_, first_},
	                      AddRloc{v4_, address("0.0.0.0")},
	                      AddRloc{v4_, address("192.0.2.3"), 0, 0, false, "a b"},
	                      SplitHost{v4_, address("198.51.100.128")}, RemoveEid{eid("10.0.0.0/8")}}),
	    (Lines{"f: no EID 198.51.100.0/24, expected its section",
	        "f: no EID 2001:db8:e1d::/48, expected its section",
	        "f:7:1: 192.0.2.3 is no RLOC of 198.51.100.0/25",
	        "f:15:3: 2 is no local flag, expected 0 or 1",
	        "f:7:1: 192.0.2.1 is an RLOC of 198.51.100.0/25 already",
	        "f:7:1: 0.0.0.0 is no RLOC, expected an address of a host",
	        "f:7:1: a b is no site, expected a name",
	        "f:7:1: 198.51.100.128 is not in 198.51.100.0/25",
	        "f: no EID 10.0.0.0/8, expected its section"}));
}

TEST_F(SiteEditor, RefusesWhatIsThereAlready) {
	const auto host = address("198.51.100.7");
	EXPECT_EQ(refusal(edit(seed, {SplitHost{v4_, host}}), {SplitHost{v4_, host}}),
	    (Lines{"f:15:1: 198.51.100.7/32 has a section already"}));
	EXPECT_EQ(refusal(seed, {SplitHost{v4_, host}, SplitHost{v4_, host}}),
	    (Lines{"f: 198.51.100.7/32 has a section already"}));
	EXPECT_EQ(
	    refusal("@EID\n10.0.0.0/8 1 1\n@EID\n10.0.0.1/8 1 1\n", {RemoveEid{eid("10.0.0.0/8")}}),
	    (Lines{"f:1:1: 10.0.0.0/8 has another section, expected one"}));
}

TEST_F(SiteEditor, AnEidHas255Rlocs) {
	std::vector<SiteEdit> edits;
	for (std::uint32_t i = 1; i <= 253; ++i) edits.push_back(AddRloc{v4_, IpAddress::v4(i)});
	EXPECT_NE(edit(seed, edits), "");
	edits.push_back(AddRloc{v4_, IpAddress::v4(254)});
	EXPECT_EQ(refusal(seed, edits), (Lines{"f:7:1: 0.0.0.254 would be the 256th RLOC of "
	                                       "198.51.100.0/25, expected at most 255"}));
}

} // namespace
} // namespace lisp
