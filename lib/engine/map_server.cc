#include "engine/map_server.h"

#include "engine/map_server_request.h"

#include <algorithm>

namespace lisp {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds default_lifetime{180}; // RFC 9301 section 8.2
constexpr RecordTtl longest_lifetime{60 * 24 * 365};

Instant expiry(const MapRegister &message, const MapRecord &record, Instant now) {
	if (!message.use_ttl || record.ttl == ttl_receiver_decides) return now + default_lifetime;
	return now + minutes{std::min(record.ttl, longest_lifetime).count()};
}

} // namespace

MapServer::MapServer(MapServerConfig config, const Options &options)
    : sites_(std::make_unique<ServerSites>(std::move(config))), options_(options) {
	for (auto &room : rooms_) room.resize(max_datagram);
}

void MapServer::drop(MapServerDrop reason, std::string_view site, std::optional<EidPrefix> eid) {
	++(counters_.*kind(reason).counter);
	if (!dropped_) dropped_ = Dropped{reason, site, eid, std::nullopt};
}

void MapServer::send(const Endpoint &to, const IpAddress &asked, Bytes octets) {
	outgoing_[sending_++] = {to, reply_source(asked, to.address), octets};
}

MapServer::Outcome MapServer::receive(const Arrival &arrival, Instant now) {
	++counters_.received;
	arena_.reset();
	records_.clear();
	reply_octets_ = 0;
	sending_ = 0;
	dropped_.reset();
	sort(arrival, now);
	return {std::span<const Datagram>(outgoing_).first(sending_), dropped_};
}

void MapServer::sort(const Arrival &arrival, Instant now) {
	const auto decoded = decode(arrival.octets, arena_);
	if (decoded.error) {
		drop(MapServerDrop::malformed);
		dropped_->error = decoded.error;
		return;
	}
	if (has_unknown_vendor(decoded.message)) return drop(MapServerDrop::unknown_vendor);
	// What was passed on to an ETR that is this very socket would go round for ever.
	if (arrival.from == arrival.to) return drop(MapServerDrop::looped);
	if (const auto *message = std::get_if<MapRegister>(&decoded.message))
		return on_register(arrival, *message, now);
	if (const auto *message = std::get_if<MapRequest>(&decoded.message))
		return on_request({arrival, *message, arrival.octets, arrival.from, {}}, now);
	if (const auto *message = std::get_if<EncapsulatedControl>(&decoded.message))
		return on_encapsulated(arrival, *message, now);
	drop(MapServerDrop::unexpected_type);
}

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
		drop(MapServerDrop::foreign_eid, site.name, eid);
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

void MapServer::on_register(const Arrival &arrival, const MapRegister &message, Instant now) {
	std::optional<EidPrefix> first; // for whoever reads about a drop
	if (!message.records.empty())
		first = eid_prefix(message.records[0].eid, message.records[0].mask_length);
	const auto place = site_of(message.records);
	if (!place) return drop(MapServerDrop::foreign_eid, {}, first);
	const auto &site = place->site->name;
	const auto key = sites_->verify(place->site_number, message.authentication, arrival.octets);
	if (!key) return drop(MapServerDrop::bad_authentication, site, first);
	// RFC 9302 section 5: the whole message is dropped. As if it had not come, or else it would be
	// acknowledged when it is sent again.
	for (const auto &record : message.records)
		if (is_outdated(record, place->site_number, now))
			return drop(
			    MapServerDrop::older_map_version, site, eid_prefix(record.eid, record.mask_length));
	const auto [verdict, xtr] = xtrs_.judge(*key, message, arrival.from, now,
	    [this](RegisteringXtrs::Number number) { return table_.has_any_of(number); });
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
	auto port = arrival.from.port;
	for (const auto &record : message.records) {
		const auto accepted = accept(record, place->site_number);
		if (!accepted.eid) continue;
		auto &kept = records_.emplace_back(record);
		kept.eid = eid_address(*accepted.eid, arena_); // without host bits
		if (records_.size() == 1) port = accepted.line->notify_port.value_or(port);
		if (fresh) apply(message, kept, *accepted.eid, xtr, now);
	}
	if (message.want_map_notify) notify(arrival, message, records_, *key, port);
}

// An EID-record without a TTL or without locators withdraws, as ETRs have it.
void MapServer::apply(const MapRegister &message, const MapRecord &record, const EidPrefix &eid,
    RegisteringXtrs::Number xtr, Instant now) {
	if (record.ttl == ttl_remove || record.locators.empty()) {
		if (table_.withdraw(eid, xtr)) ++counters_.records_withdrawn;
		return;
	}
	Writer out{rooms_[0]};
	write(out, record);
	const RegistrationTable::Offer offer{
	    eid, out.written(), xtr, message_, message.proxy_reply, expiry(message, record, now)};
	if (table_.put(offer, now))
		++counters_.records_registered;
	else
		drop(MapServerDrop::duplicate_eid, sites_->site_of(xtrs_[xtr].key).name, eid);
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
	if (!octets || !sites_->sign(key, *octets)) return drop(MapServerDrop::too_large);
	++counters_.map_notifies;
	send({arrival.from.address, port}, arrival.to.address, *octets);
}

void MapServer::reload(MapServerConfig config) {
	auto next = std::make_unique<ServerSites>(std::move(config));
	const auto keys = sites_->keys_in(*next);
	table_.retain([&](const EidPrefix &eid, const RegistrationTable::Registration &registration) {
		const auto key = keys[xtrs_[registration.xtr].key];
		const auto place = next->registrable(eid);
		if (!key || !place || &next->site_of(*key) != place->site) return false;
		if (place->site->rlocs.empty()) return true;
		arena_.reset();
		Reader in{registration.record()};
		MapRecord record;
		read(in, arena_, record);
		return ServerSites::allows(*place->site, record.locators);
	});
	xtrs_.rekey(keys);
	sites_ = std::move(next);
}

} // namespace lisp
