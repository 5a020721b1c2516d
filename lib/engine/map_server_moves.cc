// EIDs that move from one xTR to another, and those that several of them have: telling the xTRs.
#include "engine/map_server_request.h"

#include <algorithm>
#include <map>

namespace lisp {

namespace {

constexpr std::size_t most_locators = 255; // what a Locator Count can tell
constexpr std::size_t notify_head = 16 + xtr_identity_size;
constexpr std::size_t most_saved_notifies = std::size_t{512} << 10; // octets at a time

// Whether they say the same to who sends to the EID.
bool is_same_locator(const Locator &a, const Locator &b) {
	return a.rloc == b.rloc && a.priority == b.priority && a.weight == b.weight &&
	       a.multicast_priority == b.multicast_priority && a.multicast_weight == b.multicast_weight;
}

bool are_same_locators(List<Locator> a, List<Locator> b) {
	return std::equal(a.begin(), a.end(), b.begin(), b.end(), is_same_locator);
}

} // namespace

MapRecord MapServer::record_of(RegistrationTable::Number registration) {
	Reader in{table_[registration].record()};
	MapRecord record;
	read(in, arena_, record);
	return record;
}

// The newest registration, and where that asks for it (RFC 9301 section 5.6) the locators of all
// that do; of an RLOC that several have, what the newest says.
MapRecord MapServer::mapping(RegistrationTable::Number newest, Instant now) {
	auto record = record_of(newest);
	if (!table_[newest].merge) return record;
	merged_.assign(record.locators.begin(), record.locators.end());
	for_each_other(newest, table_[newest].xtr, now, [&](RegistrationTable::Number other) {
		if (!table_[other].merge) return;
		const auto more = record_of(other);
		record.ttl = std::min(record.ttl, more.ttl);
		for (const auto &locator : more.locators) {
			const bool known = std::any_of(merged_.begin(), merged_.end(),
			    [&](const Locator &one) { return one.rloc == locator.rloc; });
			if (!known && merged_.size() < most_locators) merged_.push_back(locator);
		}
	});
	std::stable_sort(merged_.begin(), merged_.end(), locator_before);
	record.locators = arena_.copy(std::span<const Locator>(merged_));
	return record;
}

// Whether what an xTR registers is another mapping than there was, for the others that have the EID
// registered: not where it refreshes what it has, though it has become the newest by that. One that
// was told of a move and registers again has the EID back.
bool MapServer::is_news(const EidPrefix &eid, const MapRecord &record, const SavedRecord &saved,
    RegisteringXtrs::Number xtr, Instant now) {
	const auto newest = table_.newest(eid, now);
	if (newest == RegistrationTable::none) return false;
	bool has_others = false;
	for_each_other(newest, xtr, now, [&](RegistrationTable::Number) { has_others = true; });
	if (!has_others) return false;
	const auto own = table_.find(newest, xtr);
	const bool refreshes = own != RegistrationTable::none && table_[own].expires > now &&
	                       !table_[own].told && table_[own].merge == saved.merge;
	if (refreshes) {
		const auto before = table_[own].record();
		if (std::equal(before.begin(), before.end(), saved.record.begin(), saved.record.end()))
			return false;
		if (are_same_locators(record_of(own).locators, record.locators)) return false;
	}
	return saved.merge || !are_same_locators(record_of(newest).locators, record.locators);
}

void MapServer::tell_others(const EidPrefix &eid, RegisteringXtrs::Number xtr, Instant now) {
	const auto newest = table_.newest(eid, now);
	if (newest == RegistrationTable::none) return;
	auto record = mapping(newest, now);
	record.eid = eid_address(eid, arena_);
	const bool merged = table_[newest].merge;
	for_each_other(newest, xtr, now, [&](RegistrationTable::Number other) {
		if (merged && !table_[other].merge) return;
		tellings_.push_back({table_[other].xtr, record});
		if (!merged) table_.set_told(other);
	});
}

// What others have merged with it is less from now on.
void MapServer::tell_merged(const EidPrefix &eid, RegisteringXtrs::Number gone, Instant now) {
	const auto newest = table_.newest(eid, now);
	if (newest != RegistrationTable::none && table_[newest].merge) tell_others(eid, gone, now);
}

Bytes MapServer::expire(Instant now) {
	arena_.reset();
	saved_notifies_.clear();
	std::map<EidPrefix, RegisteringXtrs::Number> gone; // each is told once, whoever is gone
	table_.expire(now, [&](const EidPrefix &eid, const RegistrationTable::Registration &one) {
		if (one.merge) gone.emplace(eid, one.xtr);
	});
	for (const auto &[eid, xtr] : gone) tell_merged(eid, xtr, now);
	if (!tellings_.empty()) make_notifies(now);
	publish_expired(now);
	return saved_notifies_;
}

// Each of those to be told gets as few Map-Notifies as hold its records.
void MapServer::make_notifies(Instant now) {
	std::stable_sort(tellings_.begin(), tellings_.end(),
	    [](const Telling &a, const Telling &b) { return a.xtr < b.xtr; });
	std::size_t octets = 0;
	records_.clear();
	for (std::size_t i = 0; i < tellings_.size(); ++i) {
		const auto &[xtr, record] = tellings_[i];
		const auto size = encoded_size(record);
		const auto most =
		    xtrs_[xtr].source.address.is_v6() ? options_.max_octets_ipv6 : options_.max_octets_ipv4;
		const bool fits = octets + size + notify_head + xtrs_[xtr].authentication.size() <= most;
		const bool is_others = i > 0 && tellings_[i - 1].xtr != xtr;
		if (!records_.empty() && (is_others || !fits || records_.size() == most_locators)) {
			make_notify(tellings_[i - 1].xtr, now);
			records_.clear();
			octets = 0;
		}
		records_.push_back(record);
		octets += size;
	}
	if (!records_.empty()) make_notify(tellings_.back().xtr, now);
	tellings_.clear();
}

void MapServer::make_notify(RegisteringXtrs::Number number, Instant now) {
	const auto &xtr = xtrs_[number];
	auto port = xtr.source.port;
	if (const auto eid = eid_prefix(records_[0].eid, records_[0].mask_length))
		if (const auto place = sites_->registrable(*eid))
			port = place->line->notify_port.value_or(port);
	if (port == 0 || xtr.key == RegisteringXtrs::no_key) return;
	const auto time = static_cast<std::uint64_t>(options_.time.of(now).count());
	last_nonce_ = std::max(last_nonce_ + 1, time);
	MapNotify message;
	message.nonce = last_nonce_;
	message.authentication = {xtr.key_id, xtr.algorithm, xtr.authentication, std::nullopt};
	message.records = records_;
	message.identity = xtr.identity;
	const auto octets = encode(message, rooms_[1]);
	if (!octets || !sites_->sign(xtr.key, *octets)) return;
	const UnsolicitedNotify notify{{xtr.source.address, port}, xtr.local, xtr.key, last_nonce_,
	    Octets(octets->begin(), octets->end())};
	const bool added = unsolicited_.add(notify, now);
	++(added ? counters_.unsolicited_notifies : counters_.not_notified);
	if (added) save(notify);
}

// The room holds a Map-Notify, and what is saved with one is less than what its datagram leaves.
void MapServer::save(const UnsolicitedNotify &notify) {
	Writer out{rooms_[1]};
	out.u8(static_cast<std::uint8_t>(SavedKind::notify), "kind");
	write(out, notify, sites_->mark(notify.key));
	const auto octets = out.written();
	if (!out.ok() || saved_notifies_.size() + octets.size() > most_saved_notifies) return;
	saved_notifies_.insert(saved_notifies_.end(), octets.begin(), octets.end());
}

const UnsolicitedNotify *MapServer::next_notify(Instant now) {
	const auto *notify = unsolicited_.next(now);
	if (notify != nullptr) ++counters_.map_notifies;
	counters_.not_acknowledged = unsolicited_.given_up();
	return notify != nullptr ? notify : next_publication(now);
}

void MapServer::on_acknowledgement(
    const Arrival &arrival, const MapNotifyAck &message, Instant now) {
	const auto *notify = unsolicited_.find(message.nonce);
	if (notify == nullptr) return on_subscriber(arrival, message, now);
	if (!sites_->verify(notify->key, arrival.octets))
		return drop(MapServerDrop::bad_authentication, sites_->site_of(notify->key).name);
	++counters_.map_notify_acks;
	unsolicited_.remove(message.nonce);
	Writer out{save_room_};
	out.u8(static_cast<std::uint8_t>(SavedKind::acknowledged), "kind");
	out.u64(message.nonce, "nonce");
	save_ = out.written();
}

} // namespace lisp
