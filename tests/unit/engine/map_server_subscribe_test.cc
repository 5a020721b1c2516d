// Subscriptions to mappings: what RFC 9437 sections 5 and 6 ask of a Map-Server.
#include "engine/pubsub_lab.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace lisp {

using namespace map_server_lab;

namespace {

const Locator first = locator("198.51.100.9", 1);
const Locator second = locator("198.51.100.10", 2);

// Their authentication data was computed apart from this code, with Python's hmac.
constexpr auto golden_answer =
    "4000000100000000000010000002002095decb4a4598d47e4159c3dccbab6aa10e17f0c60ff81b751a1b6e0cf3026b"
    "ff000005a00118000000000001cb0071000164ff0000010001c6336409";
constexpr auto golden_acknowledgement =
    "500000010000000000001000000200208061e69dbda809a63494f41feb32ad7ce160bdeb63485207ea8f2328c96f62"
    "88000005a00118000000000001cb0071000164ff0000010001c6336409";
constexpr auto golden_publication =
    "4000000100000000000010010002002024de0291e24291e874a85063ced682d9a5f716e75b59b682363b31f5aa0bf7"
    "f8000005a00118000000000001cb0071000264ff0000010001c633640a";
constexpr auto golden_dismissal =
    "400000010000000000001001000200207351e462c0fe05f7fcb00f0f6de2d5fa55e48e265fb968872c3429731be621"
    "db000000000018a00000000001cb007100";

TEST(Subscribing, TheGoldenRequestGetsASignedMapNotifyAndChangesAfterItsAcknowledgement) {
	PubSubLab lab;
	lab.registers("203.0.113.0/24", {first});
	EXPECT_EQ(to_hex(lab.answer_to(golden("REQ-PUBSUB").octets, subscriber)), golden_answer);
	EXPECT_EQ(lab.to, subscriber);
	EXPECT_EQ(lab.active(), 0U);
	lab.answer_to(*parse_hex(golden_acknowledgement), subscriber);
	EXPECT_EQ(lab.dropped, std::nullopt);
	EXPECT_EQ(lab.active(), 1U);
	EXPECT_EQ(lab.published().size(), 0U);

	lab.registers("203.0.113.0/24", {second});
	const auto published = lab.published();
	ASSERT_EQ(published.size(), 1U);
	EXPECT_EQ(to_hex(published[0]), golden_publication);
	EXPECT_EQ(lab.to, subscriber);
	const auto until_lost = lab.published(60s);
	ASSERT_EQ(until_lost.size(), 7U);
	EXPECT_EQ(to_hex(until_lost[5]), golden_publication);
	EXPECT_EQ(to_hex(until_lost[6]), golden_dismissal);
	EXPECT_EQ(lab.active(), 0U);
	EXPECT_EQ(lab.server.counters().subscribed, 1U);
	EXPECT_EQ(lab.server.counters().publications, 1U);
	EXPECT_EQ(lab.server.counters().subscribers_lost, 1U);
}

TEST(Subscribing, RetransmissionsFollowRfc9301UntilAcknowledged) {
	PubSubLab lab;
	lab.use_ttl = true;
	lab.registers("203.0.113.0/24", {first});
	lab.subscribe({});
	const auto begin = lab.now;
	lab.registers("203.0.113.0/24", {second});
	const auto published = lab.published(53s);
	std::vector<long> seconds;
	for (const auto time : lab.times) seconds.push_back((time - begin) / 1s);
	EXPECT_EQ(seconds, (std::vector<long>{0, 3, 6, 9, 15, 27, 51}));
	EXPECT_EQ(std::set<Octets>(published.begin(), published.end()).size(), 1U);
	EXPECT_EQ(lab.acknowledges(published.back()), std::nullopt);
	EXPECT_EQ(lab.active(), 1U);
	EXPECT_EQ(told(lab.published(600s)), "");
	EXPECT_EQ(lab.server.counters().publications_acknowledged, 1U);
}

TEST(Subscribing, TheFirstMapNotifyIsRepeatedForWhoLostTheAcknowledgement) {
	PubSubLab lab;
	const auto notify = lab.subscribes({});
	EXPECT_EQ(told(notify), "1000: 203.0.113.0/24 ttl 1 act 1");
	EXPECT_EQ(told(lab.published(8s)),
	    "1000: 203.0.113.0/24 ttl 1 act 1; 1000: 203.0.113.0/24 ttl 1 act 1");
	EXPECT_EQ(lab.acknowledges(notify), std::nullopt);
	EXPECT_EQ(lab.active(), 1U);
	EXPECT_EQ(told(lab.published(60s)), "");

	const auto late = lab.subscribes({"10.0.0.0/8", 5});
	EXPECT_EQ(lab.published(20s).size(), 2U);
	EXPECT_EQ(lab.acknowledges(late), MapServerDrop::unknown_nonce);
	EXPECT_EQ(lab.active(), 1U);
}

// Where it does not take the subscription it answers as ever.
TEST(Subscribing, WhoMayNotIsAnsweredLikeAnyOther) {
	PubSubLab lab;
	lab.registers("203.0.113.0/24", {first});
	EXPECT_EQ(told(lab.subscribes({"203.0.113.0/24", 1, "192.0.2.1"})), "no map-notify");
	EXPECT_EQ(lab.dropped, MapServerDrop::subscription_refused);
	EXPECT_EQ(told(lab.subscribes({"192.0.2.0/24", 2})), "no map-notify");
	EXPECT_EQ(lab.dropped, MapServerDrop::subscription_refused);
	EXPECT_EQ(told(lab.subscribes({"203.0.113.0/24", 3, "198.51.100.1", false})), "no map-notify");
	EXPECT_EQ(lab.dropped, std::nullopt);
	EXPECT_EQ(told(lab.subscribes({"203.0.113.0/24", 4, "198.51.100.1", true, std::nullopt})),
	    "no map-notify");
	EXPECT_EQ(lab.dropped, std::nullopt);
	EXPECT_TRUE(lab.server.subscriptions().empty());
	EXPECT_EQ(lab.server.counters().subscription_refused, 2U);

	PubSubLab off{golden_config()};
	EXPECT_EQ(told(off.subscribes({})), "no map-notify");
}

TEST(Subscribing, ASubscriberMayBeToldByItsIdAndLimitedToEids) {
	auto config = pubsub_config();
	config.subscribers[0].xtr_ids.push_back(golden_xtr_id);
	config.subscribers[0].eids = {prefix("10.1.0.0/16")};
	config.subscribers.push_back(subscriber_section("others", "other-key", "198.51.100.1/32"));
	config.subscribers[1].rlocs[0].notify_port = 4342;
	config.subscribers[1].key_id = 7;
	PubSubLab lab{config};
	EXPECT_EQ(told(lab.subscribes({"10.1.2.0/24"})), "1000: 10.0.0.0/8 ttl 1 act 1");
	EXPECT_EQ(lab.to.port, 50006);
	const auto wider = lab.subscribes({"10.0.0.0/8"});
	EXPECT_EQ(told(wider, "other-key"), "1000: 10.0.0.0/8 ttl 1 act 1");
	EXPECT_EQ(lab.to.port, 4342);
	EXPECT_EQ(wider[12], 7);
	Asking stranger{"10.1.2.0/24"};
	stranger.identity->xtr_id[0] = 1;
	EXPECT_EQ(told(lab.subscribes(stranger), "other-key"), "1000: 10.0.0.0/8 ttl 1 act 1");
}

// What is written down changes with the configuration alone, and belongs to no site.
TEST(Subscribing, NothingThatIsStatic) {
	auto config = pubsub_config();
	StaticMapping mapping;
	mapping.eid = prefix("10.1.0.0/16");
	mapping.rlocs.push_back({ip("192.0.2.9")});
	config.statics.push_back(mapping);
	PubSubLab lab{config};
	EXPECT_EQ(told(lab.subscribes({"10.1.2.0/24"})), "no map-notify");
	EXPECT_EQ(lab.dropped, MapServerDrop::subscription_refused);
	// It becomes so while somebody is subscribed.
	PubSubLab later;
	later.registers("10.1.2.0/24", {first});
	later.subscribe({"10.1.2.0/24"});
	later.server.reload(config, later.now);
	EXPECT_EQ(later.active(), 0U);
	EXPECT_EQ(later.server.next_notify(later.now + 1h), nullptr);
	EXPECT_EQ(told(later.subscribes({"10.1.2.0/24", 0x2000, nullptr})), "nothing");
}

// RFC 9437 section 3: a Map-Server that does not answer for an EID hears of no more than its ETR
// registers.
TEST(Subscribing, NothingThatTheEtrAnswersFor) {
	auto config = pubsub_config();
	config.sites[0].eids[0].proxy_reply = false;
	PubSubLab lab{config};
	lab.registers("203.0.113.0/24", {first});
	EXPECT_EQ(lab.subscribes({})[0], 0x80);
	EXPECT_EQ(lab.dropped, MapServerDrop::subscription_refused);
}

TEST(Subscribing, OnlyTheKeyAcknowledges) {
	PubSubLab lab;
	const auto notify = lab.subscribes({});
	EXPECT_EQ(lab.acknowledges(notify, "golden-key-1"), MapServerDrop::bad_authentication);
	auto other = notify;
	other[11] ^= 1;
	EXPECT_EQ(lab.acknowledges(other), MapServerDrop::unknown_nonce);
	EXPECT_EQ(lab.active(), 0U);
	EXPECT_EQ(lab.acknowledges(notify), std::nullopt);

	lab.registers("203.0.113.0/24", {first});
	const auto published = lab.published();
	EXPECT_EQ(lab.acknowledges(published[0], "golden-key-1"), MapServerDrop::bad_authentication);
	EXPECT_EQ(lab.published(3s).size(), 1U);
	EXPECT_EQ(lab.server.counters().publications_acknowledged, 0U);
}

// As RFC 9437 has it: what is not greater is a replay, and dropped.
TEST(Subscribing, NoncesHaveToRise) {
	PubSubLab lab;
	lab.registers("203.0.113.0/24", {first});
	const auto notify = lab.subscribes({});
	lab.acknowledges(notify);
	EXPECT_EQ(lab.acknowledges(notify), MapServerDrop::unknown_nonce);
	lab.registers("203.0.113.0/24", {second});
	lab.acknowledges(lab.published()[0]);
	for (const std::uint64_t old : {0x1U, 0x1000U, 0x1001U}) {
		EXPECT_EQ(told(lab.subscribes({"203.0.113.0/24", old})), "nothing");
		EXPECT_EQ(lab.dropped, MapServerDrop::replayed);
	}
	EXPECT_EQ(
	    told(lab.subscribes({"203.0.113.0/24", 0x1002})), "1002: 203.0.113.0/24 198.51.100.10,2");
	EXPECT_EQ(told(lab.subscribes({"203.0.113.0/24", ~std::uint64_t{0}})), "no map-notify")
	    << "it leaves none to count up to";
}

TEST(Subscribing, WhatHasEndedIsNotBegunAgainByAReplay) {
	PubSubLab lab;
	const auto notify = lab.subscribes({});
	lab.acknowledges(notify);
	const auto end = lab.subscribes({"203.0.113.0/24", 0x2000, nullptr});
	EXPECT_EQ(lab.acknowledges(end), std::nullopt);
	EXPECT_EQ(lab.active(), 0U);
	EXPECT_EQ(told(lab.subscribes({})), "nothing");
	EXPECT_EQ(told(lab.subscribes({"203.0.113.0/24", 0x2000})), "nothing");
	EXPECT_EQ(lab.acknowledges(notify), MapServerDrop::unknown_nonce);
	EXPECT_EQ(told(lab.subscribes({"203.0.113.0/24", 0x2001})), "2001: 203.0.113.0/24 ttl 1 act 1");

	auto config = pubsub_config();
	config.subscribers[0].any_nonce = true;
	PubSubLab any{config};
	any.subscribe({});
	any.acknowledges(any.subscribes({"203.0.113.0/24", 0x2000, nullptr}));
	EXPECT_EQ(told(any.subscribes({})), "1000: 203.0.113.0/24 ttl 1 act 1");
}

// A Map-Request is anybody's: what it asks for counts once the key has acknowledged it.
TEST(Subscribing, AForgedRequestChangesNothing) {
	PubSubLab lab;
	lab.registers("203.0.113.0/24", {first});
	lab.subscribe({});
	EXPECT_NE(told(lab.subscribes({"203.0.113.0/24", 0x9000, "198.51.100.66"})), "nothing");
	EXPECT_NE(told(lab.subscribes({"203.0.113.0/24", 0x9001, nullptr})), "nothing");
	EXPECT_EQ(lab.to, subscriber) << "what would end it is confirmed where it goes";
	lab.published(20s);
	lab.registers("203.0.113.0/24", {second});
	EXPECT_EQ(told(lab.published()), "1001: 203.0.113.0/24 198.51.100.10,2");
	EXPECT_EQ(lab.to, subscriber);
}

// Who sees a request may repeat it from elsewhere.
TEST(Subscribing, ARepeatedRequestMovesNothing) {
	PubSubLab lab;
	const auto notify = lab.subscribes({});
	EXPECT_EQ(lab.subscribes({}), notify);
	const Endpoint another{ip("198.51.100.66"), 50006};
	EXPECT_EQ(told(lab.subscribes({"203.0.113.0/24", 0x1000, "198.51.100.66"})), "nothing");
	EXPECT_EQ(lab.dropped, MapServerDrop::replayed);
	EXPECT_EQ(lab.acknowledges(notify, "sub-key", another), MapServerDrop::bad_authentication);
	EXPECT_EQ(lab.acknowledges(notify), std::nullopt);

	PubSubLab early;
	early.subscribes({"203.0.113.0/24", 0x1000, "198.51.100.66"});
	EXPECT_EQ(told(early.subscribes({})), "nothing");
	EXPECT_EQ(early.acknowledges(notify), MapServerDrop::bad_authentication);
	EXPECT_EQ(early.active(), 0U);
}

TEST(Subscribing, ARenewalTakesTheNewAddress) {
	PubSubLab lab;
	lab.subscribe({});
	const Endpoint moved{ip("198.51.100.2"), 50007};
	const auto notify = lab.subscribes({"203.0.113.0/24", 0x3000, "198.51.100.2"}, moved);
	EXPECT_EQ(lab.to, moved);
	EXPECT_EQ(lab.acknowledges(notify), MapServerDrop::bad_authentication);
	EXPECT_EQ(lab.acknowledges(notify, "sub-key", moved), std::nullopt);
	EXPECT_EQ(lab.active(), 1U);
	EXPECT_EQ(lab.server.counters().renewed, 1U);
	lab.registers("203.0.113.0/24", {first});
	EXPECT_EQ(told(lab.published()), "3001: 203.0.113.0/24 198.51.100.9,1");
	EXPECT_EQ(lab.to, moved);
}

TEST(Subscribing, UnsubscribingNeedsNoNotifyBit) {
	PubSubLab lab;
	lab.registers("203.0.113.0/24", {first});
	lab.subscribe({});
	const auto end = lab.subscribes({"203.0.113.0/24", 0x2000, nullptr, false});
	EXPECT_EQ(told(end), "2000: 203.0.113.0/24 198.51.100.9,1");
	EXPECT_EQ(lab.active(), 1U);
	EXPECT_EQ(lab.acknowledges(end), std::nullopt);
	EXPECT_EQ(lab.active(), 0U);
	EXPECT_EQ(lab.server.counters().unsubscribed, 1U);
	lab.registers("203.0.113.0/24", {second});
	EXPECT_EQ(told(lab.published(100s)), "");
	EXPECT_EQ(told(lab.subscribes({"203.0.113.0/24", 0x3000, nullptr})), "nothing");
	EXPECT_EQ(lab.dropped, MapServerDrop::no_usable_itr_rloc);
}

TEST(Subscribing, Limits) {
	MapServer::Options options;
	options.subscriptions = {3, 2, 4, 2};
	auto config = pubsub_config();
	config.subscribers[0].eids = {prefix("10.0.0.0/8")};
	config.subscribers.push_back(subscriber_section("others", "other-key", "198.51.100.0/24"));
	PubSubLab lab{config, options};
	lab.subscribe({"10.1.0.0/16", 1});
	lab.subscribe({"10.2.0.0/16", 2});
	EXPECT_EQ(told(lab.subscribes({"10.3.0.0/16", 3})), "no map-notify");
	EXPECT_EQ(lab.dropped, MapServerDrop::too_many_subscriptions);
	EXPECT_EQ(told(lab.subscribes({"10.2.0.0/16", 3})), "0003: 10.0.0.0/8 ttl 1 act 1");
	const auto third = lab.subscribes({"203.0.113.0/24", 4});
	EXPECT_EQ(lab.acknowledges(third, "other-key"), std::nullopt);
	Asking another{"203.0.113.0/24", 5};
	another.identity->xtr_id[0] = 1;
	EXPECT_EQ(told(lab.subscribes(another)), "no map-notify");
	EXPECT_EQ(lab.active(), 3U);

	// More changes than there is room for: it is to ask anew for all of it.
	for (const auto *host : {"10.1.0.1/32", "10.1.0.2/32", "10.1.0.3/32"})
		lab.registers(host, {first});
	EXPECT_EQ(told(lab.published()), "0001: 10.1.0.0/16 ttl 0 act 5");
	EXPECT_EQ(lab.active(), 2U);
}

// The oldest goes, so that a flood keeps out who answers slowly, and takes no memory.
TEST(Subscribing, FewRequestsWaitForTheirAcknowledgement) {
	MapServer::Options options;
	options.subscriptions.most_asked = 4;
	PubSubLab lab{pubsub_config(), options};
	std::vector<Octets> answers;
	for (std::uint64_t nonce = 1; nonce <= 100; ++nonce)
		answers.push_back(lab.subscribes({"10.1.0.0/16", nonce}));
	EXPECT_EQ(lab.acknowledges(answers[95]), MapServerDrop::unknown_nonce);
	EXPECT_EQ(lab.acknowledges(answers[96]), std::nullopt);
	EXPECT_EQ(lab.acknowledges(answers[99]), std::nullopt);
	EXPECT_EQ(lab.acknowledges(answers[98]), MapServerDrop::replayed);
	EXPECT_EQ(lab.active(), 1U);
	EXPECT_EQ(lab.published(10s).size(), 2U) << "the answer to 98, twice more";
}

TEST(Subscribing, ARestartForgetsSubscriptionsButNotTheirNonces) {
	PubSubLab before;
	const auto notify = before.subscribes({});
	before.acknowledges(notify);
	const auto log = before.saved;
	ASSERT_FALSE(log.empty());
	MapServerSnapshot snapshot{before.now};
	Octets room(most_saved_octets);
	const auto part = before.server.next_part(snapshot, room);
	const Octets saved(part.begin(), part.end());
	EXPECT_EQ(before.server.next_part(snapshot, room).size(), 0U);

	for (const auto &what : {log, saved}) {
		PubSubLab after;
		EXPECT_TRUE(after.server.restore(what, after.now));
		EXPECT_EQ(after.active(), 0U);
		EXPECT_EQ(told(after.subscribes({})), "nothing");
		EXPECT_EQ(after.dropped, MapServerDrop::replayed);
		after.subscribe({"203.0.113.0/24", 0x1001});
		EXPECT_EQ(after.active(), 1U);

		auto config = pubsub_config();
		config.subscribers[0].secret = "new-key";
		PubSubLab rekeyed{config};
		EXPECT_TRUE(rekeyed.server.restore(what, rekeyed.now));
		EXPECT_NE(told(rekeyed.subscribes({}), "new-key"), "nothing");
	}
}

TEST(Subscribing, AReloadKeepsWhatItAllows) {
	PubSubLab lab;
	lab.registers("203.0.113.0/24", {first});
	lab.registers("10.1.0.0/16", {first});
	lab.subscribe({"203.0.113.0/24", 1});
	lab.subscribe({"10.1.0.0/16", 2});
	auto config = pubsub_config();
	config.subscribers.insert(
	    config.subscribers.begin(), subscriber_section("new", "new-key", "192.0.2.0/24"));
	lab.server.reload(config, lab.now);
	EXPECT_EQ(lab.active(), 2U);
	lab.registers("10.1.0.0/16", {second});
	auto published = lab.published();
	EXPECT_EQ(told(published), "0003: 10.1.0.0/16 198.51.100.10,2");
	EXPECT_EQ(lab.acknowledges(published[0]), std::nullopt);

	config.sites[0].rlocs = {ip("198.51.100.9")};
	lab.server.reload(config, lab.now);
	published = lab.published();
	EXPECT_EQ(told(published), "0004: 10.1.0.0/16 ttl 0 act 0");
	lab.acknowledges(published[0]);

	config.sites[0].eids[0].deny = Action::drop_policy_denied;
	lab.server.reload(config, lab.now);
	EXPECT_EQ(lab.active(), 1U);
	config.subscribers[1].secret = "other-key";
	lab.server.reload(config, lab.now);
	EXPECT_EQ(lab.active(), 0U);
	EXPECT_TRUE(lab.server.subscriptions().empty());
}

// Whatever a Map-Request or an acknowledgement is turned into, only what the key has signed counts.
TEST(Subscribing, MutatedMessagesBeginAndEndNothing) {
	PubSubLab lab;
	lab.use_ttl = true;
	lab.registers("203.0.113.0/24", {first});
	lab.subscribe({"10.1.0.0/16", 0x500});
	const std::vector<Octets> seeds{golden("REQ-PUBSUB").octets, *parse_hex(golden_acknowledgement),
	    lab.subscribes({"203.0.113.0/24", 0x1000})};
	std::minstd_rand random{7};
	for (int i = 0; i < 4000; ++i) {
		auto octets = seeds[random() % seeds.size()];
		for (auto flips = 1 + random() % 4; flips > 0; --flips)
			octets[random() % octets.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
		if (random() % 8 == 0) octets.resize(random() % octets.size());
		if (octets == *parse_hex(golden_acknowledgement)) continue;
		lab.receive(octets, subscriber);
		if (i % 100 == 0) lab.published();
		lab.now += 10ms;
	}
	EXPECT_EQ(lab.active(), 1U);
	EXPECT_EQ(lab.server.counters().unsubscribed, 0U);
	EXPECT_EQ(lab.server.counters().subscribed, 1U);
	lab.published(20s);
	lab.registers("10.1.0.0/16", {second});
	EXPECT_EQ(told(lab.published()), "0501: 10.1.0.0/16 198.51.100.10,2");
}

} // namespace
} // namespace lisp
