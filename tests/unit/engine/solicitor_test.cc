// When Solicit-Map-Requests go out, and what is in them.
#include "engine/solicitor.h"
#include "message/message.h"

#include <gtest/gtest.h>

namespace lisp {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

IpAddress ip(const std::string &text) {
	return IpAddress::parse(text).value();
}

const EidPrefix eid = EidPrefix::parse("192.0.2.0/28").value();
const std::vector<IpAddress> own{ip("198.51.100.9"), ip("2001:db8::9")};

struct SolicitorTest : testing::Test {
	Solicitor solicitor{{}};
	Instant now{std::chrono::hours{1}};

	// Where SMRs go that are due: "address nonce ...".
	std::string sent() {
		std::string result;
		while (const auto datagram = solicitor.next(now, 7))
			result += (result.empty() ? "" : " ") + to_string(datagram->to.address);
		return result;
	}
};

TEST_F(SolicitorTest, C098_AnSmrNamesTheEidTwiceAndAnOwnRloc) {
	solicitor.moved(eid, own, now);
	solicitor.registered(eid, now);
	solicitor.solicit(eid, {ip("2001:db8:5::1")}, now);
	const auto datagram = solicitor.next(now, 0x1122334455667788);
	ASSERT_TRUE(datagram);
	EXPECT_EQ(to_string(datagram->to), "[2001:db8:5::1]:4342");
	EXPECT_EQ(to_string(datagram->source), "2001:db8::9");
	// By hand after RFC 9301 section 5.2: type 1, S; D is the last bit before IRC; one ITR-RLOC,
	// one record of 28 bits.
	EXPECT_EQ(to_hex(datagram->octets), "11002001"
	                                    "1122334455667788"
	                                    "0001c0000200"
	                                    "000220010db8000000000000000000000009"
	                                    "001c0001c0000200");
}

TEST_F(SolicitorTest, TheRegistrationComesFirst) {
	solicitor.moved(eid, own, now);
	solicitor.solicit(eid, {ip("203.0.113.1"), ip("203.0.113.2")}, now);
	EXPECT_EQ(sent(), "");
	EXPECT_EQ(solicitor.deadline(), now + milliseconds{300});
	now += milliseconds{20};
	solicitor.registered(eid, now);
	EXPECT_EQ(sent(), "203.0.113.1 203.0.113.2");
	EXPECT_FALSE(solicitor.deadline());
	// Each once a move.
	solicitor.solicit(eid, {ip("203.0.113.1")}, now);
	EXPECT_EQ(sent(), "");
}

TEST_F(SolicitorTest, WithoutItTheyAreRepeated) {
	solicitor.moved(eid, own, now);
	solicitor.solicit(eid, {ip("203.0.113.1")}, now);
	now += milliseconds{300};
	EXPECT_EQ(sent(), "203.0.113.1");
	EXPECT_EQ(solicitor.deadline(), now + seconds{3});
	now += seconds{3};
	EXPECT_EQ(sent(), "203.0.113.1");
	EXPECT_FALSE(solicitor.deadline());
	EXPECT_EQ(solicitor.counters().gates_timed_out, 1U);
}

TEST_F(SolicitorTest, C098_OneInThreeSecondsToAnRloc) {
	std::string all;
	for (int i = 0; i < 10; ++i) {
		const auto each = EidPrefix::parse("192.0.2." + std::to_string(i)).value();
		solicitor.moved(each, own, now);
		solicitor.registered(each, now);
		solicitor.solicit(each, {ip("203.0.113.1"), ip("203.0.113.2")}, now);
	}
	for (int i = 0; i < 10; ++i) {
		EXPECT_EQ(sent(), "203.0.113.1 203.0.113.2") << i;
		now += milliseconds{2999};
		EXPECT_EQ(sent(), "");
		now += milliseconds{1};
	}
	EXPECT_EQ(sent(), "");
	EXPECT_EQ(solicitor.counters().solicited, 20U);
}

TEST_F(SolicitorTest, TheLimitCanBeLifted) {
	Solicitor fast{{seconds{0}, milliseconds{300}, seconds{3}, 100}};
	for (int i = 0; i < 5; ++i) {
		fast.moved(eid, own, now);
		fast.registered(eid, now);
		fast.solicit(eid, {ip("203.0.113.1")}, now);
		EXPECT_TRUE(fast.next(now, 1));
		EXPECT_FALSE(fast.next(now, 1));
	}
}

TEST_F(SolicitorTest, NobodyIsToldOfWhatHasLeft) {
	solicitor.moved(eid, own, now);
	solicitor.solicit(eid, {ip("203.0.113.1")}, now);
	solicitor.left(eid);
	now += seconds{1};
	EXPECT_EQ(sent(), "");
	solicitor.solicit(eid, {ip("203.0.113.1")}, now);
	EXPECT_FALSE(solicitor.deadline());
}

TEST_F(SolicitorTest, ItrsWithoutAnRlocOfTheirFamilyAreCounted) {
	solicitor.moved(eid, {ip("198.51.100.9")}, now);
	solicitor.registered(eid, now);
	solicitor.solicit(eid, {ip("2001:db8:5::1"), ip("203.0.113.1")}, now);
	EXPECT_EQ(sent(), "203.0.113.1");
	EXPECT_EQ(solicitor.counters().no_rloc, 1U);
}

TEST_F(SolicitorTest, WhatWaitsIsBounded) {
	Solicitor small{{seconds{3}, milliseconds{300}, seconds{3}, 3}};
	small.moved(eid, own, now);
	std::vector<IpAddress> itrs;
	for (int i = 1; i < 10; ++i) itrs.push_back(ip("203.0.113." + std::to_string(i)));
	small.solicit(eid, itrs, now);
	EXPECT_EQ(small.counters().dropped, 6U);
}

TEST_F(SolicitorTest, LaterOnesMayBeNamedForTenMinutes) {
	solicitor.moved(eid, own, now);
	solicitor.registered(eid, now);
	now += minutes{9};
	solicitor.solicit(eid, {ip("203.0.113.1")}, now);
	EXPECT_EQ(sent(), "203.0.113.1");
	now += minutes{2};
	solicitor.moved(EidPrefix::parse("10.0.0.1").value(), own, now);
	solicitor.solicit(eid, {ip("203.0.113.2")}, now);
	EXPECT_EQ(sent(), "");
}

} // namespace
} // namespace lisp
