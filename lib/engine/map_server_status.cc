#include "engine/map_server_status.h"

namespace lisp {

using std::chrono::duration_cast;
using std::chrono::seconds;

namespace {

RegistrationStatus status_of(const MapServer &server, const EidPrefix &eid,
    const RegistrationTable::Registration &registration, Arena &arena, Instant now) {
	const auto &xtr = server.xtrs()[registration.xtr];
	Reader in{registration.record()};
	MapRecord record;
	read(in, arena, record);
	return {eid, server.sites().site_of(xtr.key).name, xtr.source, xtr.identity, record.ttl,
	    record.map_version, registration.proxy_reply, record.locators,
	    duration_cast<seconds>(now - registration.registered),
	    duration_cast<seconds>(registration.expires - now)};
}

} // namespace

MapServerStatus status(const MapServer &server) {
	const auto &table = server.registrations();
	return {server.sites().config().sites.size(), table.eids(), table.size(), server.xtrs().size(),
	    table.memory()};
}

bool RegistrationList::next(const MapServer &server, Instant now,
    const std::function<bool(const RegistrationStatus &)> &visit) {
	const auto &table = server.registrations();
	Arena arena;
	bool stopped = false;
	const auto visit_all = [&](const RegistrationTable::Match &match) {
		if (within_ && !within_->covers(match.eid)) return false;
		last_ = match.eid;
		for (auto at = match.newest; at != RegistrationTable::none;
		     at = table.live(table[at].older, now)) {
			arena.reset();
			stopped = !visit(status_of(server, match.eid, table[at], arena, now)) || stopped;
		}
		return !stopped;
	};
	if (last_)
		table.for_each_after(*last_, now, visit_all);
	else if (within_)
		table.for_each_within(*within_, now, visit_all);
	else
		table.for_each(now, visit_all);
	return stopped;
}

void for_each_registration(const MapServer &server, Instant now,
    const std::function<void(const RegistrationStatus &)> &visit) {
	RegistrationList{}.next(server, now, [&](const RegistrationStatus &registration) {
		visit(registration);
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

} // namespace lisp
