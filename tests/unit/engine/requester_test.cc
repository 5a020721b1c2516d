// What lisp-request sends and takes for an answer: the rules C-100 to C-106.
#include "engine/requester.h"
#include "golden_packets.h"

#include <set>

namespace lisp {
namespace {

using namespace std::chrono_literals;

IpAddress ip(const char *text) {
	return IpAddress::parse(text).value();
}
EidPrefix prefix(const char *text) {
	return EidPrefix::parse(text).value();
}

constexpr std::uint64_t golden_nonce = 0x1122334455667788;
const Endpoint etr{ip("198.51.100.9"), control_port};

// What the golden requests were sent by.
Requester::Options golden_options() {
	Requester::Options options;
	options.resolver = {ip("198.51.100.200"), control_port};
	options.source_eid = ip("192.0.2.10");
	options.itr_rlocs = {ip("198.51.100.1")};
	options.port = 50000;
	return options;
}

class Asking {
public:
	explicit Asking(Requester::Options options = golden_options())
	    : requester(std::move(options)) {}

	std::string request(std::uint64_t nonce = golden_nonce) {
		const auto datagram = requester.next_request(now, nonce);
		return datagram ? to_hex(datagram->octets) : "none";
	}
	// "positive", "negative", or why it is no answer.
	std::string receive(Bytes octets) {
		const auto answer = requester.receive(etr, octets, now);
		if (!answer) return std::string{name(answer.error())};
		return answer->positive() ? "positive" : "negative";
	}

	Requester requester;
	Instant now{1h};
};

TEST(Requester, C100_RequestsAreTheGoldenOnes) {
	Asking encapsulated;
	encapsulated.requester.ask(prefix("203.0.113.7"));
	EXPECT_EQ(encapsulated.request(), to_hex(golden("ECM-V4").octets));

	auto options = golden_options();
	options.encapsulated = false;
	Asking plain{options};
	plain.requester.ask(prefix("203.0.113.7"));
	EXPECT_EQ(plain.request(), to_hex(golden("REQ-V4").octets));

	options.probe = true;
	Asking probing{options};
	probing.requester.ask(prefix("203.0.113.0/24"));
	EXPECT_EQ(probing.request(0xa0a1a2a3a4a5a6a7), to_hex(golden("REQ-PROBE").octets));

	options.probe = false;
	options.source_eid = {};
	Asking instance{options};
	instance.requester.ask(prefix("[100]10.1.1.1"));
	EXPECT_EQ(instance.request(0xe0e1e2e3e4e5e6e7), to_hex(golden("REQ-IID").octets));
}

TEST(Requester, C100_InnerHeadersAreOfTheEidsFamily) {
	auto options = golden_options();
	for (const auto *own : {"::1", "2001:db8::5"}) {
		Asking asking{options};
		asking.requester.ask(prefix("2001:db8:1:1::1"));
		const auto datagram = asking.requester.next_request(asking.now, 1);
		ASSERT_TRUE(datagram);
		EXPECT_EQ(datagram->to, options.resolver);
		Arena arena;
		const auto ecm = decode_as<EncapsulatedControl>(datagram->octets, arena);
		ASSERT_TRUE(ecm);
		EXPECT_EQ(ecm->source, (Endpoint{ip(own), 50000}));
		EXPECT_EQ(ecm->destination, (Endpoint{ip("2001:db8:1:1::1"), control_port}));
		options.itr_rlocs.push_back(ip("2001:db8::5"));
	}
}

TEST(Requester, C103_ThreeRequestsTwoSecondsApartUnderNoncesOfTheirOwn) {
	Asking asking;
	asking.requester.ask(prefix("203.0.113.7"));
	std::set<std::string> requests;
	for (std::uint64_t nonce = 1; nonce <= 3; ++nonce) {
		EXPECT_FALSE(asking.requester.next_timeout(asking.now));
		requests.insert(asking.request(nonce));
		EXPECT_EQ(asking.request(nonce), "none") << "one at a time";
		EXPECT_EQ(asking.requester.deadline(), asking.now + 2s);
		asking.now += 2s;
	}
	EXPECT_EQ(requests.size(), 3U);
	EXPECT_EQ(asking.request(4), "none");
	EXPECT_EQ(asking.requester.next_timeout(asking.now), prefix("203.0.113.7"));
	EXPECT_FALSE(asking.requester.next_timeout(asking.now));
	EXPECT_FALSE(asking.requester.deadline());
}

TEST(Requester, C102_NeverMoreThanOneRequestASecond) {
	auto options = golden_options();
	options.timeout = 1ms;
	Asking asking{options};
	asking.requester.ask(prefix("203.0.113.7"));
	asking.request(1);
	asking.now += 999ms;
	EXPECT_EQ(asking.request(2), "none");
	asking.now += 1ms;
	EXPECT_NE(asking.request(2), "none");
}

TEST(Requester, C101_OnlyAMatchingNonceIsAnAnswer) {
	Asking asking;
	asking.requester.ask(prefix("203.0.113.7"));
	EXPECT_EQ(asking.receive(golden("REP-POS").octets), "nonce of no open map-request");
	asking.request(7);
	EXPECT_EQ(asking.receive(golden("REP-POS").octets), "nonce of no open map-request");
	asking.now += 2s;
	asking.request();
	asking.now += 81ms;
	const auto answer = asking.requester.receive(etr, golden("REP-POS").octets, asking.now);
	ASSERT_TRUE(answer);
	EXPECT_TRUE(answer->positive());
	EXPECT_EQ(answer->eid, prefix("203.0.113.7"));
	EXPECT_EQ(answer->from, etr);
	EXPECT_EQ(answer->round_trip, 81ms);
	EXPECT_EQ(answer->mapping->locators.size(), 3U);
	EXPECT_EQ(asking.receive(golden("REP-POS").octets), "nonce of no open map-request")
	    << "answered already";
	EXPECT_FALSE(asking.requester.deadline());
}

TEST(Requester, C101_AnAnswerToAnEarlierRequestCountsFromThere) {
	Asking asking;
	asking.requester.ask(prefix("203.0.113.7"));
	asking.request();
	asking.now += 2s;
	asking.request(8);
	asking.now += 1ms;
	const auto answer = asking.requester.receive(etr, golden("REP-POS").octets, asking.now);
	ASSERT_TRUE(answer);
	EXPECT_EQ(answer->round_trip, 2001ms);
}

TEST(Requester, C104_NegativeAnswersAreToldApart) {
	for (const auto *name : {"REP-NEG1", "REP-POLICY", "REP-AUTHF"}) {
		Asking asking;
		asking.requester.ask(prefix("203.0.113.7"));
		asking.request();
		EXPECT_EQ(asking.receive(golden(name).octets), "negative") << name;
	}
	Asking elsewhere;
	elsewhere.requester.ask(prefix("203.0.114.7"));
	elsewhere.request();
	EXPECT_EQ(elsewhere.receive(golden("REP-NEG15").octets), "about another EID");
}

// REP-NEG1 is about 203.0.113.0/24.
TEST(Requester, APrefixMayBeAnsweredForItsFirstAddress) {
	Asking asking;
	asking.requester.ask(prefix("203.0.113.0/20"));
	asking.request();
	EXPECT_EQ(asking.receive(golden("REP-NEG1").octets), "about another EID");
	Asking wider;
	wider.requester.ask(prefix("203.0.112.0/20"));
	wider.request();
	EXPECT_EQ(wider.receive(golden("REP-NEG15").octets), "negative");
}

// RFC 9306 section 4.
TEST(Requester, UnknownVendorLosesTheMessage) {
	Asking asking;
	asking.requester.ask(prefix("203.0.113.7"));
	asking.request(4);
	EXPECT_EQ(asking.receive(golden("LCAF-VENDOR").octets), "LCAF of an unknown vendor");
}

TEST(Requester, C106_ProbeReplyWithoutAuthorityIsDiscarded) {
	auto options = golden_options();
	options.encapsulated = false;
	options.probe = true;
	Asking asking{options};
	asking.requester.ask(prefix("203.0.113.0/24"));
	asking.request(0xa0a1a2a3a4a5a6a7);
	auto reply = golden("REP-PROBE").octets;
	const std::size_t action = 12 + 6; // of the record: ACT, A
	reply[action] ^= 0x10;
	EXPECT_EQ(asking.receive(reply), "answers a probe without authority");
	reply[action] ^= 0x10;
	reply[0] ^= 0x08;
	EXPECT_EQ(asking.receive(reply), "not marked as the answer to a probe");
	EXPECT_EQ(asking.receive(golden("REP-PROBE").octets), "positive");
}

TEST(Requester, C072_TheLongestRecordDecides) {
	Asking asking;
	asking.requester.ask(prefix("2001:db8:1:1::5"));
	asking.request(0x0102030405060708);
	const auto answer = asking.requester.receive(etr, golden("REP-OVERLAP").octets, asking.now);
	ASSERT_TRUE(answer);
	EXPECT_EQ(answer->records.size(), 3U);
	EXPECT_EQ(answer->mapping->mask_length, 64);
}

TEST(Requester, C008_WhatIsNoMapReplyIsIgnored) {
	Asking asking;
	asking.requester.ask(prefix("203.0.113.7"));
	asking.request();
	EXPECT_EQ(asking.receive(golden("REQ-V4").octets), "not a map-reply");
	auto reply = golden("REP-POS").octets;
	for (std::size_t size = 0; size < reply.size(); ++size)
		EXPECT_EQ(asking.receive(Bytes{reply}.first(size)), "malformed") << size;
	EXPECT_EQ(asking.receive(reply), "positive");
}

TEST(Requester, EidsAreAskedForIndependently) {
	Asking asking;
	asking.requester.ask(prefix("203.0.113.7"));
	asking.requester.ask(prefix("203.0.113.8"));
	asking.request();
	asking.request(9);
	EXPECT_EQ(asking.request(10), "none");
	EXPECT_EQ(asking.receive(golden("REP-POS").octets), "positive");
	asking.now += 2s;
	EXPECT_NE(asking.request(11), "none");
	EXPECT_EQ(asking.request(12), "none") << "the first has its answer";
}

// RFC 9301 section 6.1: through the mapping system, and marked.
TEST(Requester, C105_AfterAnSmrTheRequestIsTheGoldenOneInsideAnEcm) {
	auto options = golden_options();
	options.smr_invoked = true;
	options.port = 50004;
	Asking asking{options};
	asking.requester.ask(prefix("203.0.113.7"));
	const auto datagram = asking.requester.next_request(asking.now, 0xc0c1c2c3c4c5c6c7);
	ASSERT_TRUE(datagram);
	EXPECT_EQ(datagram->to, options.resolver);
	Arena arena;
	const auto ecm = decode_as<EncapsulatedControl>(datagram->octets, arena);
	ASSERT_TRUE(ecm);
	EXPECT_EQ(to_hex(ecm->payload), to_hex(golden("REQ-SMRINV").octets));
}

TEST(Requester, OnlySoManyAreOpenAtATime) {
	auto options = golden_options();
	options.most_open = 2;
	options.count = 1;
	Asking asking{options};
	for (const auto *eid : {"203.0.113.7", "203.0.113.8", "203.0.113.9", "203.0.113.10"})
		asking.requester.ask(prefix(eid));
	EXPECT_NE(asking.request(), "none");
	EXPECT_NE(asking.request(2), "none");
	EXPECT_EQ(asking.request(3), "none");
	EXPECT_EQ(asking.requester.deadline(), asking.now + 2s);
	EXPECT_EQ(asking.receive(golden("REP-POS").octets), "positive");
	EXPECT_LE(asking.requester.deadline(), asking.now);
	EXPECT_NE(asking.request(3), "none");
	asking.now += 2s;
	EXPECT_EQ(asking.requester.next_timeout(asking.now), prefix("203.0.113.8"));
	EXPECT_EQ(asking.requester.next_timeout(asking.now), prefix("203.0.113.9"));
	EXPECT_NE(asking.request(4), "none");
	asking.now += 2s;
	EXPECT_EQ(asking.requester.next_timeout(asking.now), prefix("203.0.113.10"));
	EXPECT_EQ(asking.requester.deadline(), std::nullopt);
}

} // namespace
} // namespace lisp
