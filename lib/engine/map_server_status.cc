#include "engine/map_server_status.h"

#include <utility>

namespace lisp {

using std::chrono::duration_cast;
using std::chrono::seconds;

namespace {

constexpr std::size_t most_counted = 10'000; // in one call

ServerRegistration status_of(const MapServer &server, const EidPrefix &eid,
    const RegistrationTable::Registration &registration, Arena &arena, Instant now) {
	const auto &xtr = server.xtrs()[registration.xtr];
	Reader in{registration.record()};
	MapRecord record;
	read(in, arena, record);
	return {eid, false, server.sites().site_of(xtr.key).name, xtr.source, xtr.identity, record.ttl,
	    {}, record.map_version, registration.proxy_reply, record.locators,
	    duration_cast<seconds>(now - registration.registered),
	    duration_cast<seconds>(registration.expires - now)};
}

ServerRegistration status_of(const StaticMapping &mapping, Arena &arena) {
	ServerRegistration status;
	status.eid = mapping.eid;
	status.fixed = true;
	const auto record = static_record(mapping, mapping.eid, arena);
	status.ttl = record.ttl;
	status.action = mapping.action;
	status.proxy_reply = true;
	status.locators = record.locators;
	return status;
}

} // namespace

MapServerStatus status(const MapServer &server) {
	const auto &table = server.registrations();
	const auto &config = server.sites().config();
	return {config.sites.size(), table.eids(), config.statics.size(), table.size(),
	    server.xtrs().size(), table.memory(), server.subscriptions().active()};
}

// One call of next().
struct RegistrationList::Visit {
	RegistrationList &list;
	const MapServer &server;
	Instant now;
	const std::function<bool(const ServerRegistration &)> &visit;
	Arena arena = {};
	bool stopped = false;

	bool registration(const RegistrationTable::Match &match) {
		if (!includes(match.eid)) return false;
		const auto &table = server.registrations();
		for (auto at = match.newest; at != RegistrationTable::none;
		     at = table.live(table[at].older, now)) {
			arena.reset();
			stopped = !visit(status_of(server, match.eid, table[at], arena, now)) || stopped;
		}
		return !stopped;
	}
	// What was asked for itself.
	void begin() {
		if (!list.within_ || std::exchange(list.begun_, true)) return;
		const auto &eid = list.last_ = *list.within_;
		const auto newest = server.registrations().newest(eid, now);
		if (newest != RegistrationTable::none) registration({eid, newest});
		const auto configured = server.sites().covering(eid);
		if (!configured || configured->fixed == nullptr || configured->fixed->eid != eid) return;
		stopped = !visit(status_of(*configured->fixed, arena));
	}
	// All before `end`.
	bool statics(const EidPrefix *end) {
		const auto *mapping = server.sites().static_after(list.last_);
		while (!stopped && mapping != nullptr && (end == nullptr || mapping->eid < *end) &&
		       includes(mapping->eid)) {
			arena.reset();
			stopped = !visit(status_of(*mapping, arena));
			mapping = server.sites().static_after(list.last_);
		}
		return !stopped;
	}
	bool includes(const EidPrefix &eid) {
		const bool included = !list.within_ || list.within_->covers(eid);
		if (included) list.last_ = eid;
		return included;
	}
};

bool RegistrationList::next(const MapServer &server, Instant now,
    const std::function<bool(const ServerRegistration &)> &visit) {
	Visit one{*this, server, now, visit};
	const auto &table = server.registrations();
	const auto each = [&](const RegistrationTable::Match &match) {
		return one.statics(&match.eid) && one.registration(match);
	};
	one.begin();
	if (one.stopped) return true;
	table.for_each_after(last_, now, each);
	if (!one.stopped) one.statics(nullptr);
	return one.stopped;
}

void for_each_registration(const MapServer &server, Instant now,
    const std::function<void(const ServerRegistration &)> &visit) {
	RegistrationList{}.next(server, now, [&](const ServerRegistration &registration) {
		visit(registration);
		return true;
	});
}

// False where it has to be gone on with.
bool SiteList::count(const RegistrationTable &table, const EidPrefix &eid, Instant now) {
	const auto visit = [&](const RegistrationTable::Match &match) {
		if (left_ == 0 || !eid.covers(match.eid)) return false;
		--left_;
		++count_;
		last_ = match.eid;
		return true;
	};
	if (last_)
		table.for_each_after(*last_, now, visit);
	else
		table.for_each_within(eid, now, visit);
	if (left_ == 0) return false;
	--left_; // a line without any costs something, too
	counted_.push_back(std::exchange(count_, 0));
	last_.reset();
	return true;
}

bool SiteList::next(
    const MapServer &server, Instant now, const std::function<bool(const SiteStatus &)> &visit) {
	const auto &sites = server.sites().config().sites;
	left_ = most_counted;
	for (bool more = true; more && site_ < sites.size(); ++site_) {
		const auto &site = sites[site_];
		while (counted_.size() < site.eids.size())
			if (!count(server.registrations(), site.eids[counted_.size()].eid, now)) return true;
		SiteStatus status{site.name, site.keys.size(), {}, site.rlocs};
		for (std::size_t i = 0; i < site.eids.size(); ++i) {
			const auto &line = site.eids[i];
			status.eids.push_back({line.eid, line.more_specifics, line.proxy_reply, counted_[i]});
		}
		counted_.clear();
		more = visit(status);
	}
	return site_ < sites.size();
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
