#include "engine/traffic.h"
#include "engine/traffic_statistics.h"

#include <gtest/gtest.h>

#include <random>

namespace lisp {
namespace {

class TrafficStatisticsTest : public testing::Test {
protected:
	void register_at(std::uint64_t time, std::string_view eid, const IpAddress &rloc,
	    RecordTtl ttl = RecordTtl{1440}, bool use_ttl = false) {
		auto record = traffic.record(eid, traffic.locators({{rloc, 1}}));
		record.ttl = ttl;
		statistics.take(traffic.registration(++nonce, etr, server, time, record, use_ttl));
	}

	Traffic traffic;
	std::uint64_t nonce = 0;
	TrafficLimits limits{.eids = 4, .addresses = 8, .pairs = 2, .top = 3};
	TrafficStatistics statistics{limits, 7};
};

TEST_F(TrafficStatisticsTest, CountsByTypeDirectionAndPair) {
	statistics.take(traffic.request(1, itr, resolver, noon));
	statistics.take(traffic.encapsulated(
	    traffic.request(2, itr, resolver, noon), itr, resolver, noon + second));
	auto reply = traffic.reply(1, etr, itr, noon + 2 * second);
	reply.captured.destination->port = 50000;
	statistics.take(reply);
	const auto report = statistics.finish();
	EXPECT_EQ(report.messages, 3U);
	EXPECT_EQ(report.octets, 300U);
	EXPECT_EQ(report.first_time, noon);
	EXPECT_EQ(report.duration, 2 * second);
	EXPECT_EQ(report.most_in_a_second, 1U);
	ASSERT_EQ(report.types.size(), 3U);
	EXPECT_EQ(report.types[0].type, "map-request");
	EXPECT_EQ(report.types[2].type, "encapsulated-control");
	ASSERT_EQ(report.encapsulated.size(), 1U);
	EXPECT_EQ(report.encapsulated[0].type, "map-request");
	ASSERT_EQ(report.directions.size(), 2U);
	EXPECT_EQ(report.directions[0].direction, "from-control-port");
	EXPECT_EQ(report.directions[1].direction, "between-control-ports");
	ASSERT_EQ(report.pairs.size(), 2U);
	EXPECT_EQ(report.pairs[0].from, itr);
	EXPECT_EQ(report.pairs[0].messages, 2U);
}

TEST_F(TrafficStatisticsTest, MessagesInDataPacketsCountAsEncapsulatedOnes) {
	statistics.take(traffic.carried(traffic.request(1, itr, resolver, noon), other_itr, etr, noon));
	for (int i = 0; i < 2; ++i)
		statistics.take(traffic.carried(traffic.solicit(server, noon), other_itr, etr, noon));
	const auto report = statistics.finish();
	EXPECT_EQ(report.messages, 3U);
	ASSERT_EQ(report.types.size(), 1U);
	EXPECT_EQ(report.types[0].type, "data");
	ASSERT_EQ(report.encapsulated.size(), 1U);
	EXPECT_EQ(report.encapsulated[0].type, "map-request");
	EXPECT_EQ(report.encapsulated[0].messages, 3U);
	EXPECT_EQ(report.eids.requested, 1U);
	ASSERT_EQ(report.pairs.size(), 1U);
	EXPECT_EQ(report.pairs[0].from, other_itr);
	// Not the xTR in whose data packets they are.
	ASSERT_EQ(report.solicits.size(), 1U);
	EXPECT_EQ(report.solicits[0].source, server);
	EXPECT_EQ(report.solicits[0].messages, 2U);
}

TEST_F(TrafficStatisticsTest, RegistrationsAreNewThenRefreshedUntilTheyExpire) {
	register_at(noon, "10.1.0.0/16", etr);
	register_at(noon + 60 * second, "10.1.0.0/16", etr);
	register_at(noon + 120 * second, "10.1.0.0/16", itr);
	register_at(noon + 120 * second, "10.2.0.0/16", itr);
	register_at(noon + 301 * second, "10.1.0.0/16", itr);
	const auto report = statistics.finish();
	EXPECT_EQ(report.registrations.added, 3U);
	EXPECT_EQ(report.registrations.refreshed, 2U);
	EXPECT_EQ(report.registrations.changed, 1U);
	EXPECT_EQ(report.registrations.expired, 2U);
	EXPECT_EQ(report.registrations.removed, 0U);
	EXPECT_EQ(report.eids.registered, 2U);
}

TEST_F(TrafficStatisticsTest, WithTheTBitARegistrationLastsAsLongAsItsTtl) {
	register_at(noon, "10.1.0.0/16", etr, RecordTtl{10}, true);
	register_at(noon + 599 * second, "10.1.0.0/16", etr, RecordTtl{1}, true);
	register_at(noon + 700 * second, "10.2.0.0/16", etr, RecordTtl{0xfffffffe}, true);
	register_at(noon + 86400 * 5 * second, "10.3.0.0/16", etr);
	const auto report = statistics.finish();
	EXPECT_EQ(report.registrations.refreshed, 1U);
	EXPECT_EQ(report.registrations.expired, 1U);
}

TEST_F(TrafficStatisticsTest, ATtlOfZeroRemovesARegistration) {
	register_at(noon, "10.1.0.0/16", etr);
	register_at(noon + second, "10.1.0.0/16", etr, ttl_remove);
	register_at(noon + 2 * second, "10.1.0.0/16", etr, ttl_remove);
	register_at(noon + 3 * second, "10.1.0.0/16", etr);
	const auto report = statistics.finish();
	EXPECT_EQ(report.registrations.removed, 1U);
	EXPECT_EQ(report.registrations.added, 2U);
}

TEST_F(TrafficStatisticsTest, APrefixFlapsThatChangesOftenInAShortTime) {
	for (std::uint64_t i = 0; i < 6; ++i) {
		register_at(noon + i * 30 * second, "10.1.0.0/16", i % 2 == 0 ? etr : itr);
		register_at(noon + i * 30 * second, "10.2.0.0/16", etr);
	}
	for (std::uint64_t i = 0; i < 20; ++i)
		register_at(noon + (200 + i * 100) * second, "10.3.0.0/16", i % 2 == 0 ? etr : itr);
	const auto report = statistics.finish();
	EXPECT_EQ(report.registrations.flapping, 1U);
	ASSERT_EQ(report.flapping.size(), 1U);
	EXPECT_EQ(report.flapping[0].eid, EidPrefix::parse("10.1.0.0/16"));
	EXPECT_EQ(report.flapping[0].changes, 5U);
}

TEST_F(TrafficStatisticsTest, TheOrderOfLocatorsIsNoChange) {
	const auto one_way = traffic.locators({{etr, 1}, {itr, 2}});
	const auto other_way = traffic.locators({{itr, 2}, {etr, 1}});
	const auto changed = traffic.locators({{itr, 1}, {etr, 2}});
	for (const auto &locators : {one_way, other_way, changed})
		statistics.take(traffic.registration(
		    ++nonce, etr, server, noon, traffic.record("10.1.0.0/16", locators)));
	const auto report = statistics.finish();
	EXPECT_EQ(report.registrations.changed, 1U);
	EXPECT_EQ(report.rlocs.ipv4, 2U);
	ASSERT_EQ(report.priorities.size(), 2U);
	EXPECT_EQ(report.priorities[0].priority, 1U);
	EXPECT_EQ(report.priorities[0].locators, 3U);
}

TEST_F(TrafficStatisticsTest, ARegistrationThatDoesNotVerifyIsNone) {
	auto found = traffic.registration(1, etr, server, noon, traffic.record("10.1.0.0/16", {}));
	authentication_of(found.message)->verification = Verification{Verdict::bad};
	statistics.take(found);
	const auto report = statistics.finish();
	EXPECT_EQ(report.registrations.added, 0U);
	ASSERT_EQ(report.verdicts.size(), 1U);
	EXPECT_EQ(report.verdicts[0].verdict, "bad");
}

TEST_F(TrafficStatisticsTest, ProbesWithoutAnAnswerAreLost) {
	for (std::uint64_t i = 0; i < 4; ++i) {
		auto probe = traffic.map_request(i, itr);
		probe.probe = true;
		statistics.take(traffic.message(probe, "map-request", itr, etr, noon + i * second));
		auto found = traffic.reply(i, etr, itr, noon + i * second + millisecond);
		std::get<MapReply>(found.message).probe = true;
		if (i != 2) statistics.take(found);
	}
	const auto report = statistics.finish();
	ASSERT_EQ(report.lossy_rlocs.size(), 1U);
	EXPECT_EQ(report.lossy_rlocs[0].rloc, etr);
	EXPECT_EQ(report.lossy_rlocs[0].sent, 4U);
	EXPECT_EQ(report.lossy_rlocs[0].lost, 1U);
	ASSERT_EQ(report.transactions.size(), 1U);
	EXPECT_EQ(report.transactions[0].transaction, "probe");
	EXPECT_EQ(report.transactions[0].timed, 3U);
	EXPECT_EQ(report.transactions[0].time_max, millisecond);
}

TEST_F(TrafficStatisticsTest, MoreThanTenSmrsInASecondAreAStorm) {
	for (std::uint64_t i = 0; i < 10; ++i) statistics.take(traffic.solicit(etr, noon));
	for (std::uint64_t i = 0; i < 30; ++i)
		statistics.take(traffic.solicit(itr, noon + (1000 + i * 50) * millisecond));
	const auto report = statistics.finish();
	EXPECT_EQ(report.storms, 1U);
	ASSERT_EQ(report.solicits.size(), 2U);
	EXPECT_EQ(report.solicits[0].source, itr);
	EXPECT_EQ(report.solicits[0].messages, 30U);
	EXPECT_EQ(report.solicits[0].most_in_a_second, 20U);
	EXPECT_EQ(report.solicits[1].storms, 0U);
	EXPECT_EQ(report.eids.requested, 0U);
}

TEST_F(TrafficStatisticsTest, FaultsAreCountedByKind) {
	auto found = traffic.request(1, itr, resolver, noon);
	found.error = WireError{Reason::truncated, 20, "eid"};
	found.warnings.add(Warning::host_bits);
	statistics.take(found);
	found.error->offset = 40;
	statistics.take(found);
	statistics.take(traffic.reply(1, etr, itr, noon, "10.0.0.0/8", true));
	const auto report = statistics.finish();
	ASSERT_EQ(report.errors.size(), 1U);
	EXPECT_EQ(report.errors[0].field, "eid");
	EXPECT_EQ(report.errors[0].messages, 2U);
	ASSERT_EQ(report.warnings.size(), 1U);
	EXPECT_EQ(report.warnings[0].messages, 2U);
	ASSERT_EQ(report.negative_replies.size(), 1U);
	EXPECT_EQ(report.negative_replies[0].action, "no-action");
}

TEST_F(TrafficStatisticsTest, WhatFindsNoRoomIsCounted) {
	for (std::uint32_t i = 0; i < 6; ++i) {
		const auto eid = to_string(EidPrefix::host(IpAddress::v4(0x0a000000 + i)));
		for (std::uint32_t times = 0; times <= i; ++times)
			statistics.take(traffic.request(
			    i * 10 + times, IpAddress::v4(0xc0000200 + i), resolver, noon, eid));
	}
	const auto report = statistics.finish();
	EXPECT_EQ(report.eids.requested, 4U);
	EXPECT_EQ(report.unrecorded.eids, 5U + 6U);
	EXPECT_EQ(report.distinct_pairs, 2U);
	EXPECT_EQ(report.unrecorded.pairs, 3U + 4U + 5U + 6U);
	ASSERT_EQ(report.most_requested.size(), 3U);
	EXPECT_EQ(report.most_requested[0].requests, 4U);
	EXPECT_EQ(report.most_requested[0].eid, EidPrefix::parse("10.0.0.3/32"));
}

// The same report whatever the seed, and no time or address that breaks it.
TEST_F(TrafficStatisticsTest, AnySequenceOfMessagesGivesOneReport) {
	TrafficStatistics others{limits, 8};
	std::mt19937_64 random{5};
	const auto pick = [&](std::uint64_t below) { return random() % below; };
	auto now = noon;
	for (int i = 0; i < 20'000; ++i) {
		now += pick(20 * second);
		if (pick(500) == 0) now -= pick(1'000'000) * second;
		const auto from = IpAddress::v4(static_cast<std::uint32_t>(pick(3)));
		const auto to = IpAddress::v4(static_cast<std::uint32_t>(pick(3)));
		const auto *const eid = pick(2) == 0 ? "10.1.0.0/16" : "10.2.0.0/16";
		auto record = traffic.record(eid, traffic.locators({{from, 1}}));
		record.ttl = RecordTtl{static_cast<std::uint32_t>(pick(3)) - 1};
		auto found = traffic.registration(pick(100), from, to, now, record, pick(2) == 0);
		if (pick(3) == 0) found = traffic.request(pick(100), from, to, now, eid);
		if (pick(3) == 0) found = traffic.reply(pick(100), from, to, now, eid, pick(2) == 0);
		if (pick(9) == 0) found = traffic.solicit(from, now);
		statistics.take(found);
		others.take(found);
		if (i % 1000 == 0) traffic.forget();
	}
	const auto report = statistics.finish();
	const auto other = others.finish();
	EXPECT_EQ(report.registrations.expired, other.registrations.expired);
	EXPECT_EQ(report.registrations.flapping, 2U);
	ASSERT_EQ(report.transactions.size(), other.transactions.size());
	for (std::size_t i = 0; i < report.transactions.size(); ++i)
		EXPECT_EQ(report.transactions[i].results, other.transactions[i].results);
	ASSERT_EQ(report.solicits.size(), other.solicits.size());
	for (std::size_t i = 0; i < report.solicits.size(); ++i)
		EXPECT_EQ(report.solicits[i].source, other.solicits[i].source);
}

} // namespace
} // namespace lisp
