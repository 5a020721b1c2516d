// Map-Registers and their Map-Notifies.
#include "engine/map_server_request.h"

#include <algorithm>

namespace lisp {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds default_lifetime{180}; // RFC 9301 section 8.2
constexpr RecordTtl longest_lifetime{60 * 24 * 365};

seconds lifetime(const MapRegister &message, const MapRecord &record) {
	if (!message.use_ttl || record.ttl == ttl_receiver_decides) return default_lifetime;
	return minutes{std::min(record.ttl, longest_lifetime).count()};
}

} // namespace

// What becomes of one EID-record of a Map-Register.
struct MapServer::Accepted {
	std::optional<EidPrefix> eid; // none: refused
	const SiteEidLine *line = nullptr;
};

MapServer::Accepted MapServer::accept(const MapRecord &record, std::uint32_t site_number) {
	const auto &site = sites_->config().sites[site_number];
	const auto eid = eid_prefix(record.eid, record.mask_length);
	if (!eid) {
		drop(MapServerDrop::not_an_eid, site.name);
		return {};
	}
	const auto place = sites_->registrable(*eid);
	if (!place || place->site_number != site_number) {
		const auto around = sites_->covering(*eid);
		const bool own = !place && around && around->site == &site;
		drop(own ? MapServerDrop::more_specific : MapServerDrop::foreign_eid, site.name, eid);
		return {};
	}
	if (!ServerSites::allows(site, record.locators)) {
		drop(MapServerDrop::rloc_not_allowed, site.name, eid);
		return {};
	}
	return {eid, place->line};
}

bool MapServer::is_outdated(const MapRecord &record, std::uint32_t site_number, Instant now) const {
	if (record.map_version == 0) return false;
	const auto eid = eid_prefix(record.eid, record.mask_length);
	const auto place = eid ? sites_->registrable(*eid) : std::nullopt;
	if (!place || place->site_number != site_number) return false;
	const auto newest = table_.newest(*eid, now);
	return newest != RegistrationTable::none &&
	       is_older(record.map_version, table_[newest].map_version());
}

// The site is that of the first EID-record that belongs to one; its keys decide.
std::optional<ServerSites::Eid> MapServer::site_of(List<MapRecord> records) const {
	for (const auto &record : records) {
		const auto eid = eid_prefix(record.eid, record.mask_length);
		if (!eid) continue;
		if (const auto place = sites_->registrable(*eid)) return place;
	}
	return std::nullopt;
}

MapServerDrop MapServer::why_unverified(
    std::uint32_t site_number, const Authentication &authentication) const {
	const auto size = authentication.data.size();
	const bool known = authentication_size(authentication.algorithm) > 0;
	if (!known || !is_length_of(authentication.algorithm, size))
		return MapServerDrop::unknown_algorithm;
	return sites_->has_key(site_number, authentication) ? MapServerDrop::bad_authentication
	                                                    : MapServerDrop::unknown_key;
}

void MapServer::on_register(const Arrival &arrival, const MapRegister &message, Instant now) {
	std::optional<EidPrefix> first; // for whoever reads about a drop
	if (!message.records.empty())
		first = eid_prefix(message.records[0].eid, message.records[0].mask_length);
	const auto place = site_of(message.records);
	if (!place) {
		const auto around = first ? sites_->covering(*first) : std::nullopt;
		if (around && around->site != nullptr)
			return drop(MapServerDrop::more_specific, around->site->name, first);
		return drop(MapServerDrop::foreign_eid, {}, first);
	}
	const auto &site = place->site->name;
	const auto key = sites_->verify(place->site_number, message.authentication, arrival.octets);
	if (!key) return drop(why_unverified(place->site_number, message.authentication), site, first);
	// RFC 9302 section 5: the whole message is dropped. As if it had not come, or else it would be
	// acknowledged when it is sent again.
	for (const auto &record : message.records)
		if (is_outdated(record, place->site_number, now))
			return drop(
			    MapServerDrop::older_map_version, site, eid_prefix(record.eid, record.mask_length));
	const auto [verdict, xtr] = xtrs_.judge(*key, sites_->key_line(*key).any_nonce, message,
	    arrival, now, [this](RegisteringXtrs::Number number) { return table_.has_any_of(number); });
	if (verdict == RegisteringXtrs::Verdict::replayed)
		return drop(MapServerDrop::replayed, site, first);
	if (verdict == RegisteringXtrs::Verdict::too_many)
		return drop(MapServerDrop::too_many_xtrs, site, first);
	const bool fresh = verdict == RegisteringXtrs::Verdict::fresh;
	if (fresh)
		++counters_.map_registers;
	else
		drop(MapServerDrop::resent, site, first);

	++message_;
	Writer saving{save_room_};
	if (fresh) begin_saving(saving, xtr);
	auto port = arrival.from.port;
	for (const auto &record : message.records) {
		const auto accepted = accept(record, place->site_number);
		if (!accepted.eid) continue;
		auto &kept = records_.emplace_back(record);
		kept.eid = eid_address(*accepted.eid, arena_); // without host bits
		if (records_.size() == 1) port = accepted.line->notify_port.value_or(port);
		if (fresh) apply(message, kept, *accepted.eid, xtr, now, saving);
		if (message.merge) show_merged(kept, *accepted.eid, now);
	}
	if (fresh) save_ = saving.written();
	acknowledges_ = true;
	schedules_ = true;
	if (message.want_map_notify && !records_.empty())
		notify(arrival, message, records_, *key, port);
	if (tellings_.empty()) return;
	make_notifies(now);
	saved_notifies_.insert(saved_notifies_.end(), save_.begin(), save_.end());
	save_ = saved_notifies_;
}

// A Map-Notify says what has become of what was to be merged.
void MapServer::show_merged(MapRecord &record, const EidPrefix &eid, Instant now) {
	const auto newest = table_.newest(eid, now);
	if (newest != RegistrationTable::none && !record.locators.empty())
		record.locators = mapping(newest, now).locators;
}

void MapServer::begin_saving(Writer &out, RegisteringXtrs::Number number) {
	const auto &xtr = xtrs_[number];
	out.u8(static_cast<std::uint8_t>(SavedKind::map_register), "kind");
	write(out, saved_of(xtr, sites_->mark(xtr.key)), options_.time);
}

// An EID-record without a TTL or without locators withdraws, as ETRs have it.
void MapServer::apply(const MapRegister &message, const MapRecord &record, const EidPrefix &eid,
    RegisteringXtrs::Number xtr, Instant now, Writer &saving) {
	Writer out{rooms_[0]};
	write(out, record);
	SavedRecord saved{message.proxy_reply, message.merge, now, {}, out.written()};
	if (record.ttl == ttl_remove || record.locators.empty()) {
		withdraw(eid, xtr, now);
		return write(saving, saved, options_.time);
	}
	saved.lifetime = lifetime(message, record);
	const RegistrationTable::Offer offer{
	    eid, saved.record, xtr, message_, saved.proxy_reply, saved.merge, now + saved.lifetime};
	const bool news = is_news(eid, record, saved, xtr, now);
	bool is_put = false;
	change(eid, now, [&] { is_put = table_.put(offer, now); });
	if (!is_put)
		return drop(MapServerDrop::duplicate_eid, sites_->site_of(xtrs_[xtr].key).name, eid);
	++counters_.records_registered;
	write(saving, saved, options_.time);
	if (news) tell_others(eid, xtr, now);
}

void MapServer::withdraw(const EidPrefix &eid, RegisteringXtrs::Number xtr, Instant now) {
	const auto own = table_.find(table_.newest(eid, now), xtr);
	const bool merged = own != RegistrationTable::none && table_[own].merge;
	bool is_withdrawn = false;
	change(eid, now, [&] { is_withdrawn = table_.withdraw(eid, xtr); });
	if (!is_withdrawn) return;
	++counters_.records_withdrawn;
	if (merged) tell_merged(eid, xtr, now);
}

// RFC 9301 section 5.7: nonce, Key ID, Algorithm ID and records are the register's.
void MapServer::notify(const Arrival &arrival, const MapRegister &message, List<MapRecord> accepted,
    ServerSites::KeyNumber key, std::uint16_t port) {
	if (port == 0) return;
	MapNotify answer;
	answer.nonce = message.nonce;
	answer.authentication = message.authentication; // room of the right length for the MAC
	answer.records = accepted;
	answer.identity = message.identity;
	const auto octets = encode(answer, rooms_[0]);
	if (!octets || !sites_->sign(key, *octets)) {
		const auto first = eid_prefix(accepted[0].eid, accepted[0].mask_length);
		return drop(MapServerDrop::too_large, sites_->site_of(key).name, first);
	}
	++counters_.map_notifies;
	send({arrival.from.address, port}, arrival.to.address, *octets);
}

} // namespace lisp
