// Map-Requests that a Map-Server has to take with care: whose answer would say too much, and what
// is to be passed on untouched.
#include "address/lcaf.h"
#include "engine/map_server_lab.h"

namespace lisp {
namespace {

using namespace map_server_lab;

// The golden site, answered for by proxy.
Lab proxied() {
	auto config = golden_config();
	for (auto &line : config.sites[0].eids) line.proxy_reply = true;
	return Lab{config};
}

TEST(MapServerRequest, AuthoritativeAnswerIsTheEtrs) {
	auto lab = proxied();
	lab.send(Register{1}.add("203.0.113.0/24", {locator("198.51.100.9", 1)}));
	auto message = request(prefix("203.0.113.7"), lab.arena);
	message.authoritative = true;
	const auto octets = wire(message);
	const auto outcome = lab.receive(octets, itr);
	ASSERT_EQ(outcome.send.size(), 1U);
	EXPECT_EQ(outcome.send[0].to, (Endpoint{ip("198.51.100.9"), control_port}));
	const auto ecm = decode_as<EncapsulatedControl>(outcome.send[0].octets, lab.arena);
	ASSERT_TRUE(ecm);
	EXPECT_EQ(to_hex(ecm->payload), to_hex(octets));
	EXPECT_EQ(lab.server.counters().map_replies, 0U);
}

TEST(MapServerRequest, EidsOfOneMappingShareItsRecord) {
	auto lab = proxied();
	lab.send(Register{1}.add("203.0.113.0/24", {locator("198.51.100.9", 1)}));
	auto message = request(prefix("203.0.113.7"), lab.arena);
	const std::vector<RequestedEid> asked{{32, false, ip("203.0.113.7")},
	    {32, false, ip("10.0.0.1")}, {32, false, ip("203.0.113.8")}, {32, false, ip("10.0.0.2")}};
	message.records = asked;
	const auto octets = wire(message);
	const auto outcome = lab.receive(octets, itr);
	ASSERT_EQ(outcome.send.size(), 1U);
	const auto reply = decode_as<MapReply>(outcome.send[0].octets, lab.arena);
	ASSERT_TRUE(reply);
	EXPECT_EQ(answer_text(*reply), "203.0.113.0/24 0.0.0.0/1!15");
}

// Octets that IP counts and UDP does not. The sum of the header is that of 0x45, the lengths and so
// on, so what the length gains the checksum loses.
Octets padded(Octets packet, std::uint8_t padding) {
	const auto add = [&](std::size_t at, int by) {
		const auto value = (packet[at] << 8 | packet[at + 1]) + by;
		packet[at] = static_cast<std::uint8_t>(value >> 8);
		packet[at + 1] = static_cast<std::uint8_t>(value);
	};
	add(4 + 2, padding);
	add(4 + 10, -padding);
	packet.resize(packet.size() + padding, 0xaa);
	return packet;
}

TEST(MapServerRequest, C116_PaddingOfTheInnerPacketStays) {
	Lab lab;
	lab.send(Register{1}.add("203.0.113.0/24", {locator("198.51.100.9", 1)}));
	const auto packet = padded(golden("ECM-V4").octets, 3);
	auto longer = packet;
	longer.push_back(0xbb); // not of the inner packet
	for (const auto &sent : {packet, longer}) {
		const auto outcome = lab.receive(sent, itr);
		ASSERT_EQ(outcome.send.size(), 1U);
		EXPECT_EQ(to_hex(outcome.send[0].octets), to_hex(packet));
	}
}

TEST(MapServerRequest, AddressThatNobodyCanReplyFromIsLeftToTheSystem) {
	struct Case {
		const char *asked;
		bool is_source;
	};
	for (const auto &c : {Case{"198.51.100.200", true}, Case{"169.254.7.7", false},
	         Case{"224.0.0.1", false}, Case{"255.255.255.255", false}, Case{"127.0.0.1", false},
	         Case{"0.0.0.0", false}, Case{"2001:db8::53", false}}) {
		Lab lab;
		const auto asked = wire(request(prefix("203.0.113.7"), lab.arena));
		const auto outcome = lab.server.receive({itr, {ip(c.asked), control_port}, asked}, lab.now);
		ASSERT_EQ(outcome.send.size(), 1U) << c.asked;
		EXPECT_EQ(outcome.send[0].source, c.is_source ? ip(c.asked) : IpAddress{}) << c.asked;
	}
	for (const auto *asked : {"fe80::1", "ff02::1"}) {
		Lab lab;
		const auto octets = wire(request(prefix("203.0.113.7"), lab.arena, "2001:db8::9"));
		const Endpoint itr6{ip("2001:db8::9"), 50000};
		const auto outcome = lab.server.receive({itr6, {ip(asked), control_port}, octets}, lab.now);
		ASSERT_EQ(outcome.send.size(), 1U) << asked;
		EXPECT_TRUE(outcome.send[0].source.is_none()) << asked;
	}
}

TEST(MapServerRequest, MoreSpecificsThatFitNoReplyAreNotHidden) {
	Lab lab;
	auto message = Register{1}.add("2001:db8:1::/48", {locator("198.51.100.9", 1)});
	message.message.proxy_reply = true;
	for (int i = 16; i < 76; ++i)
		message.add(
		    ("2001:db8:1:" + std::to_string(i) + "::/64").c_str(), {locator("198.51.100.9", 1)});
	lab.send(message);
	ASSERT_EQ(lab.eids(), 61U);
	// The first address, up to the first of the more-specifics.
	EXPECT_EQ(answer_text(lab.ask("2001:db8:1::/48")), "2001:db8:1::/60");
	EXPECT_EQ(answer_text(lab.ask("2001:db8:1::/52")), "2001:db8:1::/60");
	EXPECT_EQ(answer_text(lab.ask("2001:db8:1:8000::/50")), "2001:db8:1:8000::/49");
	auto first = Register{2}.add("2001:db8:1::/64", {locator("198.51.100.9", 1)});
	first.message.proxy_reply = true;
	lab.send(first);
	EXPECT_EQ(answer_text(lab.ask("2001:db8:1::/48")), "2001:db8:1::/64");
}

TEST(MapServerRequest, NegativeAnswerCoversNothingThatIsRegistered) {
	MapServerConfig config;
	config.sites.push_back(site("one", "golden-key-1", {eid("203.0.112.0/20", true, true)}));
	Lab lab{config};
	lab.send(Register{1}.add("203.0.113.0/24", {locator("198.51.100.9", 1)}));
	EXPECT_EQ(answer_text(lab.ask("203.0.112.0/22")), "203.0.112.0/24!1");
	EXPECT_EQ(answer_text(lab.ask("203.0.113.0/24")), "203.0.113.0/24");
	lab.send(Register{2}.add("203.0.116.0/24", {locator("198.51.100.9", 1)}));
	EXPECT_EQ(answer_text(lab.ask("203.0.116.0/22")), "203.0.116.0/24");
	EXPECT_EQ(answer_text(lab.ask("203.0.112.0/19")), "203.0.96.0/20!15");
}

// RFC 9306 section 4.
TEST(MapServerRequest, UnknownVendorLosesTheMessage) {
	Lab lab;
	EXPECT_EQ(
	    reason(lab.receive(golden("LCAF-VENDOR").octets, itr)), MapServerDrop::unknown_vendor);
	const Octets data{0xca, 0xfe};
	Arena arena;
	const auto vendor = make_lcaf(arena, lcaf::VendorSpecific{0x00000c, data});

	auto message = Register{1}.add(
	    "203.0.113.0/24", {locator("198.51.100.9", 1), locator("198.51.100.10", 1)});
	message.locators[0][1].rloc = vendor;
	EXPECT_EQ(reason(lab.send(message)), MapServerDrop::unknown_vendor);
	EXPECT_EQ(lab.eids(), 0U);

	auto asking = request(prefix("203.0.113.7"), lab.arena);
	asking.source_eid = vendor;
	EncapsulatedControl ecm;
	const auto inner = wire(asking);
	ecm.source = ecm.destination = {ip("192.0.2.10"), control_port};
	ecm.payload = inner;
	const auto outcome = lab.receive(wire(ecm), itr);
	EXPECT_EQ(reason(outcome), MapServerDrop::unknown_vendor);
	EXPECT_TRUE(outcome.send.empty());
	EXPECT_EQ(lab.server.counters().unknown_vendor, 3U);
}

} // namespace
TEST(MapServerRequest, C118_DeniedAnswersAreTheGoldenOnes) {
	for (const auto &[deny, name] : {std::pair{Action::drop_policy_denied, "REP-POLICY"},
	         std::pair{Action::drop_auth_failure, "REP-AUTHF"}}) {
		auto config = golden_config();
		config.sites[0].eids[0].deny = deny;
		Lab lab{config};
		EXPECT_TRUE(lab.ask("203.0.113.7/32"));
		EXPECT_EQ(lab.reply, golden(name).octets) << name;
		// Whether it is registered or not.
		lab.receive(golden("REG-SHA1-20").octets, etr);
		EXPECT_TRUE(lab.ask("203.0.113.7/32"));
		EXPECT_EQ(lab.reply, golden(name).octets) << name;
	}
}

TEST(MapServerRequest, C118_DenialHidesNoOtherPrefix) {
	auto config = golden_config();
	config.sites[0].eids = {eid("10.0.0.0/8")};
	config.sites[0].eids[0].deny = Action::drop_policy_denied;
	config.sites.push_back(site("within", "k", {eid("10.128.0.0/16")}));
	Lab lab{config};
	EXPECT_EQ(answer_text(lab.ask("10.0.0.1/32")), "10.0.0.0/9!1");
	EXPECT_EQ(lab.ask("10.0.0.1/32")->records[0].action, Action::drop_policy_denied);
	EXPECT_EQ(answer_text(lab.ask("10.128.0.1/32")), "10.128.0.0/16!1");
	EXPECT_EQ(lab.ask("10.128.0.1/32")->records[0].action, Action::natively_forward);
}

// RFC 9301 section 8.4: a Map-Resolver that forwards keeps nothing and says nothing.
TEST(MapServerRequest, C125_ForwardedRequestsGetNoAnswerAndAreNotRemembered) {
	Lab lab;
	lab.send(Register{7}.add("203.0.113.0/24", {locator("198.51.100.9", 1)}));
	const auto asked = wire(request(prefix("203.0.113.7/32"), lab.arena));
	for (int i = 0; i < 2; ++i) {
		const auto outcome = lab.receive(asked, itr);
		ASSERT_EQ(outcome.send.size(), 1U);
		EXPECT_EQ(outcome.send[0].to, (Endpoint{ip("198.51.100.9"), control_port}));
		// The answer of the ETR, were it to come here, is not passed on.
		EXPECT_TRUE(lab.receive(golden("REP-POS").octets, etr).send.empty());
	}
}

TEST(MapServerRequest, EidsOfAnotherResolverGoThere) {
	auto config = golden_config();
	config.elsewhere.push_back({prefix("10.0.0.0/8"), {ip("192.0.2.53"), 14342}, {}});
	config.sites.push_back(site("within", "k", {eid("10.1.0.0/16")}));
	Lab lab{config};
	auto outcome = lab.receive(wire(request(prefix("10.2.0.1/32"), lab.arena)), itr);
	ASSERT_EQ(outcome.send.size(), 1U);
	EXPECT_EQ(outcome.send[0].to, config.elsewhere[0].resolver);
	EXPECT_EQ(outcome.send[0].octets[0], 0x80);
	// What is more specific is the site's, and what is neither has a hole that covers neither.
	EXPECT_EQ(answer_text(lab.ask("10.1.0.1/32")), "10.1.0.0/16!1");
	EXPECT_EQ(answer_text(lab.ask("11.0.0.1/32")), "11.0.0.0/8!15");
	// Two that send each other the same would do so for ever.
	outcome =
	    lab.receive(wire(request(prefix("10.2.0.1/32"), lab.arena)), config.elsewhere[0].resolver);
	EXPECT_TRUE(outcome.send.empty());
	EXPECT_EQ(reason(outcome), MapServerDrop::looped);
}

} // namespace lisp
