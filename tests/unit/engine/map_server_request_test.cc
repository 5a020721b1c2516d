// Map-Requests that a Map-Server has to take with care: whose answer would say too much, and what
// is to be passed on untouched.
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

} // namespace
} // namespace lisp
