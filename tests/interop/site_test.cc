// A site of ours in the place of a peer's: our Map-Registers are those that its Map-Server took,
// its Map-Notifies acknowledge them, and who asked its xTR is answered by ours.
#include "engine/registrar.h"
#include "engine/replier.h"
#include "engine/site.h"
#include "recording.h"

namespace lisp::interop {
namespace {

using namespace std::chrono_literals;

const std::vector<IpAddress> server_addresses{ip("10.99.0.1"), ip("fd00:99::1")};

const char *const same = "as recorded, octet for octet";
const char *const sorted = "RFC 9301 5.5: locators in ascending order, IPv4 first";

// The site that has registered this.
SiteConfig site_of(const MapRegister &message, const IpAddress &server) {
	SiteConfig site;
	site.map_servers = {map_server(to_string(server), "alpha-key")};
	site.map_servers[0].proxy_reply = message.proxy_reply;
	site.map_servers[0].merge = message.merge;
	site.map_servers[0].identity = message.identity;
	site.map_servers[0].whole_site = WholeSite::yes;
	for (const auto &record : message.records) {
		std::vector<RlocLine> rlocs;
		for (const auto &locator : record.locators)
			rlocs.push_back(
			    rloc(to_string(locator.rloc), locator.priority, locator.weight, locator.local));
		add_eid(site, to_string(*eid_prefix(record.eid, record.mask_length)), record.ttl.count(),
		    rlocs);
	}
	return site;
}

// Ours registers the same under the same nonce, and hears the peer's Map-Notify.
std::string registered(const Exchange &exchange) {
	Arena arena;
	const auto message = decode_as<MapRegister>(exchange.asked->octets, arena);
	if (!message) return "malformed";
	RegistrationOptions options;
	options.mtu = 9000;
	Registrar registrar{options, 0};
	const Instant now{1h};
	registrar.configure(site_of(*message, exchange.asked->to.address), now);
	registrar.resolved(0, exchange.asked->to.address, now);
	Registrar::Effects effects;
	registrar.tick({now, message->nonce}, effects);
	Ours ours;
	for (const auto &effect : effects)
		if (const auto *send = std::get_if<Registrar::Send>(&effect))
			ours = {send->octets, send->to, {}};
	const auto sent = verdict(ours, exchange.asked);
	effects.clear();
	const auto fault =
	    registrar.receive(exchange.asked->to, exchange.answer->octets, now + 1ms, effects);
	// RFC 9301 section 5.7: a Map-Notify-Ack for what nothing has asked for.
	EXPECT_EQ(effects.size(), ours.octets.empty() ? 1U : 0U) << exchange.asked->frame;
	return sent + (fault ? ", malformed, " : ", ") + std::string{name(registrar.status(0).state)};
}

void replay_registers(const char *name, Table table) {
	const Recording recording{name};
	for (const auto &exchange : exchanges(recording, server_addresses)) {
		if (exchange.answer == nullptr || type_name(exchange.asked->octets) != "map-register")
			continue;
		Key key{"alpha-key"};
		if (!key.verify(exchange.asked->octets) || !key.verify(exchange.answer->octets)) continue;
		table.expect(exchange.asked->frame, registered(exchange));
	}
}

TEST(Interop, OurMapRegistersAreThoseThatWereTaken) {
	replay_registers("opencp-xtr-register.pcap", Table{{
	                                                 {1, 1, "map-register, acknowledged", same},
	                                             }});
	replay_registers("opencp-ms-exchanges.pcap",
	    Table{{
	        {6, 6, "map-register, acknowledged", same},
	        {10, 10,
	            "map-register 2001:db8:2::/48 ttl 1440 10.99.0.2 fd00:99::2, not map-register "
	            "2001:db8:2::/48 ttl 1440 fd00:99::2 10.99.0.2, acknowledged",
	            sorted},
	        {17, 17,
	            "map-register 10.100.0.0/24 ttl 1440 10.99.0.2 2001:db8:2::/48 ttl 1440 10.99.0.2 "
	            "fd00:99::2, not map-register 10.100.0.0/24 ttl 1440 10.99.0.2 2001:db8:2::/48 ttl "
	            "1440 fd00:99::2 10.99.0.2, acknowledged",
	            sorted},
	        {55, 55, "map-register of other length, malformed, pending",
	            "RFC 2404: 12 octets, which the peer says are 20"},
	        {63, 83, "map-register, acknowledged", same},
	        {87, 87, "silence, not map-register 10.100.0.0/24 ttl 1440 act 3, acknowledged",
	            "nothing is registered without an RLOC"},
	        {91, 91, "map-register, acknowledged", same},
	        {234, 234,
	            "map-register 10.100.0.0/24 ttl 1440 10.99.0.2 2001:db8:2::/48 ttl 1440 10.99.0.2 "
	            "fd00:99::2, not map-register 10.100.0.0/24 ttl 1440 10.99.0.2 2001:db8:2::/48 ttl "
	            "1440 fd00:99::2 10.99.0.2, acknowledged",
	            sorted},
	    }});
	replay_registers("opencp-ms-exchanges2.pcap",
	    Table{{
	        {5, 77, "map-register, acknowledged", same},
	        {83, 83,
	            "map-register 10.100.0.0/24 ttl 1440 10.99.0.2 10.99.0.9 fd00:99::9, not "
	            "map-register 10.100.0.0/24 ttl 1440 10.99.0.9 fd00:99::9 10.99.0.2, acknowledged",
	            sorted},
	        {88, 95, "map-register, acknowledged", same},
	    }});
}

Ours answered(Replier &replier, const Packet &packet) {
	const auto outcome = replier.receive({packet.from, packet.to, packet.octets}, packet.when);
	if (const auto *datagram = std::get_if<Datagram>(&outcome))
		return {{datagram->octets.begin(), datagram->octets.end()}, datagram->to, {}};
	if (std::holds_alternative<HandOn>(outcome)) return {{}, {}, "handed on"};
	return {{}, {}, std::string{name(std::get<Dropped>(outcome).reason)}};
}

TEST(Interop, WhoAskedTheXtrIsAnswered) {
	const Recording registers{"opencp-xtr-register.pcap"};
	Arena arena;
	const auto message = decode_as<MapRegister>(registers[1].octets, arena);
	ASSERT_TRUE(message);
	Replier::Options options;
	options.rate = 0;
	options.accept_zero_checksum = true;
	Replier replier{EidRecords{site_of(*message, ip("10.99.0.1"))}, options};
	const Recording recording{"opencp-xtr-exchanges.pcap"};
	Table table{{
	    {2, 5, "map-reply", same},
	    {7, 7, "map-reply 10.100.0.0/25 ttl 60 10.99.0.2, not silence",
	        "RFC 9301 5.3: encapsulated or not"},
	    {8, 8, "map-reply", same},
	    {10, 10, "map-reply 10.100.0.0/25 ttl 60 10.99.0.2, not silence",
	        "RFC 9301 7.1: a probe is answered"},
	    {11, 11, "silence, handed on", "RFC 9301 6.1: an SMR, for who has a map-cache"},
	    {12, 12, "silence, EID not owned", "not for this xTR to answer"},
	    {13, 13, "silence, not for an xTR to answer", "RFC 9301 5.6: for a Map-Server"},
	}};
	for (const auto &[asked, answer] : exchanges(recording, {ip("10.99.0.2")}))
		table.expect(asked->frame, verdict(answered(replier, *asked), answer));
	Replier strict{EidRecords{site_of(*message, ip("10.99.0.1"))}, Replier::Options{}};
	EXPECT_EQ(answered(strict, recording[2]).reason, "inner UDP checksum is zero");
}

} // namespace
} // namespace lisp::interop
