#include "engine/map_server.h"

#include "engine/map_server_request.h"

#include <map>

namespace lisp {

MapServer::MapServer(MapServerConfig config, const Options &options)
    : options_(options), subscriptions_(options.subscriptions) {
	subscribers_ = std::make_unique<Subscribers>(std::move(config.subscribers));
	sites_ = std::make_unique<ServerSites>(std::move(config));
	save_room_.resize(most_saved_octets);
	for (auto &room : rooms_) room.resize(max_datagram);
}

void MapServer::drop(MapServerDrop reason, std::string_view site, std::optional<EidPrefix> eid) {
	++(counters_.*kind(reason).counter);
	if (!dropped_) dropped_ = Dropped{reason, site, eid, std::nullopt, {}};
}

void MapServer::send(const Endpoint &to, const IpAddress &asked, Bytes octets) {
	outgoing_[sending_++] = {to, reply_source(asked, to.address), octets};
}

MapServer::Outcome MapServer::receive(const Arrival &arrival, Instant now) {
	arena_.reset();
	return act_on(decode(arrival), arrival, now);
}

void MapServer::receive(std::span<const Arrival> arrivals, Instant now, const Use &use) {
	arena_.reset();
	batch_.clear();
	for (const auto &arrival : arrivals) batch_.push_back(decode(arrival));
	if (arrivals.size() > 1) prefetch();
	for (std::size_t i = 0; i < arrivals.size(); ++i)
		use(arrivals[i], act_on(batch_[i], arrivals[i], now));
}

MapServer::Decoding MapServer::decode(const Arrival &arrival) {
	Decoding decoding{lisp::decode(arrival.octets, arena_), {}};
	const auto *outer = std::get_if<EncapsulatedControl>(&decoding.outer.message);
	if (outer != nullptr && !decoding.outer.error)
		decoding.inner = lisp::decode(outer->payload, arena_, outer->payload_offset);
	return decoding;
}

// The first EID of each: most have no other.
void MapServer::prefetch() {
	wanted_.clear();
	const auto want = [this](const auto &records) {
		if (records.empty()) return;
		if (const auto eid = eid_prefix(records[0].eid, records[0].mask_length))
			wanted_.push_back(*eid);
	};
	for (const auto &[outer, inner] : batch_)
		for (const auto *message : {&outer.message, &inner.message}) {
			if (const auto *request = std::get_if<MapRequest>(message)) want(request->records);
			if (const auto *reg = std::get_if<MapRegister>(message)) want(reg->records);
		}
	table_.prefetch(wanted_);
}

MapServer::Outcome MapServer::act_on(
    const Decoding &decoding, const Arrival &arrival, Instant now) {
	++counters_.received;
	records_.clear();
	reply_octets_ = 0;
	sending_ = 0;
	dropped_.reset();
	save_ = {};
	saved_notifies_.clear();
	acknowledges_ = false;
	schedules_ = false;
	sort(decoding, arrival, now);
	publish_expired(now);
	return {std::span<const Datagram>(outgoing_).first(sending_), dropped_, save_, acknowledges_,
	    schedules_};
}

void MapServer::sort(const Decoding &decoding, const Arrival &arrival, Instant now) {
	const auto &decoded = decoding.outer;
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
		return on_encapsulated(arrival, *message, decoding.inner, now);
	if (const auto *message = std::get_if<MapNotifyAck>(&decoded.message))
		return on_acknowledgement(arrival, *message, now);
	drop(MapServerDrop::unexpected_type);
}

std::optional<Instant> MapServer::deadline() const {
	auto next = table_.deadline();
	for (const auto other : {unsolicited_.deadline(), subscriptions_.deadline()})
		if (other && (!next || *other < *next)) next = other;
	return next;
}

void MapServer::reload(MapServerConfig config, Instant now) {
	const auto subscribers = std::exchange(config.subscribers, {});
	// To look at a million registrations takes a while.
	if (subscribers == subscribers_->sections() && config == sites_->config()) return;
	auto next_subscribers = std::make_unique<Subscribers>(subscribers);
	auto next = std::make_unique<ServerSites>(std::move(config));
	const auto keys = sites_->keys_in(*next);
	std::vector<EidPrefix> gone;
	std::map<EidPrefix, RegisteringXtrs::Number> merged; // each is told once, whoever is gone
	const auto allowed = [&](const EidPrefix &eid,
	                         const RegistrationTable::Registration &registration) {
		const auto key = keys[xtrs_[registration.xtr].key];
		const auto place = next->registrable(eid);
		if (!key || !place || &next->site_of(*key) != place->site) return false;
		if (place->site->rlocs.empty()) return true;
		arena_.reset();
		Reader in{registration.record()};
		MapRecord record;
		read(in, arena_, record);
		return ServerSites::allows(*place->site, record.locators);
	};
	table_.retain([&](const EidPrefix &eid, const RegistrationTable::Registration &registration) {
		const bool stays = allowed(eid, registration);
		if (!stays && subscriptions_.concern(eid)) gone.push_back(eid);
		if (!stays && registration.merge) merged.emplace(eid, registration.xtr);
		return stays;
	});
	xtrs_.rekey(keys);
	unsolicited_.rekey(keys);
	sites_ = std::move(next);
	const auto numbers = subscribers_->numbers_in(*next_subscribers);
	subscribers_ = std::move(next_subscribers);
	subscriptions_.renumber(numbers, [&](const Subscriptions::Request &request) {
		const auto &name = request.name;
		return publishes(name.eid, now) &&
		       subscribers_->find(name.xtr_id, request.to.address, name.eid) == name.subscriber;
	});
	arena_.reset();
	for (const auto &[eid, xtr] : merged) tell_merged(eid, xtr, now);
	if (!tellings_.empty()) make_notifies(now);
	for (const auto &eid : gone) publish(eid, now);
}

} // namespace lisp
