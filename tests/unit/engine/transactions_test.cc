#include "engine/traffic.h"
#include "engine/transactions.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace lisp {
namespace {

using enum TransactionKind;
using enum TransactionResult;

class TransactionsTest : public testing::Test {
protected:
	std::vector<Transaction> take(const Dissection &found) { return take(transactions, found); }
	static std::vector<Transaction> take(Transactions &engine, const Dissection &found) {
		const auto ended = engine.take(found).ended;
		return {ended.begin(), ended.end()};
	}
	std::vector<Transaction> finish() {
		const auto ended = transactions.finish();
		return {ended.begin(), ended.end()};
	}

	Traffic traffic;
	Transactions transactions{{}, 7};
};

TEST_F(TransactionsTest, AMapReplyAnswersTheMapRequestWithItsNonce) {
	EXPECT_TRUE(take(traffic.request(5, itr, resolver, noon)).empty());
	const auto ended = take(traffic.reply(5, etr, itr, noon + 3 * millisecond));
	ASSERT_EQ(ended.size(), 1U);
	EXPECT_EQ(ended[0].kind, map_request);
	EXPECT_EQ(ended[0].result, answered);
	EXPECT_EQ(ended[0].nonce, 5U);
	EXPECT_EQ(ended[0].from->address, itr);
	EXPECT_EQ(ended[0].to->address, resolver);
	EXPECT_EQ(ended[0].answered_by->address, etr);
	EXPECT_EQ(ended[0].eid, EidPrefix::parse("10.1.0.0/16"));
	EXPECT_EQ(ended[0].attempts, 1U);
	EXPECT_EQ(round_trip_time(ended[0]), 3 * millisecond);
	EXPECT_TRUE(finish().empty());
}

TEST_F(TransactionsTest, ANegativeMapReplyIsANegativeAnswer) {
	take(traffic.request(5, itr, resolver, noon));
	const auto ended = take(traffic.reply(5, server, itr, noon, "10.0.0.0/8", true));
	ASSERT_EQ(ended.size(), 1U);
	EXPECT_EQ(ended[0].result, negative);
}

TEST_F(TransactionsTest, TimeCountsFromTheLatestAttemptAndFromTheFirst) {
	take(traffic.request(5, itr, resolver, noon));
	take(traffic.request(5, itr, resolver, noon + 2 * second));
	const auto ended = take(traffic.reply(5, etr, itr, noon + 2 * second + millisecond));
	ASSERT_EQ(ended.size(), 1U);
	EXPECT_EQ(ended[0].attempts, 2U);
	EXPECT_EQ(round_trip_time(ended[0]), millisecond);
	EXPECT_EQ(total_time(ended[0]), 2 * second + millisecond);
}

TEST_F(TransactionsTest, CopiesOnTheWayThroughTheMappingSystemAreOneTransaction) {
	const auto inner = traffic.request(5, itr, ip("10.1.0.1"), noon);
	take(traffic.encapsulated(inner, itr, resolver, noon));
	take(traffic.encapsulated(inner, resolver, server, noon + millisecond));
	take(traffic.encapsulated(inner, server, etr, noon + 2 * millisecond));
	const auto ended = take(traffic.reply(5, etr, itr, noon + 3 * millisecond));
	ASSERT_EQ(ended.size(), 1U);
	EXPECT_EQ(ended[0].attempts, 1U);
	EXPECT_EQ(ended[0].forwarded, 2U);
	EXPECT_EQ(ended[0].from->address, itr);
	EXPECT_EQ(round_trip_time(ended[0]), 3 * millisecond);
	take(traffic.encapsulated(inner, server, etr, noon + 4 * millisecond));
	EXPECT_EQ(transactions.counters().late_copies, 1U);
	EXPECT_TRUE(finish().empty());
}

TEST_F(TransactionsTest, MessagesInDataPacketsAnswerEachOther) {
	const auto asked = traffic.request(5, ip("10.9.0.1"), ip("10.2.0.1"), noon);
	const auto told = traffic.reply(5, ip("10.2.0.1"), ip("10.9.0.1"), noon);
	take(traffic.carried(asked, itr, etr, noon));
	const auto ended = take(traffic.carried(told, etr, itr, noon + millisecond));
	ASSERT_EQ(ended.size(), 1U);
	EXPECT_EQ(ended[0].result, answered);
	EXPECT_EQ(ended[0].from->address, itr);
	EXPECT_EQ(ended[0].answered_by->address, etr);
	EXPECT_EQ(round_trip_time(ended[0]), millisecond);
}

TEST_F(TransactionsTest, OneRequestBeforeAndInADataPacketIsOneTransaction) {
	const auto asked = traffic.request(5, ip("10.9.0.1"), resolver, noon);
	take(asked);
	take(traffic.carried(asked, itr, etr, noon + millisecond));
	const auto ended = take(traffic.reply(5, resolver, ip("10.9.0.1"), noon + 2 * millisecond));
	ASSERT_EQ(ended.size(), 1U);
	EXPECT_EQ(ended[0].forwarded, 1U);
	EXPECT_TRUE(finish().empty());
}

TEST_F(TransactionsTest, OneNonceOfTwoAskersIsTwoTransactions) {
	take(traffic.request(0, itr, resolver, noon, "10.1.0.0/16"));
	take(traffic.request(0, other_itr, resolver, noon, "10.2.0.0/16"));
	const auto second_first = take(traffic.reply(0, etr, other_itr, noon, "10.2.0.0/16"));
	ASSERT_EQ(second_first.size(), 1U);
	EXPECT_EQ(second_first[0].from->address, other_itr);
	const auto then_the_first = take(traffic.reply(0, etr, itr, noon, "10.1.0.0/16"));
	ASSERT_EQ(then_the_first.size(), 1U);
	EXPECT_EQ(then_the_first[0].from->address, itr);
}

TEST_F(TransactionsTest, AnAnswerToSomebodyElseAboutSomethingElseIsNone) {
	take(traffic.request(5, itr, resolver, noon, "10.1.0.0/16"));
	const auto ended = take(traffic.reply(5, etr, other_itr, noon, "10.2.0.0/16"));
	ASSERT_EQ(ended.size(), 1U);
	EXPECT_EQ(ended[0].result, unasked);
	const auto rest = finish();
	ASSERT_EQ(rest.size(), 1U);
	EXPECT_EQ(rest[0].result, unanswered);
}

TEST_F(TransactionsTest, AnAnswerGoesToAnyItrRloc) {
	auto asked = traffic.map_request(5, itr);
	const Address rlocs[] = {itr, other_itr, ip("2001:db8::1")};
	asked.itr_rlocs = List<Address>{rlocs};
	take(traffic.message(asked, "map-request", itr, resolver, noon));
	const auto ended = take(traffic.reply(5, etr, ip("2001:db8::1"), noon, "10.200.0.0/16"));
	ASSERT_EQ(ended.size(), 1U);
	EXPECT_EQ(ended[0].result, answered);
}

TEST_F(TransactionsTest, MoreAnswersAreRepeatedOnes) {
	take(traffic.request(5, itr, resolver, noon));
	EXPECT_EQ(take(traffic.reply(5, etr, itr, noon)).size(), 1U);
	EXPECT_TRUE(take(traffic.reply(5, etr, itr, noon + millisecond)).empty());
	EXPECT_EQ(transactions.counters().repeated_answers, 1U);
}

TEST_F(TransactionsTest, AskingAgainAfterTheAnswerIsANewTransaction) {
	for (std::uint64_t i = 0; i < 3; ++i) {
		take(traffic.request(5, itr, resolver, noon + i * second));
		const auto ended = take(traffic.reply(5, etr, itr, noon + i * second + millisecond));
		ASSERT_EQ(ended.size(), 1U);
		EXPECT_EQ(ended[0].attempts, 1U);
	}
}

TEST_F(TransactionsTest, WhatWantsNoAnswerIsNoTransaction) {
	take(traffic.solicit(itr, noon));
	auto no_reply = traffic.map_request(6, itr);
	no_reply.dont_map_reply = true;
	take(traffic.message(no_reply, "map-request", itr, etr, noon));
	EXPECT_TRUE(finish().empty());
}

TEST_F(TransactionsTest, LostAnswersShowAfterAMinuteInTheOrderOfTheRequests) {
	take(traffic.request(1, itr, resolver, noon));
	take(traffic.request(2, itr, resolver, noon + second));
	take(traffic.request(1, itr, resolver, noon + 30 * second));
	EXPECT_TRUE(take(traffic.request(3, itr, resolver, noon + 60 * second)).empty());
	const auto ended = take(traffic.request(4, itr, resolver, noon + 62 * second));
	ASSERT_EQ(ended.size(), 2U);
	EXPECT_EQ(ended[0].nonce, 1U);
	EXPECT_EQ(ended[0].attempts, 2U);
	EXPECT_EQ(ended[1].nonce, 2U);
	EXPECT_EQ(ended[1].result, unanswered);
	const auto late = take(traffic.reply(1, etr, itr, noon + 63 * second));
	ASSERT_EQ(late.size(), 1U);
	EXPECT_EQ(late[0].result, unasked);
}

TEST_F(TransactionsTest, ARequestCapturedAfterItsAnswerIsUnanswered) {
	const auto early = take(traffic.reply(5, etr, itr, noon));
	ASSERT_EQ(early.size(), 1U);
	EXPECT_EQ(early[0].result, unasked);
	EXPECT_EQ(early[0].answered_by->address, etr);
	take(traffic.request(5, itr, resolver, noon - millisecond));
	EXPECT_EQ(finish().size(), 1U);
}

TEST_F(TransactionsTest, TimesOutOfOrderGiveNoRoundTripTime) {
	take(traffic.request(5, itr, resolver, noon));
	const auto ended = take(traffic.reply(5, etr, itr, noon - millisecond));
	ASSERT_EQ(ended.size(), 1U);
	EXPECT_EQ(ended[0].result, answered);
	EXPECT_EQ(round_trip_time(ended[0]), std::nullopt);
}

TEST_F(TransactionsTest, ACaptureOfAnEarlierDayPairsAsWell) {
	take(traffic.request(1, itr, resolver, noon));
	const auto yesterday = noon - 86400 * second;
	EXPECT_TRUE(take(traffic.request(2, itr, resolver, yesterday)).empty());
	const auto ended = take(traffic.reply(2, etr, itr, yesterday + millisecond));
	ASSERT_EQ(ended.size(), 1U);
	EXPECT_EQ(round_trip_time(ended[0]), millisecond);
	const auto expired = take(traffic.request(3, itr, resolver, yesterday + 70 * second));
	ASSERT_EQ(expired.size(), 1U);
	EXPECT_EQ(expired[0].nonce, 1U);
}

TEST_F(TransactionsTest, DaysOfTrafficLeaveNothingBehind) {
	std::size_t lost = 0;
	for (std::uint64_t i = 0; i < 5 * 1440; ++i) {
		const auto now = noon + i * 61 * second;
		for (const auto &ended : take(traffic.request(i, itr, resolver, now)))
			lost += ended.result == unanswered;
		if (i % 3 == 0) continue;
		const auto ended = take(traffic.reply(i, etr, itr, now + millisecond));
		ASSERT_EQ(ended.size(), 1U);
		EXPECT_EQ(ended[0].result, answered);
	}
	EXPECT_EQ(lost + finish().size(), 5 * 1440 / 3);
}

TEST_F(TransactionsTest, WithoutTimesNothingIsLate) {
	for (std::uint64_t i = 0; i < 1000; ++i) {
		auto request = traffic.request(i, itr, resolver, 0);
		request.captured.time.reset();
		EXPECT_TRUE(take(request).empty());
	}
	EXPECT_EQ(finish().size(), 1000U);
}

TEST_F(TransactionsTest, AMapNotifyAnswersAMapRegister) {
	const auto record = traffic.record("10.1.0.0/16", traffic.locators({{etr, 1}}));
	take(traffic.registration(9, etr, server, noon, record));
	const auto ended = take(traffic.notify(9, server, etr, noon + millisecond));
	ASSERT_EQ(ended.size(), 1U);
	EXPECT_EQ(ended[0].kind, map_register);
	EXPECT_EQ(ended[0].result, answered);
	EXPECT_TRUE(take(traffic.notify<MapNotifyAck>(9, etr, server, noon + millisecond)).empty());
	EXPECT_TRUE(finish().empty());
}

TEST_F(TransactionsTest, AMapNotifyThatNobodyAskedForWantsAnAck) {
	take(traffic.notify(9, server, etr, noon));
	take(traffic.notify(9, server, etr, noon + second));
	const auto ended = take(traffic.notify<MapNotifyAck>(9, etr, server, noon + 2 * second));
	ASSERT_EQ(ended.size(), 1U);
	EXPECT_EQ(ended[0].kind, map_notify);
	EXPECT_EQ(ended[0].attempts, 2U);
	take(traffic.notify(10, server, etr, noon));
	const auto rest = finish();
	ASSERT_EQ(rest.size(), 1U);
	EXPECT_EQ(rest[0].kind, map_notify);
	EXPECT_EQ(rest[0].result, unanswered);
}

TEST_F(TransactionsTest, AMapNotifyConfirmsASubscription) {
	take(traffic.request(9, itr, server, noon));
	const auto ended = take(traffic.notify(9, server, itr, noon));
	ASSERT_EQ(ended.size(), 1U);
	EXPECT_EQ(ended[0].kind, map_request);
	EXPECT_TRUE(take(traffic.notify<MapNotifyAck>(9, itr, server, noon)).empty());
}

TEST_F(TransactionsTest, AMapReferralAnswersADdtMapRequest) {
	const auto inner = traffic.request(5, itr, ip("10.1.0.1"), noon);
	take(traffic.encapsulated(inner, itr, resolver, noon));
	take(traffic.encapsulated(inner, resolver, server, noon, true));
	MapReferral referral;
	referral.nonce = 5;
	ReferralRecord record;
	record.action = ReferralAction::delegation_hole;
	record.eid = ip("10.0.0.0");
	record.mask_length = 8;
	referral.records = traffic.one(record);
	const auto ended =
	    take(traffic.message(referral, "map-referral", server, resolver, noon + millisecond));
	ASSERT_EQ(ended.size(), 1U);
	EXPECT_EQ(ended[0].kind, ddt_map_request);
	EXPECT_EQ(ended[0].result, negative);
	const auto rest = finish();
	ASSERT_EQ(rest.size(), 1U);
	EXPECT_EQ(rest[0].kind, map_request);
}

TEST_F(TransactionsTest, ProbesInfosAndChangesOfPriorityHaveTheirAnswers) {
	auto asked = traffic.map_request(1, itr);
	asked.probe = true;
	take(traffic.message(asked, "map-request", itr, etr, noon));
	Info info;
	info.nonce = 1;
	take(traffic.message(info, "info-request", itr, server, noon));
	ChangePriority change;
	change.nonce = 1;
	take(traffic.message(change, "change-priority", itr, etr, noon));

	change.acknowledgement = true;
	change.failed = true;
	const auto acknowledged = take(traffic.message(change, "change-priority", etr, itr, noon));
	ASSERT_EQ(acknowledged.size(), 1U);
	EXPECT_EQ(acknowledged[0].kind, change_priority);
	EXPECT_EQ(acknowledged[0].result, negative);
	info.reply = true;
	const auto informed = take(traffic.message(info, "info-reply", server, itr, noon));
	ASSERT_EQ(informed.size(), 1U);
	EXPECT_EQ(informed[0].kind, info_request);
	auto found = traffic.reply(1, etr, itr, noon);
	std::get<MapReply>(found.message).probe = true;
	const auto probed = take(found);
	ASSERT_EQ(probed.size(), 1U);
	EXPECT_EQ(probed[0].kind, probe);
	EXPECT_TRUE(finish().empty());
}

TEST_F(TransactionsTest, WhereThereIsNoRoomTheOldestIsGivenUp) {
	Transactions few{{.remembered = 3}, 7};
	for (std::uint64_t i = 1; i <= 3; ++i)
		EXPECT_TRUE(take(few, traffic.request(i, itr, resolver, noon)).empty());
	EXPECT_EQ(take(few, traffic.reply(3, etr, itr, noon)).size(), 1U);
	const auto ended = take(few, traffic.request(4, itr, resolver, noon));
	ASSERT_EQ(ended.size(), 1U);
	EXPECT_EQ(ended[0].nonce, 1U);
	EXPECT_EQ(ended[0].result, unanswered);
	take(few, traffic.request(5, itr, resolver, noon));
	EXPECT_TRUE(take(few, traffic.request(6, itr, resolver, noon)).empty()) << "3 was answered";
	EXPECT_EQ(few.counters().given_up, 2U);
	EXPECT_EQ(few.finish().size(), 3U);
}

TEST_F(TransactionsTest, ManyTransactionsOfOneNonceAreFew) {
	std::size_t ended = 0;
	for (unsigned i = 0; i < 100; ++i)
		ended += take(traffic.request(0, IpAddress::v4(0xc0000200 + i), resolver, noon)).size();
	EXPECT_EQ(ended, 92U);
	EXPECT_EQ(finish().size(), 8U);
}

// Whatever comes: every transaction that was opened ends once, under the place that it was given.
TEST_F(TransactionsTest, AnySequenceOfMessagesEndsEveryTransactionOnce) {
	std::mt19937_64 random{3};
	const auto pick = [&](std::uint64_t below) { return random() % below; };
	Transactions few{{.remembered = 50}, 7};
	std::map<std::uint32_t, std::uint64_t> open; // nonce by place
	const auto check = [&](std::span<const Transaction> ended) {
		for (const auto &transaction : ended) {
			if (transaction.result == unasked) continue;
			const auto at = open.find(transaction.place);
			ASSERT_NE(at, open.end());
			EXPECT_EQ(at->second, transaction.nonce);
			open.erase(at);
		}
	};
	auto now = noon;
	for (int i = 0; i < 100'000; ++i) {
		now += pick(2 * second);
		if (pick(1000) == 0) now -= pick(1'000'000) * second;
		const auto nonce = pick(200);
		const auto from = IpAddress::v4(static_cast<std::uint32_t>(pick(5)));
		const auto to = IpAddress::v4(static_cast<std::uint32_t>(pick(5)));
		const auto *const eid = pick(2) == 0 ? "10.1.0.0/16" : "10.2.0.0/16";
		auto found = traffic.request(nonce, from, to, now, eid);
		if (pick(4) == 0) found = traffic.reply(nonce, from, to, now, eid);
		if (pick(4) == 0) found = traffic.notify(nonce, from, to, now, eid);
		if (pick(4) == 0) found = traffic.notify<MapNotifyAck>(nonce, from, to, now, eid);
		if (pick(4) == 0) found = traffic.encapsulated(found, from, to, now, pick(2) == 0);
		const auto taken = few.take(found);
		check(taken.ended);
		if (taken.opened) {
			ASSERT_LT(*taken.opened, 50U);
			const auto at = open.emplace(*taken.opened, nonce);
			ASSERT_TRUE(at.second);
		}
		if (i % 1000 == 0) traffic.forget();
	}
	check(few.finish());
	EXPECT_TRUE(open.empty());
}

} // namespace
} // namespace lisp
