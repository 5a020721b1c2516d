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

StaticMapping fixed(const char *text, std::vector<const char *> rlocs) {
	StaticMapping mapping;
	mapping.eid = prefix(text);
	for (const auto *rloc : rlocs) mapping.rlocs.push_back({ip(rloc), 2, 50});
	return mapping;
}

TEST(MapServerRequest, StaticMappingsAreAnsweredWithoutARegistration) {
	MapServerConfig config;
	config.statics.push_back(fixed("10.1.0.0/16", {"2001:db8::1", "192.0.2.1"}));
	config.statics.push_back(fixed("[7]2001:db8::/32", {"192.0.2.2"}));
	config.statics.push_back(fixed("10.2.0.0/16", {}));
	config.statics[2].action = Action::drop;
	Lab lab{config};
	const auto reply = lab.ask("10.1.2.3/32");
	ASSERT_TRUE(reply);
	ASSERT_EQ(reply->records.size(), 1U);
	const auto &record = reply->records[0];
	EXPECT_EQ(record.ttl, RecordTtl{1440});
	EXPECT_EQ(record.mask_length, 16);
	EXPECT_FALSE(record.authoritative);
	auto first = locator("192.0.2.1", 2, false);
	auto second = locator("2001:db8::1", 2, false);
	first.weight = second.weight = 50;
	EXPECT_EQ(record.locators, (std::vector{first, second})) << "IPv4 first";
	EXPECT_EQ(answer_text(lab.ask("[7]2001:db8::1")), "[7]2001:db8::/32");
	const auto negative = lab.ask("10.2.0.1/32");
	EXPECT_EQ(answer_text(negative), "10.2.0.0/16!15");
	EXPECT_EQ(negative->records[0].action, Action::drop);
	EXPECT_EQ(answer_text(lab.ask("10.3.0.1/32")), "10.3.0.0/16!15");
	EXPECT_EQ(lab.server.counters().negative_records, 2U);
}

// Nor may it be registered, whatever a site around it may register.
TEST(MapServerRequest, OfAStaticMappingAndOthersTheLongestCounts) {
	MapServerConfig config;
	config.sites.push_back(site("one", "golden-key-1", {eid("10.0.0.0/8", true, true)}));
	config.statics.push_back(fixed("10.1.0.0/16", {"192.0.2.1"}));
	config.statics.push_back(fixed("0.0.0.0/0", {"192.0.2.2"}));
	config.statics[0].ttl = RecordTtl{5};
	Lab lab{config};
	const auto refused = lab.send(Register{1}.add("10.1.1.0/24", {locator("198.51.100.9", 1)}));
	EXPECT_EQ(reason(refused), MapServerDrop::foreign_eid);
	// What is not registered, and what is, hide nothing that is static.
	EXPECT_EQ(answer_text(lab.ask("10.2.0.1/32")), "10.2.0.0/15!1");
	lab.send(Register{2}.add("10.0.0.0/8", {locator("198.51.100.9", 1)}));
	EXPECT_EQ(answer_text(lab.ask("10.2.0.1/32")), "10.2.0.0/15");
	lab.send(Register{3}.add("10.2.0.0/24", {locator("198.51.100.9", 1)}));
	EXPECT_EQ(answer_text(lab.ask("10.2.0.1/32")), "10.2.0.0/24");
	EXPECT_EQ(answer_text(lab.ask("10.2.1.1/32")), "10.2.1.0/24");
	EXPECT_EQ(lab.ask("10.2.1.1/32")->records[0].locators[0].rloc, Address{ip("198.51.100.9")});
	const auto fixed_reply = lab.ask("10.1.1.1/32");
	EXPECT_EQ(answer_text(fixed_reply), "10.1.0.0/16");
	EXPECT_EQ(fixed_reply->records[0].ttl, RecordTtl{5});
	EXPECT_EQ(answer_text(lab.ask("11.0.0.1/32")), "11.0.0.0/8");
	EXPECT_EQ(lab.ask("11.0.0.1/32")->records[0].locators[0].rloc, Address{ip("192.0.2.2")});
	// A registration from before the mapping was written down goes.
	config.statics.push_back(fixed("10.2.0.0/24", {"192.0.2.3"}));
	lab.server.reload(config, lab.now);
	EXPECT_EQ(lab.ask("10.2.0.1/32")->records[0].locators[0].rloc, Address{ip("192.0.2.3")});
}

// What one of them registers the next may ask for.
TEST(MapServerRequest, MessagesThatArriveTogetherAreAnsweredAsOneAfterTheOther) {
	Lab lab;
	const auto asked = wire(request(prefix("203.0.113.7/32"), lab.arena));
	const std::vector<Octets> messages{asked, golden("REG-SHA1-20").octets, asked,
	    golden("ECM-V4").octets, Octets{0x10}, golden("REG-TAMPERED").octets, asked};
	std::vector<Arrival> arrivals;
	for (const auto &octets : messages) arrivals.push_back({itr, map_server, octets});
	const auto text = [](const MapServer::Outcome &outcome) {
		std::string all;
		for (const auto &datagram : outcome.send)
			all += to_string(datagram.to) + ' ' + to_hex(datagram.octets) + '\n';
		if (outcome.dropped) all += kind(outcome.dropped->reason).name;
		return all + (outcome.acknowledges ? " saved" : "");
	};
	std::vector<std::string> one_by_one;
	for (const auto &arrival : arrivals)
		one_by_one.push_back(text(lab.server.receive(arrival, lab.now)));
	EXPECT_NE(one_by_one[0], one_by_one[2]);
	Lab other;
	std::vector<std::string> together;
	other.server.receive(
	    arrivals, other.now, [&](const Arrival &arrival, const MapServer::Outcome &outcome) {
		    EXPECT_EQ(&arrival, &arrivals[together.size()]);
		    together.push_back(text(outcome));
	    });
	EXPECT_EQ(together, one_by_one);
}

} // namespace lisp
