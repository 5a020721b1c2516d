#include "common/own_rlocs.h"
#include "engine/site.h"

#include <gtest/gtest.h>

namespace lisp {
namespace {

class OwnRlocsOfASite : public testing::Test {
protected:
	OwnRlocsOfASite() {
		add_eid(site, "10.0.0.0/24", 60,
		    {rloc("192.0.2.2", 1, 1, true), rloc("192.0.2.1", 1, 1, true),
		        rloc("192.0.2.3", 1, 1, false)});
		add_eid(site, "10.0.1.0/24", 60, {rloc("192.0.2.1", 1, 1, true)});
	}
	// What is logged.
	std::string configure() {
		testing::internal::CaptureStderr();
		own.configure(site);
		return testing::internal::GetCapturedStderr();
	}
	std::string look() {
		testing::internal::CaptureStderr();
		own.look();
		return testing::internal::GetCapturedStderr();
	}
	using Addresses = std::vector<IpAddress>;

	const IpAddress one = address("192.0.2.1");
	const IpAddress two = address("192.0.2.2");
	SiteConfig site;
	std::set<IpAddress> host{one, two};
	bool can_tell = true;
	unsigned asked = 0;
	Log log{"test", 0};
	OwnRlocs own{log, [this](const IpAddress &rloc) -> std::optional<bool> {
		             ++asked;
		             if (!can_tell) return std::nullopt;
		             return host.contains(rloc);
	             }};
};

TEST_F(OwnRlocsOfASite, AreLookedAtOnceEachAndNothingIsSaidWhenAllAreThere) {
	EXPECT_EQ(configure(), "");
	EXPECT_EQ(asked, 2U);
	EXPECT_EQ(look(), "");
	EXPECT_EQ(own.lost(), Addresses{});
}

TEST_F(OwnRlocsOfASite, AreLostOnceTheyHaveBeenThereAndThenAreNot) {
	configure();
	host.clear();
	const auto said = look();
	EXPECT_NE(said.find("warning: own RLOC 192.0.2.1: no longer"), said.npos) << said;
	EXPECT_NE(said.find("own RLOC 192.0.2.2: no longer"), said.npos) << said;
	EXPECT_EQ(own.lost(), (Addresses{one, two}));
	EXPECT_EQ(look(), "");
	host.insert(two);
	EXPECT_NE(look().find("own RLOC 192.0.2.2: again an address of this host"), said.npos);
	EXPECT_EQ(own.lost(), Addresses{one});
}

TEST_F(OwnRlocsOfASite, ThatNeverWereThereAreAWarningAndNotLost) {
	host.erase(two);
	const auto said = configure();
	EXPECT_NE(said.find("warning: own RLOC 192.0.2.2: not an address of this host"), said.npos);
	EXPECT_EQ(said.find("192.0.2.1"), said.npos) << said;
	EXPECT_EQ(own.lost(), Addresses{});
	EXPECT_EQ(configure() + look(), ""); // was told
	host.insert(two);
	EXPECT_NE(look().find("192.0.2.2: now an address of this host"), said.npos);
	host.erase(two);
	look();
	EXPECT_EQ(own.lost(), Addresses{two});
}

TEST_F(OwnRlocsOfASite, StayLostWhenTheConfigurationChangesAndWhenItLacksThemForAWhile) {
	configure();
	host.erase(one);
	look();
	++site.rlocs[0].weight;
	configure();
	EXPECT_EQ(own.lost(), Addresses{one});
	auto without = site;
	for (auto &line : without.rlocs) line.local = line.rloc == two;
	std::swap(site, without);
	configure();
	EXPECT_EQ(own.lost(), Addresses{});
	std::swap(site, without);
	configure();
	EXPECT_EQ(own.lost(), Addresses{one});
}

TEST_F(OwnRlocsOfASite, OfSectionsThatChangedAreLookedAtWhenTheyAreNew) {
	host.erase(two);
	configure();
	asked = 0;
	SiteConfig sections;
	add_eid(sections, "10.0.0.0/24", 60,
	    {rloc("192.0.2.1", 1, 1, true), rloc("192.0.2.2", 1, 1, true),
	        rloc("192.0.2.9", 1, 1, true), rloc("192.0.2.10", 1, 1, false)});
	host.insert(address("192.0.2.9"));
	testing::internal::CaptureStderr();
	own.change_eids(sections);
	EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
	EXPECT_EQ(asked, 1U);
	host.clear();
	look();
	EXPECT_EQ(own.lost(), (Addresses{one, address("192.0.2.9")}));
}

TEST_F(OwnRlocsOfASite, StayAsTheyAreWhileTheSystemDoesNotTell) {
	can_tell = false;
	EXPECT_EQ(configure(), "");
	EXPECT_EQ(own.lost(), Addresses{});
	can_tell = true;
	look();
	host.erase(one);
	look();
	can_tell = false;
	EXPECT_EQ(look(), "");
	EXPECT_EQ(own.lost(), Addresses{one});
}

TEST_F(OwnRlocsOfASite, AreNotAllNamedWhenTheyAreMany) {
	site = {};
	for (unsigned i = 0; i < 100; ++i)
		add_eid(site, "10.0.0." + std::to_string(i), 60,
		    {rloc("198.51.100." + std::to_string(i), 1, 1, true)});
	const auto said = configure();
	EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 9) << said;
	EXPECT_NE(said.find("92 more own RLOCs: not an address of this host"), said.npos) << said;
}

} // namespace
} // namespace lisp
