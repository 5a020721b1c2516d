// What may be asked and how: forms of Map-Requests beside the plain ones, and the choice of where a
// Map-Reply goes.
#include "engine/replier_lab.h"

namespace lisp {
namespace {

using namespace replier_lab;
using namespace std::chrono_literals;

Endpoint itr(const char *address = "198.51.100.1") {
	return {ip(address), 50000};
}

// 12 octets of header, source EID of AFI 1, ITR-RLOC, EID-prefix.
constexpr std::size_t rloc_at = 18;

Octets spliced(const Octets &whole, std::size_t at, std::size_t gone, const char *hex) {
	const auto put = parse_hex(hex).value();
	Octets result(whole.begin(), whole.begin() + static_cast<long>(at));
	result.insert(result.end(), put.begin(), put.end());
	result.insert(result.end(), whole.begin() + static_cast<long>(at + gone), whole.end());
	return result;
}

TEST(Replier, C007_ReservedBitsAndHostBitsChangeNothing) {
	Xtr xtr{golden_site()};
	const auto plain = to_hex(sent(xtr.golden("REQ-V4")).octets);
	auto octets = golden("REQ-V4").octets;
	octets[1] |= 0x2f; // R and the first of Rsvd; 0x10 is I of RFC 9437
	octets[2] |= 0x80;
	octets[rloc_at + 6] = 0x7f; // before the mask length; 0x80 is N of RFC 9437
	EXPECT_EQ(to_hex(sent(xtr.receive(octets, itr())).octets), plain);
	octets[rloc_at + 7] = 24; // of 203.0.113.7
	EXPECT_EQ(to_hex(sent(xtr.receive(octets, itr())).octets), plain);
}

TEST(Replier, C006_ReservedBitsOfAMapReplyAreZero) {
	Xtr xtr{golden_site()};
	for (const auto *packet : {"REQ-V4", "REQ-PROBE", "ECM-LISPSEC"}) {
		const auto octets = sent(xtr.golden(packet)).octets;
		EXPECT_EQ(octets[0] & 0x07, 0) << packet; // E, S, reserved
		EXPECT_EQ(octets[1] | octets[2], 0) << packet;
		EXPECT_EQ(octets[18] & 0xef, 0) << packet; // ACT and reserved beside A
		EXPECT_EQ(octets[19] | octets[20] >> 4, 0) << packet;
		EXPECT_EQ(octets[28 + 4] | (octets[28 + 5] & 0xf8), 0) << packet; // of the first locator
	}
}

// RFC 9437: who cannot take a subscription takes it for an ordinary request.
TEST(Replier, SubscriptionIsAnOrdinaryRequestAndNeedsItsIdentity) {
	Xtr xtr{golden_site()};
	auto octets = golden("REQ-PUBSUB").octets;
	const auto got = answer(xtr.receive(octets, itr()));
	EXPECT_EQ(eids_of(got.reply), std::vector<std::string>{"203.0.113.0/24"});
	octets.pop_back();
	EXPECT_EQ(dropped(xtr.receive(octets, itr())), because(DropReason::malformed));
}

// RFC 8111: the D bit is for Map-Servers, which return Map-Referrals.
TEST(Replier, C034_DdtOriginatedEcmIsAnsweredAsAnyOther) {
	Xtr xtr{golden_site()};
	EXPECT_EQ(sent(xtr.golden("ECM-DDT")).to.address, ip("198.51.100.1"));
}

TEST(Replier, C089_InnerIpOptionsAreSteppedOver) {
	Xtr xtr{golden_site()};
	auto octets =
	    spliced(golden("ECM-V4").octets, 4 + 20, 0, "01010101"); // four times no operation
	octets[4] = 0x46;
	octets[4 + 3] = static_cast<std::uint8_t>(octets[4 + 3] + 4);
	// The sum of the header grows by 1 in its first octet, 4 in its length, 0x0202 by the options.
	auto sum = (octets[4 + 10] << 8 | octets[4 + 11]) - 0x0100 - 4 - 0x0202;
	if (sum < 0) --sum;
	octets[4 + 10] = static_cast<std::uint8_t>(sum >> 8);
	octets[4 + 11] = static_cast<std::uint8_t>(sum);
	EXPECT_EQ(to_string(sent(xtr.receive(octets, itr())).to), "198.51.100.1:50000");
}

TEST(Replier, C090_LispSecRequestGetsNoReplyWhereSoWished) {
	auto options = without_limit();
	options.answer_lisp_sec = false;
	Xtr xtr{golden_site(), options};
	EXPECT_EQ(dropped(xtr.golden("ECM-LISPSEC")), because(DropReason::lisp_sec));
	EXPECT_EQ(xtr.replier.counters().lisp_sec, 1U);
	sent(xtr.golden("ECM-V4"));
}

// A mapping that breaks off makes the message malformed; one of a foreign AFI, too.
TEST(Replier, C091_PiggybackedMappingIsStillRead) {
	Xtr xtr{golden_site()};
	auto octets = golden("REQ-MDATA").octets;
	octets.pop_back();
	EXPECT_EQ(dropped(xtr.receive(octets, itr())), because(DropReason::malformed));
}

// Type 5 was also that of the Change-Priority Message.
TEST(Replier, C099_MapNotifyAckDoesNothing) {
	Xtr xtr{golden_site()};
	const auto before = to_hex(sent(xtr.golden("REQ-V4")).octets);
	for (const auto *packet : {"ACK-SHA256-32", "ACK-HKDF-16", "ACK-LISPERS"})
		EXPECT_EQ(dropped(xtr.golden(packet)), because(DropReason::unexpected_type)) << packet;
	EXPECT_EQ(xtr.replier.counters().unexpected_type, 3U);
	EXPECT_EQ(to_hex(sent(xtr.golden("REQ-V4")).octets), before);
}

TEST(Replier, C080_SmrsOfOneSourceAreLimited) {
	Xtr xtr{golden_site(), Replier::Options{}};
	const auto handed_on = [&](const char *from) {
		int count = 0;
		for (int i = 0; i < 1000; ++i)
			if (std::holds_alternative<HandOn>(xtr.golden("REQ-SMR", from))) ++count;
		return count;
	};
	EXPECT_EQ(handed_on("198.51.100.1"), 64);
	EXPECT_EQ(handed_on("198.51.100.2"), 64);
	EXPECT_EQ(xtr.replier.counters().source_limited, 2U * 936);
	EXPECT_EQ(xtr.replier.counters().handed_on, 128U);
	EXPECT_TRUE(std::holds_alternative<HandOn>(xtr.golden("REP-POS"))); // that is none
	xtr.now += 3s;
	EXPECT_EQ(handed_on("198.51.100.1"), 8);
}

TEST(Replier, C080_SmrsOfAllSourcesAreLimited) {
	const auto handed_on = [](Xtr &xtr) {
		unsigned count = 0;
		for (unsigned i = 0; i < 5000; ++i) {
			const auto from = to_string(IpAddress::v4(0xc6120000U + i));
			if (std::holds_alternative<HandOn>(xtr.golden("REQ-SMR", from.c_str()))) ++count;
		}
		return count;
	};
	Xtr limited{golden_site(), Replier::Options{}};
	EXPECT_EQ(handed_on(limited), 1000U);
	EXPECT_EQ(limited.replier.counters().smr_limited, 4000U);
	Xtr unlimited{golden_site()};
	EXPECT_EQ(handed_on(unlimited), 5000U);
}

TEST(Replier, C075_LocatorsThatTheHostHasLostAreUnreachable) {
	EidRecords eids{golden_site()};
	const auto asked = [&] {
		Replier replier{eids, without_limit()};
		const auto got = answer(replier.receive(
		    {itr(), {ip("198.51.100.9"), control_port}, golden("REQ-V4").octets}, Instant{}));
		std::string r;
		for (const auto &locator : got.reply.records[0].locators)
			r += locator.reachable ? "R" : "-";
		return r;
	};
	EXPECT_EQ(asked(), "RR");
	eids.set_lost({ip("198.51.100.9"), ip("198.51.100.10")}); // the second is another router's
	EXPECT_EQ(asked(), "-R");
	eids.set_lost({});
	EXPECT_EQ(asked(), "RR");
}

// RFC 9301 section 7.1: a probe is answered from the interface that leads to the prober.
TEST(Replier, C077_ProbeReplyHasTheSourceThatTheSystemChooses) {
	Xtr xtr{golden_site()};
	EXPECT_TRUE(sent(xtr.golden("REQ-PROBE")).source.is_none());
	EXPECT_EQ(to_string(sent(xtr.golden("REQ-V4")).source), "198.51.100.9");
}

// RFC 8061 section 6: where no keys are wanted, the answer has none, but there is one.
TEST(Replier, C069_ItrRlocWithKeysIsTheAddressInside) {
	Xtr xtr{golden_site()};
	// An LCAF of type 11 around 198.51.100.1: one key, of two octets.
	const auto octets = spliced(golden("REQ-V4").octets, rloc_at, 6,
	    "4003"
	    "00000b00"
	    "000e"
	    "01000100"
	    "0002beef"
	    "0001c6336401");
	EXPECT_EQ(to_string(sent(xtr.receive(octets, itr())).to), "198.51.100.1:50000");
}

TEST(Replier, C069_AnotherItrRlocIsThereForWantOfARoute) {
	Xtr xtr{golden_site()};
	const auto choice = [&](std::initializer_list<const char *> rlocs, const char *from) {
		const auto reply = sent(xtr.receive(Request({"203.0.113.7"}, rlocs), from));
		EXPECT_EQ(reply.to.port, 50000);
		const auto otherwise =
		    reply.otherwise.is_none() ? std::string("none") : to_string(reply.otherwise);
		return to_string(reply.to.address) + " " + otherwise;
	};
	const auto *v4 = "198.51.100.1";
	const auto *v6 = "2001:db8:7::1";
	EXPECT_EQ(choice({"192.0.2.1"}, v4), "192.0.2.1 none");
	EXPECT_EQ(choice({"192.0.2.1", "192.0.2.1"}, v4), "192.0.2.1 none");
	EXPECT_EQ(choice({"192.0.2.1", "192.0.2.2"}, v4), "192.0.2.1 192.0.2.2");
	EXPECT_EQ(choice({"192.0.2.1", "192.0.2.2", "2001:db8::1"}, v4), "192.0.2.1 2001:db8::1");
	EXPECT_EQ(choice({"192.0.2.1", "192.0.2.2", "2001:db8::1"}, v6), "2001:db8::1 192.0.2.1");
	EXPECT_EQ(choice({"192.0.2.1", "192.0.2.2"}, v6), "192.0.2.1 192.0.2.2");
	EXPECT_EQ(choice({"192.0.2.1", "224.0.0.1", "::1"}, v4), "192.0.2.1 none");
}

TEST(Replier, C084_TheOtherItrRlocCountsAsSentTo) {
	Xtr xtr{golden_site(), Replier::Options{}};
	unsigned offered = 0;
	for (int i = 1; i <= 64; ++i) {
		const auto without_route = "10.0.0." + std::to_string(i);
		const auto ecm =
		    encapsulated(Request({"203.0.113.7"}, {without_route.c_str(), "192.0.2.1"}),
		        "192.0.2.10", "203.0.113.7", 50000);
		if (!sent(xtr.receive(ecm, itr())).otherwise.is_none()) ++offered;
	}
	EXPECT_EQ(offered, 8U);
}

// What is a packet over IPv6 may be none over IPv4.
TEST(Replier, C004_NothingIsSentOtherwiseThatDoesNotFitThere) {
	const auto own = rloc("198.51.100.9", 1, 50, true);
	Xtr xtr{site({{"203.0.113.0/24", 1440, std::vector(30, own)},
	    {"203.0.114.0/24", 1440, std::vector(60, own)}})};
	const auto reply = [&](const char *eid) {
		return sent(xtr.receive(Request({eid}, {"192.0.2.1", "2001:db8::1"}), "2001:db8:7::1"));
	};
	EXPECT_EQ(to_string(reply("203.0.113.1").otherwise), "192.0.2.1");
	EXPECT_EQ(reply("203.0.114.1").octets.size(), 12U + 16 + 60 * 12);
	EXPECT_TRUE(reply("203.0.114.1").otherwise.is_none());
}

// Nor does it cost the asker anything: it is given up before the limits are asked.
TEST(Replier, C004_MoreRecordsThanAPacketHoldsAreGivenUpEarly) {
	std::vector<Section> sections{{"10.0.0.0/8", 60, two_rlocs}, {"203.0.113.0/24", 60, two_rlocs}};
	std::vector<std::string> names;
	for (int i = 0; i < 200; ++i) names.push_back("10." + std::to_string(i) + ".0.0/16");
	for (const auto &text : names) sections.push_back({text.c_str(), 60, {}});
	Xtr xtr{site(sections), Replier::Options{}};
	for (int i = 0; i < 100; ++i)
		EXPECT_EQ(dropped(xtr.receive(Request({"10.255.0.1"}))), because(DropReason::too_large));
	sent(xtr.golden("REQ-V4"));
}

TEST(Replier, ReroutedDatagramHasASourceOfItsFamilyOrNone) {
	Datagram datagram{{ip("192.0.2.1"), 7}, ip("198.51.100.9"), {}};
	datagram.otherwise = ip("192.0.2.2");
	EXPECT_EQ(to_string(rerouted(datagram).to), "192.0.2.2:7");
	EXPECT_EQ(to_string(rerouted(datagram).source), "198.51.100.9");
	datagram.otherwise = ip("2001:db8::1");
	EXPECT_EQ(to_string(rerouted(datagram).to), "[2001:db8::1]:7");
	EXPECT_TRUE(rerouted(datagram).source.is_none());
	EXPECT_TRUE(rerouted(datagram).otherwise.is_none());
}

} // namespace
} // namespace lisp
