// What the replier does about each datagram: the rules C-066 to C-092, with golden packets.
#include "engine/replier_lab.h"

#include <random>

namespace lisp {
namespace {

using namespace replier_lab;
using namespace std::chrono_literals;

TEST(Replier, C066_C067_C075_C076_AnswersTheGoldenRequest) {
	auto config = site({{"203.0.113.0/24", 1440,
	    {rloc("2001:db8:ffff::9", 2, 100, false), rloc("198.51.100.10", 1, 50, false),
	        rloc("198.51.100.9", 1, 50, true)}}});
	config.eids[0].map_version = 0x123;
	Xtr xtr{config};
	const auto datagram = sent(xtr.golden("REQ-V4"));
	EXPECT_EQ(to_hex(datagram.octets), to_hex(golden("REP-POS").octets));
	EXPECT_EQ(to_string(datagram.to), "198.51.100.1:50000");
	EXPECT_EQ(to_string(datagram.source), "198.51.100.9");
}

TEST(Replier, C069_ChoosesAnItrRlocThatItCanSendTo) {
	Xtr both{golden_site()};
	EXPECT_EQ(to_string(sent(both.golden("REQ-V6-2ITR")).to), "198.51.100.1:50001");
	const auto over_v6 = both.receive(
	    golden("REQ-V6-2ITR").octets, {ip("2001:db8:7::1"), 50001}, "2001:db8:ffff::9");
	EXPECT_EQ(to_string(sent(over_v6).to), "[2001:db8:ffff::1]:50001");

	auto options = without_limit();
	options.sendable.ipv6 = false;
	Xtr only_v4{golden_site(), options};
	EXPECT_EQ(to_string(sent(only_v4.golden("REQ-V6-2ITR")).to), "198.51.100.1:50001");
	EXPECT_EQ(dropped(only_v4.receive(Request({"203.0.113.7"}, {"2001:db8::1"}))),
	    because(DropReason::no_usable_itr_rloc));
}

TEST(Replier, C068_AnswersAnEcmAtTheInnerSourcePort) {
	Xtr xtr{golden_site()};
	const auto datagram = sent(xtr.golden("ECM-V4"));
	EXPECT_EQ(to_string(datagram.to), "198.51.100.1:50000");
	EXPECT_EQ(answer(xtr.golden("ECM-V4")).reply.nonce, 0x1122334455667788U);
	EXPECT_EQ(xtr.replier.counters().encapsulated, 2U);
}

TEST(Replier, C070_AnswersEveryPairOfInnerAndOuterFamilies) {
	Xtr xtr{golden_site()};
	for (const auto *outer : {"198.51.100.1", "2001:db8:7::1"}) {
		const auto v4 =
		    encapsulated(Request({"203.0.113.7"}, {outer}), "192.0.2.10", "203.0.113.7", 50000);
		const auto v6 = encapsulated(
		    Request({"2001:db8:1:1::1"}, {outer}), "2001:db8:2::10", "2001:db8:1:1::1", 50001);
		const auto *asked = outer[0] == '1' ? "198.51.100.9" : "2001:db8:ffff::9";
		EXPECT_EQ(
		    sent(xtr.receive(v4, {ip(outer), 50020}, asked)).to, (Endpoint{ip(outer), 50000}));
		EXPECT_EQ(
		    sent(xtr.receive(v6, {ip(outer), 50021}, asked)).to, (Endpoint{ip(outer), 50001}));
	}
}

TEST(Replier, C071_C073_EidInALeafGetsTheLeafAlone) {
	Xtr xtr{overlapping_site()};
	const auto got = answer(xtr.receive(Request({"2001:db8:1:1::1"})));
	EXPECT_EQ(eids_of(got.reply), std::vector<std::string>{"2001:db8:1:1::/64"});
}

TEST(Replier, C072_C073_EidBesideTheLeavesGetsTheirCoverAndThem) {
	Xtr xtr{overlapping_site()};
	Request request({"2001:db8:1:5::5"});
	request.nonce = 0x0102030405060708;
	EXPECT_EQ(to_hex(sent(xtr.receive(request)).octets), to_hex(golden("REP-OVERLAP").octets));
}

TEST(Replier, C074_AllRecordsHaveTheShortestTtl) {
	Xtr xtr{site({{"10.0.0.0/8", 1440, two_rlocs}, {"10.1.0.0/16", 5, two_rlocs},
	    {"10.2.0.0/16", 60, two_rlocs}})};
	for (const auto &record : answer(xtr.receive(Request({"10.9.9.9"}))).reply.records)
		EXPECT_EQ(record.ttl, RecordTtl{5});
	EXPECT_EQ(answer(xtr.receive(Request({"10.2.9.9"}))).reply.records[0].ttl, RecordTtl{60});
}

TEST(Replier, C077_ProbeReplyMarksTheLocatorThatWasProbed) {
	Xtr xtr{golden_site()};
	EXPECT_EQ(to_hex(sent(xtr.golden("REQ-PROBE")).octets), to_hex(golden("REP-PROBE").octets));
	const auto other =
	    answer(xtr.receive(golden("REQ-PROBE").octets, {ip("198.51.100.1"), 1}, "198.51.100.10"));
	ASSERT_EQ(other.reply.records[0].locators.size(), 2U);
	EXPECT_FALSE(other.reply.records[0].locators[0].probed);
	EXPECT_TRUE(other.reply.records[0].locators[1].probed);
	EXPECT_EQ(xtr.replier.counters().probe_replies, 2U);
}

TEST(Replier, C078_ProbeInsideAnEcmIsDropped) {
	EXPECT_EQ(
	    dropped(Xtr{golden_site()}.golden("ECM-PROBE")), because(DropReason::encapsulated_probe));
}

TEST(Replier, C079_DontMapReplyIsHeeded) {
	Request request({"203.0.113.7"});
	request.dont_map_reply = true;
	EXPECT_EQ(dropped(Xtr{golden_site()}.receive(request)), because(DropReason::dont_map_reply));
}

TEST(Replier, C080_SmrIsHandedOnAndNotAnswered) {
	Xtr xtr{golden_site()};
	const auto outcome = xtr.golden("REQ-SMR");
	ASSERT_TRUE(std::holds_alternative<HandOn>(outcome));
	EXPECT_EQ(std::get<HandOn>(outcome).recipient, HandOn::Recipient::mapping_table);
	EXPECT_EQ(to_hex(std::get<HandOn>(outcome).octets), to_hex(golden("REQ-SMR").octets));
	EXPECT_EQ(xtr.replier.counters().map_replies, 0U);
}

TEST(Replier, OtherMessagesGoToTheirDaemonsOrNowhere) {
	Xtr xtr{golden_site()};
	const auto recipient = [&](const char *packet) {
		const auto outcome = xtr.golden(packet);
		const auto *hand_on = std::get_if<HandOn>(&outcome);
		return hand_on == nullptr ? std::nullopt : std::optional(hand_on->recipient);
	};
	EXPECT_EQ(recipient("NTF-SHA1-20"), HandOn::Recipient::registrar);
	EXPECT_EQ(recipient("NTF-XTRID"), HandOn::Recipient::registrar);
	EXPECT_EQ(recipient("REP-POS"), HandOn::Recipient::mapping_table);
	for (const auto *packet : {"REG-SHA1-20", "ACK-SHA256-32", "REF-MSACK", "INFO-REQ", "SHEXT",
	         "UNKNOWN-9", "ACK-LISPERS"})
		EXPECT_EQ(dropped(xtr.golden(packet)), because(DropReason::unexpected_type)) << packet;
}

// RFC 9306 section 4.
TEST(Replier, UnknownVendorLosesTheMessage) {
	Xtr xtr{golden_site()};
	EXPECT_EQ(dropped(xtr.golden("LCAF-VENDOR")), because(DropReason::unknown_vendor));
	EXPECT_EQ(xtr.replier.counters().unknown_vendor, 1U);
	EXPECT_EQ(xtr.replier.counters().handed_on, 0U);
}

TEST(Replier, C081_NoItrRlocNoReply) {
	Xtr xtr{golden_site()};
	auto octets = golden("REQ-PROBE").octets; // its ITR-RLOC begins at octet 14
	octets[15] = 0;
	octets.erase(octets.begin() + 16, octets.begin() + 20);
	EXPECT_EQ(dropped(xtr.receive(octets, {ip("198.51.100.1"), 50002})),
	    because(DropReason::no_usable_itr_rloc));
	const auto request = octets_of(Request({"203.0.113.7"}));
	EXPECT_EQ(dropped(xtr.receive(request, {ip("198.51.100.1"), 0})),
	    because(DropReason::no_usable_itr_rloc));
}

TEST(Replier, C082_SeveralEidsInOneRequest) {
	Xtr xtr{golden_site()};
	const auto got =
	    answer(xtr.receive(Request({"203.0.113.7", "10.0.0.1", "2001:db8:1::1", "203.0.113.9"})));
	EXPECT_EQ(eids_of(got.reply), (std::vector<std::string>{"203.0.113.0/24", "2001:db8:1::/48"}));
}

TEST(Replier, C083_SilentForForeignEids) {
	Xtr xtr{golden_site()};
	EXPECT_EQ(dropped(xtr.receive(Request({"192.0.2.1"}))), because(DropReason::not_owned));
	// A part of it is owned, the prefix asked for is not.
	EXPECT_EQ(dropped(xtr.receive(Request({"203.0.112.0/23"}))), because(DropReason::not_owned));
	EXPECT_EQ(xtr.replier.counters().not_owned, 2U);
}

TEST(Replier, C084_LimitsRepliesToEachDestination) {
	Xtr xtr{golden_site(), Replier::Options{}};
	const auto burst = [&](const char *itr) {
		int replies = 0;
		for (int i = 0; i < 10; ++i)
			if (std::holds_alternative<Datagram>(xtr.receive(Request({"203.0.113.7"}, {itr}))))
				++replies;
		return replies;
	};
	EXPECT_EQ(burst("198.51.100.1"), 8);
	EXPECT_EQ(burst("198.51.100.1"), 0);
	EXPECT_EQ(burst("198.51.100.2"), 8);
	EXPECT_EQ(xtr.replier.counters().rate_limited, 14U);
	xtr.now += 6s;
	EXPECT_EQ(burst("198.51.100.1"), 2);
	xtr.now += 1h;
	EXPECT_EQ(burst("198.51.100.1"), 8);
	EXPECT_TRUE(std::holds_alternative<Datagram>(xtr.golden("REQ-PROBE"))); // a limit of its own
}

TEST(Replier, C084_RateIsAnOptionAndZeroIsNone) {
	Replier::Options options;
	options.rate = 100;
	options.burst = 1;
	Xtr limited{golden_site(), options};
	int replies = 0;
	for (int i = 0; i < 1000; ++i, limited.now += 1ms)
		if (std::holds_alternative<Datagram>(limited.golden("REQ-V4"))) ++replies;
	EXPECT_EQ(replies, 100);

	Xtr unlimited{golden_site()};
	for (int i = 0; i < 1000; ++i) sent(unlimited.golden("REQ-V4"));
	EXPECT_EQ(unlimited.replier.counters().map_replies, 1000U);
}

// One who has others flooded names them as ITR-RLOCs.
TEST(Replier, C084_LimitsRepliesAtTheWishOfOneSource) {
	Xtr xtr{golden_site(), Replier::Options{}};
	const auto itr = [](int i) { return "192.0.2." + std::to_string(i); };
	int plain = 0;
	int encapsulated_ones = 0;
	for (int i = 1; i <= 200; ++i) {
		const Request request({"203.0.113.7"}, {itr(i).c_str()});
		if (std::holds_alternative<Datagram>(xtr.receive(request))) ++plain;
	}
	EXPECT_EQ(plain, 64);
	EXPECT_EQ(xtr.replier.counters().source_limited, 136U);
	// What the mapping system sends on comes from it alone.
	for (int i = 1; i <= 200; ++i) {
		const auto ecm = encapsulated(
		    Request({"203.0.113.7"}, {itr(i).c_str()}), "192.0.2.10", "203.0.113.7", 50000);
		if (std::holds_alternative<Datagram>(xtr.receive(ecm, {ip("198.51.100.1"), 4342})))
			++encapsulated_ones;
	}
	EXPECT_EQ(encapsulated_ones, 200);
}

TEST(Replier, C084_LimitsRepliesToAllTogether) {
	Replier::Options options;
	options.total_rate = 100;
	options.total_burst = 50;
	Xtr xtr{golden_site(), options};
	unsigned host = 0;
	const auto replies = [&] {
		int count = 0;
		for (int i = 0; i < 200; ++i) {
			const auto itr = to_string(IpAddress::v4(0xc6120000U + ++host));
			const Request request({"203.0.113.7"}, {itr.c_str()});
			if (std::holds_alternative<Datagram>(xtr.receive(request, itr.c_str()))) ++count;
		}
		return count;
	};
	EXPECT_EQ(replies(), 50);
	EXPECT_EQ(xtr.replier.counters().total_limited, 150U);
	xtr.now += 100ms;
	EXPECT_EQ(replies(), 10);
}

TEST(Replier, CountsWhatItAddsToAFlood) {
	Xtr xtr{golden_site()};
	const auto asked = golden("REQ-V4").octets.size();
	const auto told = sent(xtr.golden("REQ-V4")).octets.size();
	xtr.golden("ACK-SHA256-32"); // not answered, not counted
	const auto ecm = golden("ECM-V4").octets.size();
	const auto told_again = sent(xtr.golden("ECM-V4")).octets.size();
	EXPECT_EQ(xtr.replier.counters().answered_octets, asked + ecm);
	EXPECT_EQ(xtr.replier.counters().reply_octets, told + told_again);
}

TEST(Replier, C085_SendsToNoAddressThatReflects) {
	Xtr xtr{golden_site()};
	for (const auto *itr : {"224.0.0.1", "255.255.255.255", "127.0.0.1", "0.0.0.0", "169.254.1.1",
	         "::1", "::", "ff02::1", "fe80::1"})
		EXPECT_EQ(dropped(xtr.receive(Request({"203.0.113.7"}, {itr}))),
		    because(DropReason::itr_rloc_refused))
		    << itr;
	const auto octets = octets_of(Request({"203.0.113.7"}, {"127.0.0.1"}));
	const auto own = sent(xtr.receive(octets, {ip("127.0.0.1"), 50000}, "127.0.0.9"));
	EXPECT_EQ(to_string(own.to), "127.0.0.1:50000");
	EXPECT_EQ(to_string(own.source), "127.0.0.9");
}

TEST(Replier, C086_InnerChecksumOfZeroIsTakenWhenAllowed) {
	EXPECT_EQ(dropped(Xtr{golden_site()}.golden("ECM-ZEROSUM")),
	    because(DropReason::inner_checksum_zero));
	auto options = without_limit();
	options.accept_zero_checksum = true;
	EXPECT_EQ(answer(Xtr(golden_site(), options).golden("ECM-ZEROSUM")).reply.records.size(), 1U);
}

TEST(Replier, C087_WrongInnerChecksumsAreDropped) {
	Xtr xtr{golden_site()};
	EXPECT_EQ(dropped(xtr.golden("ECM-BADSUM")), because(DropReason::inner_checksum_bad));
	auto octets = golden("ECM-V4").octets;
	octets[4 + 10] ^= 1; // of the IP header
	EXPECT_EQ(dropped(xtr.receive(octets, {ip("198.51.100.1"), 50020})),
	    because(DropReason::inner_ip_checksum));
}

TEST(Replier, C088_InnerDataPortIsRefused) {
	Xtr xtr{golden_site()};
	const auto octets =
	    encapsulated(Request({"203.0.113.7"}), "192.0.2.10", "203.0.113.7", data_port);
	EXPECT_EQ(dropped(xtr.receive(octets, {ip("198.51.100.1"), 50020})),
	    because(DropReason::inner_data_port));
}

TEST(Replier, C089_InnerPacketsThatAreNoWholeDatagramAreDropped) {
	Xtr xtr{golden_site()};
	const auto with = [&](std::size_t at, std::uint8_t octet) {
		auto octets = golden("ECM-V4").octets;
		octets[4 + at] = octet;
		return dropped(xtr.receive(octets, {ip("198.51.100.1"), 50020}));
	};
	EXPECT_EQ(with(0, 0x44), because(DropReason::malformed));  // header length
	EXPECT_EQ(with(0, 0x75), because(DropReason::malformed));  // version
	EXPECT_EQ(with(3, 0xff), because(DropReason::malformed));  // total length
	EXPECT_EQ(with(6, 0x20), because(DropReason::malformed));  // more fragments
	EXPECT_EQ(with(9, 6), because(DropReason::malformed));     // TCP
	EXPECT_EQ(with(25, 0x07), because(DropReason::malformed)); // UDP length
	EXPECT_EQ(xtr.replier.counters().malformed, 6U);
}

TEST(Replier, NothingButAMapRequestIsTakenOutOfAnEcm) {
	Xtr xtr{golden_site()};
	EncapsulatedControl outer;
	outer.source = {ip("192.0.2.10"), 50000};
	outer.destination = {ip("203.0.113.7"), control_port};
	for (const auto *packet : {"ECM-V4", "NTF-SHA1-20", "REP-POS", "UNKNOWN-9"}) {
		outer.payload = golden(packet).octets;
		const auto octets = octets_of(outer);
		EXPECT_EQ(dropped(xtr.receive(octets, {ip("198.51.100.1"), 50020})),
		    because(DropReason::inner_not_map_request));
	}
}

TEST(Replier, C090_LispSecRequestGetsAReplyThatClaimsNoSecurity) {
	Xtr xtr{golden_site()};
	const auto got = answer(xtr.golden("ECM-LISPSEC"));
	EXPECT_FALSE(got.reply.security.has_value());
	EXPECT_EQ(got.reply.nonce, 0x1122334455667788U);
}

TEST(Replier, C091_PiggybackedMappingChangesNothing) {
	Xtr xtr{golden_site()};
	EXPECT_EQ(answer(xtr.golden("REQ-MDATA")).reply.nonce, 0xd0d1d2d3d4d5d6d7U);
	EXPECT_EQ(dropped(xtr.receive(Request({"192.0.2.1"}))), because(DropReason::not_owned));
}

TEST(Replier, C092_InstanceIdIsMatchedExactly) {
	Xtr without{site({{"10.1.0.0/16", 60, two_rlocs}, {"[7]10.1.0.0/16", 60, two_rlocs}})};
	EXPECT_EQ(dropped(without.golden("REQ-IID")), because(DropReason::not_owned));
	Xtr with{site({{"10.1.0.0/16", 60, two_rlocs}, {"[100]10.1.0.0/16", 60, two_rlocs}})};
	EXPECT_EQ(eids_of(answer(with.golden("REQ-IID")).reply),
	    std::vector<std::string>{"[100]10.1.0.0/16"});
}

TEST(Replier, C005_UnknownAfiDropsTheRequest) {
	Xtr xtr{golden_site()};
	auto octets = golden("REQ-V4").octets;
	octets[19] = 99; // of the ITR-RLOC
	const auto outcome = xtr.receive(octets, {ip("198.51.100.1"), 50000});
	ASSERT_EQ(dropped(outcome), because(DropReason::malformed));
	EXPECT_EQ(to_string(std::get<Dropped>(outcome).error), "unsupported at 18 (itr-rloc)");
}

TEST(Replier, C004_ReplyThatExceedsThePacketIsNotSent) {
	std::vector<Section> sections{{"10.0.0.0/8", 60, two_rlocs}};
	std::vector<std::string> names;
	for (int i = 0; i < 13; ++i) names.push_back("10." + std::to_string(i) + ".0.0/16");
	for (const auto &text : names) sections.push_back({text.c_str(), 60, two_rlocs});
	Xtr xtr{site(sections)};
	EXPECT_EQ(dropped(xtr.receive(Request({"10.99.0.1"}))), because(DropReason::too_large));
	const auto over_v6 = xtr.receive(Request({"10.99.0.1"}, {"2001:db8::1"}));
	EXPECT_EQ(sent(over_v6).octets.size(), 12U + 14 * 40); // 572 octets of LISP
	sections.pop_back();
	EXPECT_EQ(sent(Xtr{site(sections)}.receive(Request({"10.99.0.1"}))).octets.size(), 532U);
}

TEST(Replier, C093_ANewTableAnswersAtOnceAndCountersStay) {
	Xtr xtr{golden_site()};
	sent(xtr.golden("REQ-V4"));
	xtr.replier.replace(EidRecords{site({{"192.0.2.0/24", 60, two_rlocs}})});
	EXPECT_EQ(dropped(xtr.golden("REQ-V4")), because(DropReason::not_owned));
	sent(xtr.receive(Request({"192.0.2.1"})));
	EXPECT_EQ(xtr.replier.counters().map_replies, 2U);
	xtr.replier.replace(EidRecords{});
	EXPECT_EQ(dropped(xtr.receive(Request({"192.0.2.1"}))), because(DropReason::not_owned));
}

TEST(Replier, C008_NoTruncationIsAnsweredAsIfWhole) {
	Xtr xtr{golden_site()};
	for (const auto *packet : {"REQ-V4", "REQ-V6-2ITR", "REQ-PROBE", "ECM-V4", "ECM-V6"}) {
		const auto &whole = golden(packet).octets;
		for (std::size_t size = 0; size < whole.size(); ++size) {
			const Octets cut(whole.begin(), whole.begin() + static_cast<long>(size));
			EXPECT_EQ(dropped(xtr.receive(cut, {ip("198.51.100.1"), 50000})),
			    because(DropReason::malformed))
			    << packet << " " << size;
		}
	}
}

TEST(Replier, C008_SurvivesMutations) {
	Xtr xtr{golden_site(), Replier::Options{}};
	std::mt19937 random{1};
	for (const auto &[name, packet] : golden_packets()) {
		for (int round = 0; round < 400; ++round) {
			auto octets = packet.octets;
			for (auto changes = random() % 4 + 1; changes > 0; --changes)
				octets[random() % octets.size()] = static_cast<std::uint8_t>(random());
			if (random() % 4 == 0) octets.resize(random() % (octets.size() + 1));
			octets.shrink_to_fit();
			const auto outcome = xtr.receive(octets, {ip("198.51.100.1"), packet.source_port});
			xtr.now += 1s;
			if (!std::holds_alternative<Datagram>(outcome)) continue;
			EXPECT_LE(sent(outcome).octets.size(), 1232U);
			EXPECT_FALSE(answer(outcome).reply.records.empty()) << name;
		}
	}
	const auto &counted = xtr.replier.counters();
	EXPECT_EQ(counted.received, golden_packets().size() * 400);
	EXPECT_GT(counted.map_replies, 0U);
}

} // namespace
} // namespace lisp
