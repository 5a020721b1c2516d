// What a peer's xTRs and hosts sent to a peer's Map-Server, sent to ours: taken, answered or
// refused as by that Map-Server, or else by the rule that says otherwise.
#include "engine/map_server.h"
#include "recording.h"

namespace lisp::interop {
namespace {

const std::vector<IpAddress> server_addresses{ip("10.99.0.1"), ip("fd00:99::1")};

// The sites as far as the recordings tell. The nonces of this peer are random, and its Map-Notifies
// go to the control port whatever port the Map-Register came from.
MapServerConfig recorded_sites() {
	Diagnostics found;
	auto config = parse_mapserver_config(R"(
@SITE alpha
key	alpha-key	nonce=any
eid	10.100.0.0/24	more-specifics=yes notify-port=4342
eid	2001:db8:2::/48	more-specifics=yes notify-port=4342

@SITE beta
key	beta-key	nonce=any
eid	10.100.1.0/24	notify-port=4342
)",
	    found);
	EXPECT_TRUE(found.all().empty());
	return config;
}

MapServer::Options peers_options() {
	MapServer::Options options;
	options.accept_zero_checksum = true;
	return options;
}

// Rules that rows share.
const char *const same = "as recorded, octet for octet";
const char *const proxied = "RFC 9301 5.4: neither A nor L where a Map-Server answers";
const char *const kept = "RFC 9301 5.6, 8.2: registers add to each other, and other xTRs' stay";
const char *const negative_ttl = "RFC 9301 8.3: a minute where nothing is registered";
const char *const hole = "RFC 9301 8.3, 8.4: 15 minutes for the shortest prefix that holds nothing";
const char *const plain = "RFC 9301 8.3: encapsulated or not";
const char *const instance = "RFC 8060 4.1: an EID of another instance";
const char *const itr_rloc = "RFC 9301 5.5: one of the ITR-RLOCs, of a family that is sure to work";
const char *const first_address = "RFC 9301 5.5: not for what more-specifics hide";
const char *const wrong_key = "RFC 9301 5.7: the authentication data is wrong";
const char *const guessed = "RFC 9301 5.7: zeros, one of which the peer took, for it compares text";
const char *const foreign = "RFC 9301 8.2: not of this site";
const char *const cut = "RFC 9301 5.6, 5.8: too short for what it says";
const char *const no_nat = "no part of RFC 9301: NAT traversal";
const char *const no_ddt =
    "RFC 8111: not spoken, so that the ITR is answered, and referrals are not";
const char *const not_ddt_originated = "RFC 9301 8.4: D is for who follows Map-Referrals";

class Server {
public:
	explicit Server(
	    const MapServerConfig &config, const MapServer::Options &options = peers_options())
	    : server(config, options) {}

	Ours receive(const Packet &packet) {
		server.expire(packet.when);
		const auto outcome = server.receive({packet.from, packet.to, packet.octets}, packet.when);
		Ours ours;
		if (outcome.dropped) ours.reason = kind(outcome.dropped->reason).name;
		EXPECT_LE(outcome.send.size(), 1U) << packet.frame;
		for (const auto &datagram : outcome.send) {
			ours.octets.assign(datagram.octets.begin(), datagram.octets.end());
			ours.to = datagram.to;
		}
		return ours;
	}

	MapServer server;
};

void replay(const Recording &recording, Server &server, Table table) {
	for (const auto &[asked, answer] : exchanges(recording, server_addresses)) {
		const auto ours = server.receive(*asked);
		table.expect(asked->frame, verdict(ours, answer));
		EXPECT_TRUE(ours.reason != "malformed" || !Key{"alpha-key"}.verify(asked->octets));
		if (type_name(ours.octets) != "map-notify") continue;
		EXPECT_TRUE(Key{"alpha-key"}.verify(ours.octets)) << asked->frame;
		EXPECT_EQ(nonce_in(ours.octets), asked->nonce) << asked->frame;
	}
}

TEST(Interop, MapServerExchanges) {
	const Recording recording{"opencp-ms-exchanges.pcap"};
	Server server{recorded_sites()};
	replay(recording, server,
	    Table{{
	        {1, 1, "map-reply 10.100.0.0/24 ttl 1 act 1, not map-reply 10.100.0.0/24 ttl 60 act 1",
	            negative_ttl},
	        {3, 3,
	            "map-reply 10.100.64.0/18 ttl 15 act 1, not map-reply 10.100.0.0/16 ttl 900 act 1",
	            hole},
	        {5, 5, "map-reply 128.0.0.0/1 ttl 15 act 1, not silence", hole},
	        {6, 6, "map-notify", same},
	        {8, 8, "encapsulated-control", same},
	        {10, 10, "map-notify", same},
	        {12, 12, "encapsulated-control", same},
	        {15, 15,
	            "encapsulated-control, not map-reply 10.100.0.0/24 ttl 60 act 1 to 10.99.0.2:4342, "
	            "not to 10.99.0.2:50000",
	            kept},
	        {17, 17, "map-notify", same},
	        {19, 19, "map-reply but for 18, 33", proxied},
	        {21, 21, "map-reply but for 18, 45, 69", proxied},
	        {23, 23, "map-reply but for 18, 33", proxied},
	        {25, 25, "map-reply 10.100.0.0/24 ttl 1440 10.99.0.2, not silence", plain},
	        {26, 26, "map-reply but for 18, 33", proxied},
	        {28, 28,
	            "map-reply [77]0.0.0.0/0 ttl 15 act 1, not map-reply 10.100.0.0/24 ttl 1440 "
	            "10.99.0.2",
	            instance},
	        {30, 30, "map-reply but for 18, 33", proxied},
	        {32, 32, "map-reply but for 18, 33 to 10.99.0.2:50000, not to [fd00:99::2]:50000",
	            itr_rloc},
	        {35, 35,
	            "map-reply 10.100.0.0/24 ttl 1440 10.99.0.2, not map-reply 10.100.0.0/16 ttl 900 "
	            "act 1",
	            first_address},
	        {37, 37, "silence, not map-reply 10.100.0.0/24 ttl 1440 10.99.0.2, probe",
	            "RFC 9301 5.2: no probe goes to the mapping system"},
	        {39, 39, "silence, not map-reply 10.100.0.0/24 ttl 1440 10.99.0.2, solicit",
	            "RFC 9301 6.1: no SMR goes to the mapping system"},
	        {41, 41, "map-reply but for 18, 33", proxied},
	        {47, 47,
	            "map-reply 10.100.1.0/24 ttl 1 act 1, not map-referral to 10.99.0.2:50000, not to "
	            "10.99.0.2:4342",
	            no_ddt},
	        {49, 49, "silence, malformed", "RFC 9303 6.1: S without its data"},
	        {51, 51, "map-reply but for 18, 33", proxied},
	        {53, 54, "map-notify 10.100.0.0/24 ttl 1440 10.99.0.2, not silence",
	            "RFC 9301 12.5: HMAC-SHA-256, whole and cut to 128 bits"},
	        {55, 55, "map-notify 10.100.0.0/24 ttl 1440 10.99.0.2, not map-notify (malformed)",
	            "RFC 2404: HMAC-SHA-1-96; the length of the register's is that of the "
	            "Map-Notify's"},
	        {57, 57, "silence, not map-notify 10.100.0.0/24 ttl 1440 10.99.0.2, unknown-algorithm",
	            "RFC 9301 5.6: an unknown algorithm"},
	        {59, 59, "silence, not map-notify (malformed), unknown-algorithm",
	            "RFC 9301 1.1: none at all"},
	        {61, 61, "encapsulated-control", same},
	        {63, 63, "map-notify", same},
	        {65, 65, "silence, bad-authentication", wrong_key},
	        {66, 66, "map-reply but for 18, 33", proxied},
	        {68, 68, "silence, not map-notify 10.100.0.0/24 ttl 1440 10.99.0.2, bad-authentication",
	            wrong_key},
	        {70, 70, "silence, bad-authentication", wrong_key},
	        {75, 75, "silence, foreign-eid", foreign},
	        {76, 76, "map-notify 10.100.0.0/24 ttl 1440 10.99.0.2, not silence, foreign-eid",
	            foreign},
	        {77, 77, "map-notify", same},
	        {79, 79, "map-reply but for 18, 33", proxied},
	        {81, 81, "map-reply but for 18, 33, 46, 61", proxied},
	        {83, 83, "map-notify", same},
	        {85, 85, "map-notify 10.100.0.0/24 ttl 1440 10.99.0.2, not silence",
	            "RFC 8060 4.1: in instance 0"},
	        {86, 86, "map-notify 10.100.0.0/24 ttl 1440 [7]10.99.0.2, not silence",
	            "RFC 8060 4.1: an RLOC in an instance"},
	        {87, 87, "map-notify", same},
	        {89, 89,
	            "map-reply 10.100.0.0/24 ttl 1440 10.99.0.2 10.100.0.16/28 ttl 1440 10.99.0.3, not "
	            "map-reply 10.100.0.0/24 ttl 1440 act 3",
	            kept},
	        {91, 91, "map-notify", same},
	        {93, 93,
	            "map-reply 10.100.0.0/24 ttl 1440 10.99.0.2 10.100.0.16/28 ttl 1440 10.99.0.3, not "
	            "map-reply 10.100.0.0/24 ttl 0 10.99.0.2",
	            kept},
	        {95, 95, "silence", "RFC 9301 5.6: no M, no Map-Notify"},
	        {96, 96, "silence, not info-reply, unexpected-type", no_nat},
	        {98, 98, "silence, unexpected-type", no_nat},
	        {99, 99, "silence, inner-not-map-request", no_nat},
	        {100, 101, "silence, unexpected-type", "RFC 9301 8.3: not for a Map-Server"},
	        {102, 102, "silence, unknown-nonce", "RFC 9301 5.7: of no Map-Notify"},
	        {103, 103, "silence, unexpected-type", "RFC 9304 3: an unknown sub-type"},
	        {104, 104,
	            "map-reply 10.100.0.0/24 ttl 1440 10.99.0.2 10.100.0.16/28 ttl 1440 10.99.0.3, not "
	            "map-reply 10.100.0.0/24 ttl 60 act 1",
	            kept},
	        {106, 233, "silence, malformed", cut},
	        {234, 234, "map-notify", same},
	        {236, 293, "silence, malformed", cut},
	        {294, 296, "silence, not map-reply 10.100.0.0/24 ttl 60 act 1, malformed", cut},
	        {298, 298,
	            "map-reply 10.100.0.0/24 ttl 1440 10.99.0.2 10.100.0.16/28 ttl 1440 10.99.0.3, not "
	            "map-reply 10.100.0.0/24 ttl 60 act 1",
	            kept},
	        {300, 349, "silence, malformed", cut},
	        {350, 350, "silence, not info-reply, unexpected-type", no_nat},
	        {352, 405, "silence, malformed", cut},
	        {406, 406, "silence, unexpected-type", no_ddt},
	    }});
}

TEST(Interop, MapServerExchangesOverBothFamilies) {
	const Recording recording{"opencp-ms-exchanges2.pcap"};
	Server server{recorded_sites()};
	replay(recording, server,
	    Table{{
	        {1, 1, "silence, not map-notify (malformed), unknown-algorithm",
	            "RFC 9301 1.1: none at all"},
	        {3, 3,
	            "map-reply 10.100.0.0/24 ttl 1 act 1, not map-reply 10.100.0.0/24 ttl 1440 "
	            "10.99.0.66",
	            "what frame 1 wanted registered"},
	        {5, 5, "map-notify", same},
	        {7, 7, "encapsulated-control, not map-referral", no_ddt},
	        {10, 10,
	            "map-reply 10.100.64.0/18 ttl 15 act 1, not map-referral to 10.99.0.2:50000, not "
	            "to 10.99.0.2:4342",
	            no_ddt},
	        {12, 12,
	            "map-reply 128.0.0.0/1 ttl 15 act 1, not map-referral to 10.99.0.2:50000, not to "
	            "10.99.0.2:4342",
	            no_ddt},
	        {14, 72, "silence, bad-authentication", guessed},
	        {73, 73,
	            "silence, not map-notify 10.100.0.0/24 ttl 10059 10.99.0.77, bad-authentication",
	            guessed},
	        {75, 75,
	            "encapsulated-control, not map-reply 10.100.0.0/24 ttl 10059 10.99.0.77 to "
	            "10.99.0.2:4342, not to 10.99.0.2:50000",
	            "what frame 73 wanted registered"},
	        {77, 77, "map-notify", same},
	        {79, 79, "map-reply but for 18, 33", proxied},
	        {81, 81, "silence, not info-reply, unexpected-type", no_nat},
	        {83, 83, "map-notify", same},
	        {85, 85, "map-reply but for 18, 33, 45, 69", proxied},
	        {88, 88, "map-notify", same},
	        {91, 91, "map-reply but for 18, 33", proxied},
	        {93, 93,
	            "map-reply 10.100.0.0/32 ttl 1440 10.99.0.2, not map-reply 10.100.0.0/24 ttl 60 "
	            "act 1",
	            first_address},
	        {95, 95, "map-notify", same},
	        {97, 97,
	            "map-reply 10.100.0.5/32 ttl 1440 10.99.0.2, not map-reply 10.100.0.0/24 ttl 1440 "
	            "10.99.0.2",
	            kept},
	    }});
}

// Behind a Map-Server of the same peer, and before its xTR.
TEST(Interop, MapServerInFrontOfTheXtr) {
	Server server{recorded_sites()};
	const Recording recording{"opencp-xtr-exchanges.pcap"};
	auto registering = Recording{"opencp-xtr-register.pcap"};
	for (auto &packet : registering.packets) packet.when = recording.packets[0].when;
	replay(registering, server,
	    Table{{
	        {1, 1, "map-notify", same},
	    }});
	replay(recording, server,
	    Table{{
	        {1, 1, "encapsulated-control", same},
	        {4, 4, "encapsulated-control", same},
	    }});
}

// The peer's resolver asks on by DDT; ours passes on to the configured one. Map-Referrals are for
// neither.
TEST(Interop, MapResolver) {
	const Recording recording{"opencp-mr-ddt.pcap"};
	Server server{recorded_sites()};
	replay(recording, server,
	    Table{{
	        {1, 1, "silence", "RFC 9301 5.6: no M, no Map-Notify"},
	        {3, 3, "map-reply but for 18, 33", proxied},
	        {6, 6,
	            "map-reply 10.100.64.0/18 ttl 15 act 1, not map-referral to 10.99.0.1:50000, not "
	            "to 10.99.0.2:4342",
	            no_ddt},
	        {9, 9,
	            "map-reply 10.100.1.0/24 ttl 1 act 1, not map-referral to 10.99.0.1:50000, not to "
	            "10.99.0.2:4342",
	            no_ddt},
	    }});
	MapServerConfig elsewhere;
	elsewhere.elsewhere.push_back({prefix("10.100.0.0/16"), {ip("10.99.0.1"), control_port}, {}});
	Server resolver{elsewhere};
	Table table{{
	    {2, 6, "encapsulated-control but for 0", not_ddt_originated},
	    {7, 7, "silence, unexpected-type", no_ddt},
	    {8, 9, "encapsulated-control but for 0", not_ddt_originated},
	    {10, 10, "silence, unexpected-type", no_ddt},
	    {11, 11, "encapsulated-control, not silence", "RFC 9301 4: each Map-Request is passed on"},
	}};
	for (const auto &[asked, answer] : exchanges(recording, {ip("10.99.0.2")}))
		table.expect(asked->frame, verdict(resolver.receive(*asked), answer));
	EXPECT_EQ(resolver.server.counters().unexpected_type, 2U);
}

} // namespace
} // namespace lisp::interop
