#include "engine/map_server_status.h"

namespace lisp {

using std::chrono::duration_cast;
using std::chrono::seconds;

MapServerStatus status(const MapServer &server) {
	const auto &table = server.registrations();
	return {server.sites().config().sites.size(), table.eids(), table.size(), server.xtrs().size(),
	    table.memory(), server.subscriptions().active()};
}

void for_each_registration(const MapServer &server, Instant now,
    const std::function<void(const RegistrationStatus &)> &visit) {
	const auto &table = server.registrations();
	Arena arena;
	table.for_each(now, [&](const RegistrationTable::Match &match) {
		for (auto at = match.newest; at != RegistrationTable::none;
		     at = table.live(table[at].older, now)) {
			const auto &registration = table[at];
			const auto &xtr = server.xtrs()[registration.xtr];
			arena.reset();
			Reader in{registration.record()};
			MapRecord record;
			read(in, arena, record);
			visit({match.eid, server.sites().site_of(xtr.key).name, xtr.source, xtr.identity,
			    record.ttl, record.map_version, registration.proxy_reply, record.locators,
			    duration_cast<seconds>(now - registration.registered),
			    duration_cast<seconds>(registration.expires - now)});
		}
		return true;
	});
}

void for_each_site(
    const MapServer &server, Instant now, const std::function<void(const SiteStatus &)> &visit) {
	for (const auto &site : server.sites().config().sites) {
		SiteStatus status{site.name, site.keys.size(), {}, site.rlocs};
		for (const auto &line : site.eids) {
			auto &eid = status.eids.emplace_back(
			    SiteEidStatus{line.eid, line.more_specifics, line.proxy_reply, 0});
			server.registrations().for_each_within(line.eid, now,
			    [&](const RegistrationTable::Match &) { return ++eid.registered > 0; });
		}
		visit(status);
	}
}

void for_each_subscription(const MapServer &server, Instant now,
    const std::function<void(const SubscriptionStatus &)> &visit) {
	server.subscriptions().for_each([&](const Subscriptions::Subscription &subscription) {
		const auto &request = subscription.request;
		visit({request.name.eid, server.subscribers()[request.name.subscriber].name,
		    request.name.xtr_id, request.to, subscription.nonce,
		    duration_cast<seconds>(now - subscription.begun), subscription.sent});
	});
}

} // namespace lisp
