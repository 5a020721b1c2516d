// What lisp-cpm-send sends, when it does so again, and what it takes for an acknowledgement.
#include "engine/change_priority_sender.h"
#include "message/message.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace lisp {
namespace {

using namespace std::chrono_literals;

IpAddress ip(const char *text) {
	return IpAddress::parse(text).value();
}
EidPrefix prefix(const std::string &text) {
	return EidPrefix::parse(text).value();
}

constexpr std::uint64_t nonce = 0x0102030405060708;
const std::string secret = "test-cpm-key";
const Endpoint xtr{ip("198.51.100.9"), 4342};
const Endpoint other_xtr{ip("198.51.100.10"), 4342};

// What the vectors were made with.
ChangePrioritySender::Options of_2012() {
	ChangePrioritySender::Options options;
	options.algorithm = Algorithm::hmac_sha1;
	return options;
}

// An xTR's answer to one of the layouts of type 5: the octets 16 to 35 or 47 are signed anew.
Octets acknowledgement(Bytes message, std::uint8_t code, const std::string &key = secret) {
	Octets octets{message.begin(), message.end()};
	octets[0] = 0x51;
	octets[2] = code;
	octets[3] = 0; // no List-IP
	const auto eid_at = 16 + std::size_t{octets[15]};
	const bool is_v6 = octets[eid_at + 3] == 2;
	octets.resize(eid_at + 4 + (is_v6 ? 16 : 4));
	EXPECT_TRUE(Key{key}.sign(octets, TakenAs::change_priority));
	return octets;
}

class Sending {
public:
	explicit Sending(ChangePrioritySender::Options options = {}) : sender(std::move(options)) {}

	void add(
	    const char *eid = "192.0.2.6", const Endpoint &to = xtr, std::uint64_t number = nonce) {
		sender.add(prefix(eid), to, secret, number);
	}
	// The one datagram that is due; empty where none or another one is, too.
	Octets sent() {
		const auto datagram = sender.next(now);
		if (!datagram) return {};
		Octets octets{datagram->octets.begin(), datagram->octets.end()};
		EXPECT_FALSE(sender.next(now));
		return octets;
	}
	// Lets it come to an end without an answer; the times of all datagrams since now.
	std::vector<Instant::duration> times() {
		const auto begin = now;
		std::vector<Instant::duration> all;
		while (const auto due = sender.deadline()) {
			now = std::max(now, *due);
			while (sender.next(now)) all.push_back(now - begin);
		}
		return all;
	}

	ChangePrioritySender sender;
	Instant now{1h};
};

const ChangeOutcome &outcome(const Sending &sending, std::size_t number = 0) {
	return sending.sender.outcomes().at(number);
}

TEST(ChangePrioritySender, MessagesAreTheVectorsOf2012) {
	struct Vector {
		ChangePriorityLayout layout;
		const char *eid;
		std::vector<IpAddress> peers;
		const char *octets;
	};
	const auto both = std::vector{ip("198.51.100.1"), ip("2001:db8::1")};
	const auto one = std::vector{ip("198.51.100.1")};
	const Vector vectors[]{
	    {ChangePriorityLayout::seed, "192.0.2.6", {},
	        "50000000010203040506070800010014be347f89d65448cd15d312f2638dca925b2c208c"
	        "00200001c0000206"},
	    {ChangePriorityLayout::seed, "192.0.2.6", both,
	        "50000002010203040506070800010014440ff7a9e1b9f906071f1dd69a167f9234827509"
	        "00200001c00002060001c6336401000220010db8000000000000000000000001"},
	    {ChangePriorityLayout::seed, "2001:db8:1::6", one,
	        "500000010102030405060708000100146ef9c168f91dbdba16598e2e647cb1a81cc0cb11"
	        "0080000220010db80001000000000000000000060001c6336401"},
	    {ChangePriorityLayout::v102, "192.0.2.6", {},
	        "580000000102030405060708000100142fd1644b515fa96b89245624040b4daa362f1493"
	        "200001c0000206"},
	    {ChangePriorityLayout::v102, "192.0.2.6", both,
	        "5800000201020304050607080001001410bec535e44dc44e903ea40457ef77b7dde7f229"
	        "200001c00002060001c6336401000220010db8000000000000000000000001"},
	    {ChangePriorityLayout::v102, "2001:db8:1::6", one,
	        "580000010102030405060708000100142651fca93e68504aeabe8ba13a0f01c2d34ba4d5"
	        "80000220010db80001000000000000000000060001c6336401"},
	};
	for (const auto &vector : vectors) {
		auto options = of_2012();
		options.layout = vector.layout;
		options.peers = vector.peers;
		Sending sending{options};
		sending.add(vector.eid);
		EXPECT_EQ(to_hex(sending.sent()), vector.octets);
	}
}

TEST(ChangePrioritySender, TheExtensionNamesItsReceiver) {
	auto options = of_2012();
	options.layout = ChangePriorityLayout::extension;
	options.sub_type = 4090;
	Sending sending{options};
	sending.add();
	const auto octets = to_hex(sending.sent());
	EXPECT_EQ(octets.substr(0, 32), "fffa8001010203040506070800010014");
	EXPECT_EQ(octets.substr(72), "00000001c6336409"       // reserved, code, target RLOC
	                             "00200001c00002060000"); // EID, no List-IP
}

TEST(ChangePrioritySender, RepeatsItselfAfter100And200And400Milliseconds) {
	Sending sending;
	sending.add();
	EXPECT_EQ(sending.times(), (std::vector<Instant::duration>{0ms, 100ms, 300ms, 700ms}));
	EXPECT_EQ(sending.now, Instant{1h} + 1500ms) << "the last one is waited for, too";
	EXPECT_EQ(outcome(sending).attempts, 4U);
	EXPECT_FALSE(outcome(sending).result);
}

TEST(ChangePrioritySender, EveryTryIsTheSameMessage) {
	Sending sending;
	sending.add();
	const auto first = sending.sent();
	ASSERT_FALSE(first.empty());
	for (const auto wait : {100ms, 200ms, 400ms}) {
		sending.now += wait - 1ns;
		EXPECT_TRUE(sending.sent().empty());
		sending.now += 1ns;
		EXPECT_EQ(sending.sent(), first);
	}
	sending.now += 800ms;
	EXPECT_TRUE(sending.sent().empty());
	EXPECT_FALSE(sending.sender.deadline());
}

TEST(ChangePrioritySender, TriesEndAtTheLimit) {
	ChangePrioritySender::Options options;
	options.limit = 250ms;
	Sending sending{options};
	sending.add();
	EXPECT_EQ(sending.times(), (std::vector<Instant::duration>{0ms, 100ms}));
	EXPECT_EQ(sending.now, Instant{1h} + 250ms);
}

TEST(ChangePrioritySender, OneTryIsWaitedForOnce) {
	ChangePrioritySender::Options options;
	options.attempts = 1;
	options.timeout = 30ms;
	Sending sending{options};
	sending.add();
	EXPECT_EQ(sending.times(), (std::vector<Instant::duration>{0ms}));
	EXPECT_EQ(sending.now, Instant{1h} + 30ms);
}

TEST(ChangePrioritySender, AnAcknowledgementEndsTheTries) {
	Sending sending;
	sending.add();
	const auto message = sending.sent();
	sending.now += 100ms;
	sending.sent();
	sending.now += 42us;
	EXPECT_EQ(sending.sender.receive(xtr, acknowledgement(message, 0), sending.now), 0U);
	EXPECT_FALSE(sending.sender.deadline());
	EXPECT_EQ(outcome(sending).result, ChangeResult::done);
	EXPECT_EQ(outcome(sending).attempts, 2U);
	EXPECT_EQ(outcome(sending).round_trip, 100ms + 42us) << "since the first";
	EXPECT_TRUE(sending.times().empty());
}

TEST(ChangePrioritySender, TheFirstAcknowledgementCounts) {
	Sending sending;
	sending.add();
	const auto message = sending.sent();
	EXPECT_TRUE(sending.sender.receive(xtr, acknowledgement(message, 2), sending.now));
	EXPECT_FALSE(sending.sender.receive(xtr, acknowledgement(message, 2), sending.now));
	EXPECT_FALSE(sending.sender.receive(xtr, acknowledgement(message, 19), sending.now));
	EXPECT_EQ(outcome(sending).result, ChangeResult::degraded);
}

TEST(ChangePrioritySender, AnyCodeIsKept) {
	for (unsigned code = 0; code < 256; ++code) {
		Sending sending{of_2012()};
		sending.add("2001:db8:1::6");
		const auto message = sending.sent();
		const auto octets = acknowledgement(message, static_cast<std::uint8_t>(code));
		EXPECT_TRUE(sending.sender.receive(xtr, octets, sending.now));
		EXPECT_EQ(static_cast<unsigned>(*outcome(sending).result), code);
		EXPECT_EQ(is_refusal(*outcome(sending).result), code >= 16);
	}
}

TEST(ChangePrioritySender, AcknowledgementsOfTheOtherLayoutsCount) {
	for (const auto layout : {ChangePriorityLayout::seed, ChangePriorityLayout::v102}) {
		auto options = of_2012();
		options.layout = layout;
		options.peers = {ip("198.51.100.1")};
		Sending sending{options};
		sending.add();
		sending.sent();
		// By the vector's layout, whatever ours is.
		Sending seed{of_2012()};
		seed.add();
		const auto octets = acknowledgement(seed.sent(), 1);
		EXPECT_TRUE(sending.sender.receive(xtr, octets, sending.now));
	}
}

class Forged : public testing::Test {
protected:
	Forged() {
		sending.add();
		message = sending.sent();
		genuine = acknowledgement(message, 0);
	}
	// Of octets that differ from the genuine ones and are signed with `key`.
	bool is_taken(Octets octets, const std::string &key = secret, const Endpoint &from = xtr) {
		if (!key.empty()) {
			EXPECT_TRUE(Key{key}.sign(octets, TakenAs::change_priority));
		}
		return sending.sender.receive(from, octets, sending.now).has_value();
	}
	~Forged() override {
		EXPECT_FALSE(outcome(sending).result) << "nothing has been taken";
		EXPECT_TRUE(is_taken(genuine)) << "and what is genuine still is";
	}

	Sending sending;
	Octets message;
	Octets genuine;
};

TEST_F(Forged, WithAnotherKey) {
	EXPECT_FALSE(is_taken(genuine, "another"));
}

TEST_F(Forged, WithAnyOctetChanged) {
	for (std::size_t i = 0; i < genuine.size(); ++i) {
		auto octets = genuine;
		octets[i] ^= 0x10;
		EXPECT_FALSE(is_taken(octets, "")) << i;
	}
}

TEST_F(Forged, WithAnotherNonce) {
	auto octets = genuine;
	++octets[11];
	EXPECT_FALSE(is_taken(octets));
}

TEST_F(Forged, OfAnotherEid) {
	auto octets = genuine;
	++octets.back();
	EXPECT_FALSE(is_taken(octets));
	octets = genuine;
	octets[49] = 31; // mask length
	EXPECT_FALSE(is_taken(octets));
}

TEST_F(Forged, ByAnotherXtrOrPort) {
	EXPECT_FALSE(is_taken(genuine, secret, other_xtr));
	EXPECT_FALSE(is_taken(genuine, secret, {xtr.address, 4343}));
}

TEST_F(Forged, OurOwnMessageSentBack) {
	EXPECT_FALSE(is_taken(message));
	message[0] = 0x58; // with H
	EXPECT_FALSE(is_taken(message));
}

TEST_F(Forged, CutShort) {
	for (std::size_t size = 0; size < genuine.size(); ++size)
		EXPECT_FALSE(
		    is_taken({genuine.begin(), genuine.begin() + static_cast<std::ptrdiff_t>(size)}, ""))
		    << size;
}

TEST_F(Forged, WithAShorterAlgorithm) {
	auto options = of_2012();
	Sending other{options};
	other.add();
	EXPECT_FALSE(is_taken(acknowledgement(other.sent(), 0)));
}

TEST(ChangePrioritySender, XtrsOfOneMoveShareItsNonceAndAnswerForThemselves) {
	Sending sending;
	sending.add("192.0.2.6", xtr);
	sending.add("192.0.2.6", other_xtr);
	std::vector<Octets> messages;
	while (const auto datagram = sending.sender.next(sending.now))
		messages.emplace_back(datagram->octets.begin(), datagram->octets.end());
	ASSERT_EQ(messages.size(), 2U);
	EXPECT_EQ(messages[0], messages[1]);
	const auto octets = acknowledgement(messages[0], 0);
	EXPECT_EQ(sending.sender.receive(other_xtr, octets, sending.now), 1U);
	EXPECT_FALSE(outcome(sending, 0).result);
	EXPECT_EQ(sending.times(), (std::vector<Instant::duration>{100ms, 300ms, 700ms}));
	EXPECT_EQ(outcome(sending, 0).attempts, 4U);
	EXPECT_EQ(outcome(sending, 1).attempts, 1U);
}

TEST(ChangePrioritySender, WhereNoAcknowledgementIsWantedAllIsSentOnce) {
	ChangePrioritySender::Options options;
	options.want_acknowledgement = false;
	Sending sending{options};
	sending.add("192.0.2.6");
	sending.add("192.0.2.7", xtr, nonce + 1);
	EXPECT_EQ(sending.times().size(), 2U);
	EXPECT_EQ(sending.now, Instant{1h});
	EXPECT_TRUE(outcome(sending, 0).was_sent());
	EXPECT_TRUE(outcome(sending, 1).was_sent());
}

TEST(ChangePrioritySender, WhatDidNotLeaveIsTriedAgain) {
	Sending sending;
	sending.add();
	const auto first = sending.sent();
	sending.sender.not_sent();
	EXPECT_FALSE(outcome(sending).was_sent());
	sending.now += 100ms;
	EXPECT_EQ(sending.sent(), first);
	EXPECT_TRUE(outcome(sending).was_sent());
}

TEST(ChangePrioritySender, AThousandEidsAtOnce) {
	Sending sending;
	constexpr std::size_t count = 1000;
	for (std::size_t i = 0; i < count; ++i)
		sending.add(fmt::format("10.0.{}.{}", i / 256, i % 256).c_str(), xtr, nonce + i);
	EXPECT_FALSE(sending.sender.has_begun_all());
	std::vector<Octets> messages;
	while (const auto datagram = sending.sender.next(sending.now))
		messages.emplace_back(datagram->octets.begin(), datagram->octets.end());
	ASSERT_EQ(messages.size(), count);
	EXPECT_TRUE(sending.sender.has_begun_all());
	// The last first, and of every tenth nothing.
	for (auto i = count; i-- > 0;) {
		if (i % 10 == 0) continue;
		const auto octets = acknowledgement(messages[i], 0);
		EXPECT_EQ(sending.sender.receive(xtr, octets, sending.now), i);
	}
	EXPECT_EQ(sending.times().size(), 300U) << "100 of them three times more";
	for (std::size_t i = 0; i < count; ++i)
		EXPECT_EQ(outcome(sending, i).result.has_value(), i % 10 != 0);
}

} // namespace
} // namespace lisp
