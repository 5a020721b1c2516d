// Our Map-Requests in the place of those that the peer's Map-Server answered, and its Map-Replies
// as the answers to ours.
#include "engine/requester.h"
#include "recording.h"

namespace lisp::interop {
namespace {

using namespace std::chrono_literals;

// Octets of the inner headers: identification, TTL, addresses and checksums.
const char *const inner = "RFC 9301 5.8: to the EID that is asked for, with a checksum";
const char *const families = "RFC 9301 5.8: the inner header is of the EID's family";
const char *const not_ddt = "RFC 8111 5: D is for who follows Map-Referrals";

// The Map-Request, and the port that it came from.
struct Question {
	Arena arena;
	bool encapsulated = false;
	std::uint16_t port = 0;
	std::optional<MapRequest> request;

	explicit Question(const Packet &packet) : port(packet.from.port) {
		auto decoded = decode(packet.octets, arena);
		if (const auto *outer = std::get_if<EncapsulatedControl>(&decoded.message)) {
			encapsulated = true;
			port = outer->source.port;
			decoded = decode(outer->payload, arena);
		}
		const auto *found = std::get_if<MapRequest>(&decoded.message);
		if (found != nullptr && !decoded.error) request = *found;
	}
};

// What comes of asking the same under the same nonce.
std::string asked(const Exchange &exchange) {
	const Question question{*exchange.asked};
	if (!question.request) return "no map-request";
	const auto &request = *question.request;
	Requester::Options options;
	options.resolver = exchange.asked->to;
	options.encapsulated = question.encapsulated;
	options.port = question.port;
	if (const auto *source = as_ip(request.source_eid)) options.source_eid = *source;
	for (const auto &rloc : request.itr_rlocs) options.itr_rlocs.push_back(*as_ip(rloc));
	Requester requester{options};
	requester.ask(*eid_prefix(request.records[0].eid, request.records[0].mask_length));
	const Instant now{1h};
	const auto datagram = requester.next_request(now, request.nonce);
	if (!datagram) return "nothing";
	Ours ours{{datagram->octets.begin(), datagram->octets.end()}, datagram->to, {}};
	const auto sent = verdict(ours, exchange.asked);
	auto other = exchange.answer->octets;
	other[4] ^= 1;
	const auto refused = requester.receive(exchange.answer->from, other, now);
	EXPECT_EQ(refused ? "taken" : name(refused.error()), name(NoAnswer::unknown_nonce));
	const auto answer = requester.receive(exchange.answer->from, exchange.answer->octets, now);
	if (!answer) return sent + ": " + std::string{name(answer.error())};
	return sent + (answer->positive() ? ": positive" : ": negative");
}

void replay_requests(const char *name, const std::vector<IpAddress> &hosts, Table table) {
	const Recording recording{name};
	for (const auto &exchange : exchanges(recording, hosts))
		if (exchange.answer != nullptr && type_name(exchange.answer->octets) == "map-reply")
			table.expect(exchange.asked->frame, asked(exchange));
}

TEST(Interop, MapRepliesAnswerOurMapRequests) {
	const std::vector<IpAddress> servers{ip("10.99.0.1"), ip("fd00:99::1")};
	replay_requests("opencp-ms-exchanges.pcap", servers,
	    Table{{
	        {1, 1, "encapsulated-control but for 9, 12, 14-15, 21, 23, 30-31: negative", inner},
	        {3, 3, "encapsulated-control but for 9, 12, 14-15, 21-23, 30-31: negative", inner},
	        {15, 15, "encapsulated-control but for 9, 12, 14-15, 21, 23, 30-31: negative", inner},
	        {19, 19, "encapsulated-control but for 9, 12, 14-15, 21, 23, 30-31: positive", inner},
	        {21, 26, "encapsulated-control of other length: positive", families},
	        {28, 28,
	            "encapsulated-control but for 9, 12, 14-15, 21, 23, 30-31, 59: about another EID",
	            "RFC 8060 4.1: the answer is about instance 0"},
	        {30, 30, "encapsulated-control but for 9, 12, 14-15, 17-19, 21, 23, 30-31: positive",
	            inner},
	        {32, 32, "encapsulated-control but for 9, 12, 14-15, 21, 23, 30-31: positive", inner},
	        {35, 35, "encapsulated-control but for 9, 12, 14-15, 21, 23, 30-31: negative", inner},
	        {37, 39, "encapsulated-control but for 9, 12, 14-15, 21, 23, 30-32: positive",
	            "RFC 9301 5.2, 6.1: P and S are not for the mapping system"},
	        {41, 41, "encapsulated-control but for 0, 9, 12, 14-15, 21, 23, 30-31: positive",
	            not_ddt},
	        {51, 51, "encapsulated-control of other length: positive", "RFC 9301 5.2: one EID"},
	        {66, 81, "encapsulated-control but for 9, 12, 14-15, 21, 23, 30-31: positive", inner},
	        {89, 89, "encapsulated-control but for 9, 12, 14-15, 21, 23, 30-31: negative", inner},
	        {93, 93, "encapsulated-control but for 9, 12, 14-15, 21, 23, 30-31: positive", inner},
	        {104, 104, "encapsulated-control but for 9, 12, 14-15, 21, 23, 30-31: negative", inner},
	        {294, 296, "no map-request", "cut short"},
	        {298, 298, "encapsulated-control but for 9, 12, 14-15, 21, 23, 30-31: negative", inner},
	    }});
	replay_requests("opencp-ms-exchanges2.pcap", servers,
	    Table{{
	        {3, 75, "encapsulated-control but for 9, 12, 14-15, 21, 23, 30-31: positive", inner},
	        {79, 79, "encapsulated-control of other length: positive", families},
	        {85, 91, "encapsulated-control but for 9, 12, 14-15, 21, 23, 30-31: positive", inner},
	        {93, 93, "encapsulated-control but for 9, 12, 14-15, 21, 23, 30-31: negative", inner},
	        {97, 97, "encapsulated-control but for 9, 12, 14-15, 21, 23, 30-31: positive", inner},
	    }});
	replay_requests("opencp-xtr-exchanges.pcap", {ip("10.99.0.2")},
	    Table{{
	        {2, 2, "encapsulated-control but for 9, 12, 14-15, 21, 23, 30-31: positive", inner},
	        {5, 5, "encapsulated-control of other length: positive", families},
	        {8, 8, "encapsulated-control but for 9, 12, 14-15, 21, 23, 30-31: positive", inner},
	    }});
	replay_requests("opencp-mr-ddt.pcap", servers,
	    Table{{
	        {3, 3, "encapsulated-control but for 0, 9, 12, 14-15, 21, 23, 30-31: positive",
	            not_ddt},
	    }});
}

// A Map-Referral is no answer to one who does not follow it.
TEST(Interop, MapReferralsAreNoAnswers) {
	const Recording recording{"opencp-mr-ddt.pcap"};
	Requester::Options options;
	options.itr_rlocs = {ip("10.99.0.1")};
	Requester requester{options};
	requester.ask(prefix("10.100.77.5"));
	const Instant now{1h};
	ASSERT_TRUE(requester.next_request(now, *recording[7].nonce));
	const auto answer = requester.receive(recording[7].from, recording[7].octets, now);
	ASSERT_FALSE(answer);
	EXPECT_EQ(answer.error(), NoAnswer::not_a_map_reply);
}

} // namespace
} // namespace lisp::interop
