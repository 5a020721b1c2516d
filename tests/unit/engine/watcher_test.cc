// What lisp-request --watch sends and takes.
#include "engine/watching_lab.h"

#include <gtest/gtest.h>

namespace lisp {

using namespace map_server_lab;

namespace {

const Locator first = locator("198.51.100.9", 1, false);
const Locator second = locator("198.51.100.10", 2, false);

struct Record {
	const char *eid = "203.0.113.0/24";
	std::vector<Locator> locators = {};
	std::uint32_t ttl = 1440;
	Action action = Action::no_action;
};

Octets notify(std::uint64_t nonce, const std::vector<Record> &all, const char *secret = "sub-key") {
	Arena arena;
	std::vector<MapRecord> records;
	for (const auto &one : all) {
		auto &record = records.emplace_back();
		const auto eid = prefix(one.eid);
		record.eid = eid_address(eid, arena);
		record.mask_length = eid.length;
		record.ttl = RecordTtl{one.ttl};
		record.action = one.action;
		record.locators = one.locators;
	}
	MapNotify message;
	const Octets room(32);
	message.nonce = nonce;
	message.authentication = {0, Algorithm::hmac_sha256, room, std::nullopt};
	message.records = records;
	auto octets = wire(message);
	EXPECT_TRUE(Key{secret}.sign(octets));
	return octets;
}

Octets reply(std::uint64_t nonce) {
	MapReply message;
	message.nonce = nonce;
	return wire(message);
}

TEST(Watcher, TheRequestIsTheGoldenOne) {
	Watching one;
	one.watcher.watch(prefix("203.0.113.0/24"), one.now);
	EXPECT_EQ(one.request(), to_hex(golden("REQ-PUBSUB").octets));
	EXPECT_EQ(one.request(), "none");
}

// The octets that the Map-Server's side is tested with; they are of Python's hmac.
TEST(Watcher, TheAcknowledgementIsTheMapNotifyUnderItsOwnType) {
	Watching one;
	one.watcher.watch(prefix("203.0.113.0/24"), one.now);
	one.request();
	const auto answer = *parse_hex(
	    "4000000100000000000010000002002095decb4a4598d47e4159c3dccbab6aa10e17f0c60ff81b751a1b6e0c"
	    "f3026bff000005a00118000000000001cb0071000164ff0000010001c6336409");
	EXPECT_EQ(one.receive(answer), "mapping 203.0.113.0/24 198.51.100.9,1");
	EXPECT_EQ(to_hex(one.acknowledgement),
	    "500000010000000000001000000200208061e69dbda809a63494f41feb32ad7ce160bdeb63485207ea8f2328"
	    "c96f6288000005a00118000000000001cb0071000164ff0000010001c6336409");
}

class Subscribed : public ::testing::Test, public Watching {
protected:
	void SetUp() override {
		watcher.watch(prefix("203.0.113.0/24"), now);
		request();
		ASSERT_EQ(receive(notify(0x1000, {{"203.0.113.0/24", {first}}})),
		    "mapping 203.0.113.0/24 198.51.100.9,1");
	}
};

TEST_F(Subscribed, PrintsAChangeOnceAndAcknowledgesItEachTime) {
	const auto change = notify(0x1001, {{"203.0.113.0/24", {second}}});
	EXPECT_EQ(receive(change), "change 203.0.113.0/24 198.51.100.10,2");
	EXPECT_EQ(acknowledgement[0], 0x50);
	EXPECT_EQ(receive(change), "");
	EXPECT_EQ(acknowledgement[0], 0x50) << "the first may be lost";
	EXPECT_EQ(receive(notify(0x1002, {{"203.0.113.0/24", {second}}})), "");
	EXPECT_FALSE(acknowledgement.empty());
}

TEST_F(Subscribed, TakesNoReplayAndNoForgery) {
	EXPECT_EQ(receive(notify(0x1005, {{"203.0.113.0/24", {second}}})),
	    "change 203.0.113.0/24 198.51.100.10,2");
	EXPECT_EQ(receive(notify(0x1004, {{"203.0.113.0/24", {first}}})),
	    "nonce not greater than the last: replayed?");
	EXPECT_TRUE(acknowledgement.empty());
	EXPECT_EQ(receive(notify(0x1006, {{"203.0.113.0/24", {first}}}, "other-key")),
	    "authentication failed");
	EXPECT_TRUE(acknowledgement.empty());
	auto forged = notify(0x1006, {{"203.0.113.0/24", {first}}});
	forged.back() ^= 1;
	EXPECT_EQ(receive(forged), "authentication failed");
	EXPECT_EQ(receive(notify(0x1006, {{"192.0.2.0/24", {first}}})), "about another EID");
	EXPECT_EQ(receive(reply(0x1006)), "nonce of no open map-request");
}

TEST_F(Subscribed, TellsAWithdrawalAndWhatTakesItsPlace) {
	EXPECT_EQ(receive(notify(0x1001, {{"203.0.113.0/24", {}, 0}, {"203.0.0.0/16", {second}}})),
	    "withdrawal 203.0.113.0/24; change 203.0.0.0/16 198.51.100.10,2");
	EXPECT_EQ(receive(notify(0x1002, {{"203.0.113.0/24", {}, 0}})), "");
}

TEST_F(Subscribed, WhatHasNoMappingGoesWhereOneComes) {
	EXPECT_EQ(receive(notify(0x1001, {{"203.0.113.0/24", {}, 1, Action::natively_forward}})),
	    "change 203.0.113.0/24");
	EXPECT_EQ(receive(notify(0x1002, {{"203.0.113.128/25", {second}}})),
	    "change 203.0.113.128/25 198.51.100.10,2");
	EXPECT_EQ(receive(notify(0x1003, {{"203.0.113.0/24", {}, 1, Action::natively_forward}})),
	    "change 203.0.113.0/24");
}

TEST_F(Subscribed, RenewsItWithAGreaterNonce) {
	EXPECT_EQ(receive(notify(0x1001, {{"203.0.113.0/24", {second}}})).substr(0, 6), "change");
	now += 59s;
	EXPECT_EQ(request(), "none");
	now += 1s;
	EXPECT_EQ(request(0x500).substr(8, 16), "0000000000001002");
	EXPECT_EQ(receive(notify(0x1002, {{"203.0.113.0/24", {first}}})),
	    "change 203.0.113.0/24 198.51.100.9,1");
}

TEST_F(Subscribed, AsksOnWhereNobodyRenewsIt) {
	now += 60s;
	for (int i = 0; i < 3; ++i, now += 2s) EXPECT_NE(request(), "none");
	EXPECT_EQ(request(), "none");
	EXPECT_EQ(trouble(), "not renewed");
	EXPECT_EQ(trouble(), "none");
	now += 30s;
	for (int i = 0; i < 3; ++i, now += 2s) EXPECT_NE(request(), "none");
	EXPECT_EQ(trouble(), "none") << "it has been told";
	now += 30s;
	request(0x7777);
	EXPECT_EQ(receive(notify(0x7777, {{"203.0.113.0/24", {first}}})), "");
	EXPECT_EQ(*watcher.deadline(), now + 60s);
}

TEST_F(Subscribed, AsksAnewWhenItHasBeenForgotten) {
	now += 20s;
	EXPECT_EQ(receive(notify(0x1001, {{"203.0.113.0/24", {}, 0, Action::drop_auth_failure}})), "");
	EXPECT_TRUE(acknowledgement.empty());
	EXPECT_NE(request(0x2000), "none");
	EXPECT_EQ(receive(notify(0x2000, {{"203.0.113.0/24", {second}}})),
	    "change 203.0.113.0/24 198.51.100.10,2");
}

// As where the Map-Server has been restarted meanwhile.
TEST_F(Subscribed, WhatARenewalDoesNotSayAnyMoreIsWithdrawn) {
	now += 60s;
	request(0x2000);
	EXPECT_EQ(receive(notify(0x2000, {{"203.0.0.0/16", {second}}})),
	    "change 203.0.0.0/16 198.51.100.10,2; withdrawal 203.0.113.0/24");
	now += 60s;
	request(0x3000);
	EXPECT_EQ(receive(notify(0x3000, {{"203.0.0.0/16", {second}}})), "");
}

TEST_F(Subscribed, EndsItWithAnItrRlocOfNoFamily) {
	watcher.end(now);
	// AFI 0 for the source EID, and for the only ITR-RLOC.
	EXPECT_EQ(request(0x3000), "1010000100000000000030000000000080180001cb0071000011223344556677"
	                           "8899aabbccddeeff0000000000000042");
	EXPECT_EQ(receive(notify(0x3000, {{"203.0.113.0/24", {second}}})), "");
	EXPECT_FALSE(acknowledgement.empty());
	EXPECT_EQ(watcher.deadline(), std::nullopt);
}

TEST_F(Subscribed, TellsWhenNobodyConfirmsTheEnd) {
	watcher.end(now);
	for (int i = 0; i < 3; ++i, now += 2s) EXPECT_NE(request(), "none");
	EXPECT_EQ(trouble(), "not ended");
	EXPECT_EQ(watcher.deadline(), std::nullopt);
}

TEST(Watcher, SaysWhenItIsRefusedOrNotAnswered) {
	Watching one;
	one.watcher.watch(prefix("203.0.113.0/24"), one.now);
	one.request();
	EXPECT_EQ(one.receive(reply(0x1000)), "");
	EXPECT_EQ(one.trouble(), "refused");
	EXPECT_EQ(one.watcher.deadline(), std::nullopt);

	one.watcher.watch(prefix("203.0.113.0/24"), one.now);
	for (int i = 0; i < 3; ++i, one.now += 2s) EXPECT_NE(one.request(), "none");
	EXPECT_EQ(one.trouble(), "no answer");
	EXPECT_EQ(one.watcher.deadline(), std::nullopt);
	one.watcher.watch(prefix("203.0.113.0/24"), one.now);
	one.watcher.end(one.now);
	EXPECT_EQ(one.watcher.deadline(), std::nullopt) << "it has not begun";
}

TEST(Watcher, TakesTheKeyOfTheMessagesKeyId) {
	auto with = options("wrong");
	with.keys[0].key_id = 0;
	with.keys.push_back({std::uint8_t{1}, Key{"sub-key"}});
	Watching one{std::move(with)};
	one.watcher.watch(prefix("203.0.113.0/24"), one.now);
	one.request();
	EXPECT_EQ(one.receive(notify(0x1000, {{"203.0.113.0/24", {first}}})), "authentication failed");
	auto right = options();
	right.keys[0].key_id = 0;
	Watching other{std::move(right)};
	other.watcher.watch(prefix("203.0.113.0/24"), other.now);
	other.request();
	EXPECT_NE(
	    other.receive(notify(0x1000, {{"203.0.113.0/24", {first}}})), "authentication failed");
}

TEST(Watcher, TellsSeveralApartByNonceAndEid) {
	Watching one;
	one.watcher.watch(prefix("10.0.0.0/8"), one.now);
	one.watcher.watch(prefix("10.1.0.0/16"), one.now);
	one.request(0x1000);
	one.request(0x2000);
	one.receive(notify(0x1000, {{"10.0.0.0/8", {first}}}));
	one.receive(notify(0x2000, {{"10.1.0.0/16", {first}}}));
	EXPECT_EQ(one.receive(notify(0x1001, {{"10.1.0.0/16", {second}}})),
	    "change 10.1.0.0/16 198.51.100.10,2");
	EXPECT_EQ(one.receive(notify(0x2001, {{"10.1.0.0/16", {second}}})),
	    "change 10.1.0.0/16 198.51.100.10,2");
}

TEST(Watcher, FewAreAskedForAtATime) {
	Watching one;
	for (unsigned i = 0; i < 40; ++i)
		one.watcher.watch(EidPrefix::host(IpAddress::v4(0x0a010000 + i)), one.now);
	for (std::uint64_t i = 0; i < 16; ++i) EXPECT_NE(one.request(0x1000 + i), "none");
	EXPECT_EQ(one.request(), "none");
	EXPECT_EQ(*one.watcher.deadline(), one.now + 2s);
	EXPECT_EQ(one.receive(notify(0x1000, {{"10.1.0.0/32", {first}}})),
	    "mapping 10.1.0.0/32 198.51.100.9,1");
	EXPECT_LE(*one.watcher.deadline(), one.now);
	EXPECT_NE(one.request(0x2000), "none");
	EXPECT_EQ(one.request(), "none");
	one.watcher.end(one.now);
	EXPECT_NE(one.request(0x3000), "none");
	EXPECT_EQ(one.request(), "none") << "only one has begun";
	EXPECT_EQ(one.receive(notify(0x3000, {{"10.1.0.0/32", {first}}})), "");
	EXPECT_EQ(one.watcher.deadline(), std::nullopt);
}

} // namespace
} // namespace lisp
