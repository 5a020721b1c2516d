// What subscribers are told of, and when: RFC 9437 section 6.
#include "engine/pubsub_lab.h"

#include <gtest/gtest.h>

#include <set>

namespace lisp {

using namespace map_server_lab;

namespace {

const Locator first = locator("198.51.100.9", 1);
const Locator second = locator("198.51.100.10", 2);
const Endpoint other_etr{ip("198.51.100.10"), 50011};

TEST(Publishing, ARefreshIsNoChange) {
	PubSubLab lab;
	lab.registers("203.0.113.0/24", {first});
	lab.subscribe({});
	lab.registers("203.0.113.0/24", {first});
	EXPECT_EQ(told(lab.published()), "");
	lab.registers("203.0.113.0/24", {first}, 60);
	EXPECT_EQ(told(lab.published()), "1001: 203.0.113.0/24 198.51.100.9,1");
}

TEST(Publishing, WhatIsWithdrawnOrExpiresHasNoTtl) {
	PubSubLab lab;
	lab.registers("203.0.113.0/24", {first});
	lab.subscribe({});
	lab.registers("203.0.113.0/24", {}, 0);
	auto published = lab.published();
	EXPECT_EQ(told(published), "1001: 203.0.113.0/24 ttl 0 act 0");
	lab.acknowledges(published[0]);

	lab.registers("203.0.113.0/24", {first});
	published = lab.published();
	EXPECT_EQ(told(published), "1002: 203.0.113.0/24 198.51.100.9,1");
	lab.acknowledges(published[0]);
	EXPECT_EQ(told(lab.published(179s)), "");
	EXPECT_EQ(told(lab.published(2s)), "1003: 203.0.113.0/24 ttl 0 act 0");
}

// A Map-Request may be the first to notice that.
TEST(Publishing, WhatHasExpiredIsToldWhoeverNotices) {
	PubSubLab lab;
	lab.registers("10.1.0.0/16", {first});
	lab.subscribe({"10.1.0.0/16"});
	lab.now += 181s;
	EXPECT_EQ(answer_text(lab.ask("10.1.2.3")), "10.0.0.0/8!1");
	EXPECT_EQ(told(lab.published()), "1001: 10.1.0.0/16 ttl 0 act 0");
}

TEST(Publishing, AnEidThatMovesIsToldAtOnce) {
	PubSubLab lab;
	lab.registers("10.1.2.3/32", {first});
	lab.subscribe({"10.1.2.3/32"});
	lab.registers("10.1.2.3/32", {second}, 1440, other_etr);
	// The old xTR hears of it, too, with the key of the site.
	const auto published = lab.published();
	ASSERT_EQ(published.size(), 2U);
	EXPECT_EQ(told(published[1]), "1001: 10.1.2.3/32 198.51.100.10,2");
}

TEST(Publishing, MergedRegistrationsArePublishedAsOne) {
	PubSubLab lab;
	lab.registers("10.1.2.3/32", {first}, 1440, etr, true);
	lab.subscribe({"10.1.2.3/32"});
	lab.now += 60s;
	lab.registers("10.1.2.3/32", {second}, 1440, other_etr, true);
	const auto published = lab.published();
	ASSERT_EQ(published.size(), 2U);
	EXPECT_EQ(told(published[1]), "1001: 10.1.2.3/32 198.51.100.9,1 198.51.100.10,2");
	lab.acknowledges(published[1]);
	lab.acknowledges(published[0], "golden-key-1");
	// The other of them hears of its end as well, with the key of the site.
	const auto later = lab.published(121s);
	ASSERT_EQ(later.size(), 2U);
	EXPECT_EQ(told(later[1]), "1002: 10.1.2.3/32 198.51.100.10,2");
}

TEST(Publishing, APrefixIsToldOfItsMoreSpecifics) {
	PubSubLab lab;
	lab.registers("10.1.0.0/16", {first});
	lab.subscribe({"10.1.0.0/16"});
	lab.registers("10.1.2.0/24", {second});
	const auto published = lab.published();
	EXPECT_EQ(told(published), "1001: 10.1.2.0/24 198.51.100.10,2");
	lab.acknowledges(published[0]);
	lab.registers("10.2.0.0/16", {second});
	EXPECT_EQ(told(lab.published()), "");
}

TEST(Publishing, AHostIsToldOfTheLongestPrefixThatCoversIt) {
	PubSubLab lab;
	lab.subscribe({"10.1.2.3/32"});
	lab.registers("10.0.0.0/8", {first});
	auto published = lab.published();
	EXPECT_EQ(told(published), "1001: 10.0.0.0/8 198.51.100.9,1");
	lab.acknowledges(published[0]);
	lab.registers("10.1.2.0/24", {second});
	published = lab.published();
	EXPECT_EQ(told(published), "1002: 10.1.2.0/24 198.51.100.10,2");
	lab.acknowledges(published[0]);
	lab.registers("10.0.0.0/8", {second});
	EXPECT_EQ(told(lab.published()), "") << "hidden by the longer one";
	lab.registers("10.1.2.0/24", {}, 0);
	EXPECT_EQ(told(lab.published()), "1003: 10.1.2.0/24 ttl 0 act 0 10.0.0.0/8 198.51.100.10,2");
}

// An xTR refuses the lower of two nonces that overtake each other.
TEST(Publishing, OneMapNotifyIsUnderWayAtATime) {
	PubSubLab lab;
	lab.subscribe({"10.0.0.0/8"});
	lab.registers("10.1.0.0/16", {first});
	const auto published = lab.published();
	EXPECT_EQ(told(published), "1001: 10.1.0.0/16 198.51.100.9,1");
	lab.registers("10.2.0.0/16", {first});
	lab.registers("10.1.0.0/16", {second});
	EXPECT_EQ(told(lab.published(2s)), "");
	EXPECT_EQ(
	    told(lab.published(1s)), "1002: 10.2.0.0/16 198.51.100.9,1 10.1.0.0/16 198.51.100.10,2");
	lab.registers("10.3.0.0/16", {first});
	EXPECT_EQ(lab.acknowledges(published[0]), MapServerDrop::unknown_nonce);
	const auto again = lab.published(3s);
	EXPECT_EQ(lab.acknowledges(again[0]), std::nullopt);
	EXPECT_EQ(told(again), "1003: 10.2.0.0/16 198.51.100.9,1 10.1.0.0/16 198.51.100.10,2 "
	                       "10.3.0.0/16 198.51.100.9,1");
	EXPECT_EQ(told(lab.published(60s)), "");
}

TEST(Publishing, ChangesThatDoNotStopDoNotKeepADeadSubscriber) {
	PubSubLab lab;
	lab.subscribe({"10.0.0.0/8"});
	for (std::uint8_t i = 0; i < 60; ++i) {
		lab.registers("10.1.0.0/16", {locator("198.51.100.9", i)});
		lab.published(1s);
	}
	EXPECT_EQ(lab.active(), 0U);
}

TEST(Publishing, WhatChangesBeforeTheAcknowledgementIsToldAfterIt) {
	PubSubLab lab;
	lab.registers("203.0.113.0/24", {first});
	const auto notify = lab.subscribes({});
	lab.registers("203.0.113.0/24", {second});
	EXPECT_EQ(told(lab.published()), "");
	lab.acknowledges(notify);
	EXPECT_EQ(told(lab.published()), "1001: 203.0.113.0/24 198.51.100.10,2");
}

TEST(Publishing, ASilentSubscriberIsAskedAndForgotten) {
	PubSubLab lab;
	lab.registers("203.0.113.0/24", {first}, 1440);
	lab.subscribe({});
	const auto before = lab.published(899s);
	EXPECT_EQ(told(before), "1001: 203.0.113.0/24 ttl 0 act 0; 1001: 203.0.113.0/24 ttl 0 act 0; "
	                        "1001: 203.0.113.0/24 ttl 0 act 0; 1001: 203.0.113.0/24 ttl 0 act 0; "
	                        "1001: 203.0.113.0/24 ttl 0 act 0; 1001: 203.0.113.0/24 ttl 0 act 0; "
	                        "1001: 203.0.113.0/24 ttl 0 act 0; 1001: 203.0.113.0/24 ttl 0 act 5");
	lab.subscribe({"203.0.113.0/24", 0x2000});
	EXPECT_EQ(told(lab.published(899s)), "");
	const auto check = lab.published(1s);
	EXPECT_EQ(told(check), "2001: 203.0.113.0/24 ttl 1 act 1");
	lab.acknowledges(check[0]);
	EXPECT_EQ(told(lab.published(899s)), "");
	EXPECT_EQ(lab.active(), 1U);
	EXPECT_EQ(lab.published(60s).size(), 8U);
	EXPECT_EQ(lab.active(), 0U);
}

// All that is within a prefix, though one packet does not hold it.
TEST(Publishing, BeginsWithAllThatIsWithinAPrefix) {
	PubSubLab lab;
	for (int i = 0; i < 60; ++i)
		lab.registers(("10.1." + std::to_string(i) + ".0/24").c_str(), {first});
	std::set<std::string> told_of;
	auto notify = lab.subscribes({"10.0.0.0/8"});
	for (int packets = 0; !notify.empty() && packets < 10; ++packets) {
		EXPECT_EQ(lab.acknowledges(notify), std::nullopt);
		const auto decoded = decode(notify, lab.arena);
		for (const auto &record : std::get<MapNotify>(decoded.message).records)
			if (!record.locators.empty())
				told_of.insert(to_string(*eid_prefix(record.eid, record.mask_length)));
		const auto more = lab.published();
		notify = more.empty() ? Octets{} : more[0];
	}
	EXPECT_EQ(told_of.size(), 60U);
	EXPECT_EQ(lab.acknowledges(lab.subscribes({"10.0.0.0/8", 0x2000})), std::nullopt);
	EXPECT_EQ(told(lab.published(60s)), "") << "one that has it knows";
}

TEST(Publishing, ManyChangesGoInPacketsOfTheSizeOfAReply) {
	PubSubLab lab;
	lab.subscribe({"10.0.0.0/8"});
	lab.registers("10.255.0.0/24", {first});
	lab.acknowledges(lab.published()[0]);
	for (int i = 0; i < 60; ++i)
		lab.registers(("10.1." + std::to_string(i) + ".0/24").c_str(), {first});
	std::size_t records = 0;
	for (auto published = lab.published(); !published.empty(); published = lab.published()) {
		ASSERT_EQ(published.size(), 1U);
		EXPECT_LE(published[0].size(), 548U);
		records += published[0][3];
		EXPECT_EQ(lab.acknowledges(published[0]), std::nullopt);
	}
	EXPECT_EQ(records, 60U);
}

// Its answer tells only of the prefix itself.
TEST(Publishing, ARenewalForgetsNoChange) {
	PubSubLab lab;
	lab.subscribe({"10.0.0.0/8"});
	lab.registers("10.1.0.0/16", {first});
	EXPECT_EQ(told(lab.published()), "1001: 10.1.0.0/16 198.51.100.9,1");
	const auto notify = lab.subscribes({"10.0.0.0/8", 0x2000});
	lab.registers("10.2.0.0/16", {first});
	EXPECT_EQ(lab.acknowledges(notify), std::nullopt);
	EXPECT_EQ(told(lab.published()), "2001: 10.2.0.0/16 198.51.100.9,1 10.1.0.0/16 198.51.100.9,1");
}

} // namespace
} // namespace lisp
