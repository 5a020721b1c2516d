// Subscriptions to mappings, and their publication. RFC 9437 sections 5 and 6.
#include "engine/map_server_request.h"

#include <algorithm>

namespace lisp {

namespace {

constexpr std::size_t notify_head = authentication_data_offset + sha256_size;
constexpr std::size_t most_records = 255; // what a Record Count can tell

} // namespace

bool MapServer::wants_subscription(const MapRequest &message) {
	return message.identity && message.records.size() == 1 && message.records[0].notify;
}

bool MapServer::ends_subscription(const MapRequest &message) {
	if (!message.identity || message.records.size() != 1 || message.itr_rlocs.size() != 1)
		return false;
	const auto *itr_rloc = std::get_if<IpAddress>(&message.itr_rlocs[0]);
	return itr_rloc != nullptr && itr_rloc->is_none();
}

// Whether changes of the EID's mapping are known here: the server has to answer for it, and one
// whose ETR does tells everything else to its askers itself.
bool MapServer::publishes(const EidPrefix &eid, Instant now) {
	const auto configured = sites_->covering(eid);
	if (!configured || configured->site == nullptr || configured->line->deny) return false;
	const auto match = registered(*configured, eid, now);
	return !match || answers_for(*configured, *match, now);
}

// `records_` as a signed Map-Notify.
std::optional<Bytes> MapServer::published(std::uint32_t subscriber, std::uint64_t nonce) {
	MapNotify message;
	message.nonce = nonce;
	message.authentication = subscribers_->authentication(subscriber);
	message.records = records_;
	const auto octets = encode(message, rooms_[0]);
	if (!octets || !subscribers_->sign(subscriber, *octets)) return std::nullopt;
	return *octets;
}

void MapServer::drop_of(
    Subscribers::Number subscriber, MapServerDrop reason, std::optional<EidPrefix> eid) {
	const bool is_first = !dropped_;
	drop(reason, {}, eid);
	if (is_first) dropped_->subscriber = (*subscribers_)[subscriber].name;
}

bool MapServer::ask_for(const Subscriptions::Request &request, Instant now) {
	const auto &name = request.name;
	const auto asked = subscriptions_.ask(request, now);
	switch (asked.verdict) {
	case Subscriptions::Verdict::asked: break;
	case Subscriptions::Verdict::replayed:
		drop_of(name.subscriber, MapServerDrop::replayed, name.eid);
		return true;
	case Subscriptions::Verdict::too_many:
		drop_of(name.subscriber, MapServerDrop::too_many_subscriptions, name.eid);
		return false;
	}
	const auto octets = published(name.subscriber, request.nonce);
	if (!octets) return false;
	subscriptions_.set_answered(asked.number, *octets, now);
	if (!request.ends_it && subscriptions_.find(name) == nullptr)
		tell_rest(asked.number, name.eid, now);
	schedules_ = true;
	++counters_.map_notifies;
	send(request.to, request.local.address, *octets);
	return true;
}

// What is within the prefix and not in the answer follows it.
void MapServer::tell_rest(Subscriptions::Number subscription, const EidPrefix &eid, Instant now) {
	auto room = subscriptions_.limits().most_changes / 2; // the rest is for what changes
	table_.for_each_within(eid, now, [&](const RegistrationTable::Match &match) {
		const bool is_told =
		    std::any_of(records_.begin(), records_.end(), [&](const MapRecord &record) {
			    return eid_prefix(record.eid, record.mask_length) == match.eid;
		    });
		if (is_told) return true;
		if (room == 0) return false;
		subscriptions_.set_changed(subscription, match.eid, now);
		return --room > 0;
	});
}

// The answer to the Map-Request is what the subscriber begins with.
bool MapServer::subscribe(const Request &request, const IpAddress &itr_rloc, Instant now) {
	const auto &message = request.message;
	const auto eid = eid_prefix(message.records[0].eid, message.records[0].mask_length);
	const auto subscriber =
	    eid ? subscribers_->find(message.identity->xtr_id, itr_rloc, *eid) : std::nullopt;
	if (!subscriber || records_.empty() || sending_ > 0 || !publishes(*eid, now)) {
		drop(MapServerDrop::subscription_refused, {}, eid);
		return false;
	}
	const auto port = subscribers_->port(*subscriber, itr_rloc, request.source.port);
	if (port == 0) return false;
	return ask_for({{*subscriber, message.identity->xtr_id, *eid}, message.nonce, {itr_rloc, port},
	                   request.arrival.to, false, (*subscribers_)[*subscriber].any_nonce},
	    now);
}

// Confirmed where its Map-Notifies go: who sends such a Map-Request has not shown to be anybody.
void MapServer::unsubscribe(const Request &request, Instant now) {
	const auto &message = request.message;
	const auto eid = eid_prefix(message.records[0].eid, message.records[0].mask_length);
	const Subscriptions::Subscription *found = nullptr;
	for (Subscribers::Number number = 0; eid && found == nullptr && number < subscribers_->size();
	     ++number)
		found = subscriptions_.find({number, message.identity->xtr_id, *eid});
	if (found == nullptr) return drop(MapServerDrop::no_usable_itr_rloc, {}, eid);
	auto ending = found->request;
	ending.nonce = message.nonce;
	ending.ends_it = true;
	add_state(*eid, now);
	ask_for(ending, now);
}

void MapServer::on_subscriber(const Arrival &arrival, const MapNotifyAck &message, Instant now) {
	using enum Subscriptions::Acknowledged;
	const auto acknowledged = subscriptions_.acknowledge(
	    message.nonce, arrival.from.address,
	    [&](std::uint32_t number) { return subscribers_->verify(number, arrival.octets); }, now);
	const auto what = acknowledged.what;
	const auto subscriber = acknowledged.subscriber;
	const auto refuse = [&](MapServerDrop reason) { drop_of(subscriber, reason); };
	switch (what) {
	case unknown: return drop(MapServerDrop::unknown_nonce);
	case not_authentic: return refuse(MapServerDrop::bad_authentication);
	case replayed: return refuse(MapServerDrop::replayed);
	case too_many: return refuse(MapServerDrop::too_many_subscriptions);
	case subscribed: ++counters_.subscribed; break;
	case renewed: ++counters_.renewed; break;
	case ended: ++counters_.unsubscribed; break;
	case publication: ++counters_.publications_acknowledged; break;
	}
	++counters_.map_notify_acks;
	if (what != publication) save_nonce(subscriber, message.nonce);
	table_.note_expired(!subscriptions_.empty());
	schedules_ = true;
}

// Or else what was captured before a restart could be used once more after it.
void MapServer::save_nonce(std::uint32_t subscriber, std::uint64_t nonce) {
	Writer out{save_room_};
	write_subscriber(out, subscribers_->mark(subscriber), nonce);
	save_ = out.written();
}

void MapServer::restore_subscriber(Reader &in) {
	KeyMark mark;
	read(in, mark);
	const auto nonce = in.u64("nonce");
	const auto subscriber = in.ok() ? subscribers_->find(mark) : std::nullopt;
	if (subscriber) subscriptions_.raise_least_nonce(*subscriber, nonce);
}

// The EID-record of exactly this EID; empty where it has none.
Octets MapServer::mapping_octets(const EidPrefix &eid, Instant now) {
	const auto newest = table_.newest(eid, now);
	if (newest == RegistrationTable::none) return {};
	const auto record = mapping(newest, now);
	Octets room(encoded_size(record));
	Writer out{room};
	write(out, record);
	return room;
}

// Where several EID-prefixes cover what is subscribed to, only the longest is its mapping.
void MapServer::publish(const EidPrefix &eid, Instant now) {
	subscriptions_.for_each_concerned(
	    eid, [&](Subscriptions::Number number, const Subscriptions::Subscription &subscription) {
		    const auto &subscribed = subscription.request.name.eid;
		    if (!subscribed.covers(eid)) {
			    const auto match = table_.longest_match(subscribed, now);
			    if (match && match->eid.length > eid.length) return;
		    }
		    subscriptions_.set_changed(number, eid, now);
		    schedules_ = true;
	    });
}

void MapServer::publish_expired(Instant now) {
	for (auto expired = table_.take_expired(); !expired.empty(); expired = table_.take_expired())
		for (const auto &eid : expired) publish(eid, now);
	table_.note_expired(!subscriptions_.empty());
}

// What a Map-Request for the EID would be told, more-specifics aside.
void MapServer::add_state(const EidPrefix &eid, Instant now) {
	for (const auto &asked : {eid, EidPrefix::host(eid.address, eid.instance)}) {
		const auto configured = sites_->covering(asked);
		if (!configured || configured->site == nullptr) continue;
		if (const auto match = registered(*configured, asked, now))
			return add_record(match->eid, match->newest, now);
		const auto hole = table_.vacant(asked, configured->line->eid.length, now);
		if (add_negative(hole, RecordTtl{1})) return;
	}
}

// RFC 9437 section 5: what is gone has a TTL of 0. Where another mapping takes its place that is
// told, too.
void MapServer::add_change(const EidPrefix &changed, const EidPrefix &subscribed, Instant now) {
	const auto newest = table_.newest(changed, now);
	if (newest != RegistrationTable::none) return add_record(changed, newest, now);
	MapRecord gone;
	gone.ttl = ttl_remove;
	gone.mask_length = changed.length;
	gone.eid = eid_address(changed, arena_);
	add(gone);
	if (!changed.covers(subscribed)) return;
	const auto configured = sites_->covering(subscribed);
	if (!configured || configured->site == nullptr) return;
	if (const auto match = registered(*configured, subscribed, now))
		add_record(match->eid, match->newest, now);
}

// How many of its changes are in `records_`.
std::size_t MapServer::add_changes(const Subscriptions::Subscription &subscription, Instant now) {
	const auto &request = subscription.request;
	const auto max_octets =
	    request.to.address.is_v6() ? options_.max_octets_ipv6 : options_.max_octets_ipv4;
	arena_.reset();
	records_.clear();
	reply_octets_ = 0;
	std::size_t count = 0;
	for (const auto &eid : subscription.changed) {
		const auto before = records_.size();
		add_change(eid, request.name.eid, now);
		if (before > 0 &&
		    (records_.size() > most_records || notify_head + reply_octets_ > max_octets)) {
			records_.resize(before);
			break;
		}
		++count;
	}
	if (subscription.changed.empty()) add_state(request.name.eid, now);
	return count;
}

const UnsolicitedNotify *MapServer::next_publication(Instant now) {
	while (auto due = subscriptions_.next(now)) {
		const auto &subscription = due->subscription;
		const auto &request = subscription.request;
		auto nonce = subscription.nonce;
		Bytes octets = subscription.notify;
		if (due->what == Subscriptions::What::changes) {
			const auto count = add_changes(subscription, now);
			const auto made = published(request.name.subscriber, ++nonce);
			octets = made.value_or(Bytes{});
			subscriptions_.set_told(due->number, octets, count, now);
			++counters_.publications;
		} else if (due->what == Subscriptions::What::lost) {
			++counters_.subscribers_lost;
			arena_.reset();
			records_.assign(1, MapRecord{});
			records_[0].mask_length = request.name.eid.length;
			records_[0].action = Action::drop_auth_failure;
			records_[0].eid = eid_address(request.name.eid, arena_);
			octets = published(request.name.subscriber, nonce).value_or(Bytes{});
		}
		if (octets.empty()) continue;
		++counters_.map_notifies;
		publication_ = {request.to, request.local, request.name.subscriber, nonce,
		    Octets(octets.begin(), octets.end())};
		return &publication_;
	}
	return nullptr;
}

} // namespace lisp
