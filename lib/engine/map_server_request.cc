#include "engine/map_server_request.h"

#include <algorithm>

namespace lisp {

namespace {

constexpr RecordTtl ttl_not_lisp{15}; // RFC 9301 section 8.3
constexpr RecordTtl ttl_not_registered{1};
constexpr RecordTtl ttl_denied{1};
constexpr std::size_t max_records = 255; // what a Record Count can tell
constexpr std::size_t map_reply_head = 12;

// Lower is better; RFC 9301 section 5.4.
bool better(const Locator &a, const Locator *b) {
	return b == nullptr || a.priority < b->priority ||
	       (a.priority == b->priority && a.weight > b->weight);
}

// As when EIDs of one mapping are asked for together.
void erase_repeated(std::vector<MapRecord> &records) {
	auto end = records.begin();
	for (const auto &record : records)
		if (std::none_of(records.begin(), end, [&](const MapRecord &one) {
			    return one.mask_length == record.mask_length && one.eid == record.eid;
		    }))
			*end++ = record;
	records.erase(end, records.end());
}

} // namespace

// RFC 9301 section 5.8.
void MapServer::on_encapsulated(
    const Arrival &arrival, const EncapsulatedControl &message, const Decoded &inner, Instant now) {
	if (message.ip_checksum == ChecksumState::bad) return drop(MapServerDrop::inner_ip_checksum);
	if (message.source.port == data_port || message.destination.port == data_port)
		return drop(MapServerDrop::inner_data_port);
	if (message.udp_checksum == ChecksumState::zero && !options_.accept_zero_checksum)
		return drop(MapServerDrop::inner_checksum_zero);
	if (message.udp_checksum == ChecksumState::bad) return drop(MapServerDrop::inner_checksum_bad);
	if (inner.error) {
		drop(MapServerDrop::malformed);
		dropped_->error = inner.error;
		return;
	}
	if (has_unknown_vendor(inner.message)) return drop(MapServerDrop::unknown_vendor);
	const auto *request = std::get_if<MapRequest>(&inner.message);
	if (request == nullptr) return drop(MapServerDrop::inner_not_map_request);
	on_request({arrival, *request, message.payload, message.source, message.packet}, now);
}

// RFC 9301 section 8.3. EID-records that are answered here share one Map-Reply; the first that is
// an ETR's to answer makes the whole message go there, once.
void MapServer::on_request(const Request &request, Instant now) {
	const auto &message = request.message;
	if (message.probe) return drop(MapServerDrop::probe);
	if (message.solicit) return drop(MapServerDrop::solicit);
	if (message.dont_map_reply) return drop(MapServerDrop::dont_map_reply);
	++counters_.map_requests;
	if (ends_subscription(message)) return unsubscribe(request, now);
	const auto itr_rloc =
	    choose_itr_rloc(message.itr_rlocs, request.arrival.from.address, options_.sendable);
	const auto max_octets =
	    itr_rloc.address.is_v6() ? options_.max_octets_ipv6 : options_.max_octets_ipv4;
	for (const auto &asked : message.records) {
		// More than one Map-Reply holds is asked for by nobody honest.
		if (map_reply_head + reply_octets_ > max_octets) {
			drop(MapServerDrop::too_large);
			break;
		}
		answer(request, asked, max_octets, now);
	}
	if (wants_subscription(message) && subscribe(request, itr_rloc.address, now)) return;
	if (records_.empty()) return;
	if (itr_rloc.fault == ItrRlocFault::none) return reply(request, itr_rloc.address);
	drop(itr_rloc.fault == ItrRlocFault::refused ? MapServerDrop::itr_rloc_refused
	                                             : MapServerDrop::no_usable_itr_rloc);
}

// Where one answer to all of a prefix would hide others within it, its first address is answered
// for.
void MapServer::answer(
    const Request &request, const RequestedEid &asked, std::size_t max_octets, Instant now) {
	const auto eid = eid_prefix(asked.eid, asked.mask_length);
	if (!eid) return drop(MapServerDrop::not_an_eid);
	if (answer_all(request, *eid, max_octets, now)) return;
	answer_all(request, EidPrefix::host(eid->address, eid->instance), max_octets, now);
}

bool MapServer::answer_all(
    const Request &request, const EidPrefix &eid, std::size_t max_octets, Instant now) {
	const auto configured = sites_->covering(eid);
	if (!configured) return add_negative(sites_->hole(eid), ttl_not_lisp);
	if (configured->elsewhere != nullptr) {
		const auto &resolver = configured->elsewhere->resolver;
		// It may have been told the same of here.
		if (request.arrival.from == resolver)
			drop(MapServerDrop::looped, {}, eid);
		else
			forward(request, eid, resolver);
		return true;
	}
	if (configured->fixed != nullptr) return add_static(*configured->fixed, eid);
	if (configured->line->deny)
		return add_negative(
		    sites_->part(configured->line->eid, eid), ttl_denied, *configured->line->deny);
	const auto match = registered(*configured, eid, now);
	if (!match)
		return add_negative(vacant(eid, configured->line->eid.length, now), ttl_not_registered);
	// With A it is the site itself that is to answer (RFC 9301 section 5.2).
	if (!request.message.authoritative && answers_for(*configured, *match, now))
		return add_mapping(*match, eid, max_octets, now);
	forward(request, eid, etr(table_[match->newest]));
	return true;
}

// A registration that another site's configured EID-prefix cuts off from `eid` does not count.
std::optional<RegistrationTable::Match> MapServer::registered(
    const ServerSites::Eid &configured, const EidPrefix &eid, Instant now) {
	const auto match = table_.longest_match(eid, now);
	if (!match || match->eid.length < configured.line->eid.length) return std::nullopt;
	return match;
}

bool MapServer::answers_for(
    const ServerSites::Eid &configured, const RegistrationTable::Match &match, Instant now) const {
	if (configured.line->proxy_reply) return true;
	for (auto at = match.newest; at != RegistrationTable::none;
	     at = table_.live(table_[at].older, now))
		if (table_[at].proxy_reply) return true;
	return false;
}

void MapServer::add(const MapRecord &record) {
	records_.push_back(record);
	reply_octets_ += encoded_size(record);
}

bool MapServer::add_negative(const std::optional<EidPrefix> &eid, RecordTtl ttl, Action action) {
	if (!eid) return false;
	++counters_.negative_records;
	MapRecord record;
	record.ttl = ttl;
	record.mask_length = eid->length;
	record.action = action;
	record.eid = eid_address(*eid, arena_);
	add(record);
	return true;
}

// Where others lie within it, a part that has none.
bool MapServer::add_static(const StaticMapping &mapping, const EidPrefix &eid) {
	const auto part = sites_->part(mapping.eid, eid);
	if (!part) return false;
	if (mapping.action) ++counters_.negative_records;
	add(static_record(mapping, *part, arena_));
	return true;
}

// As the ETR registered it, but that it is not the ETR who says so: neither A nor L nor p (RFC 9301
// section 5.4).
void MapServer::add_record(const EidPrefix &eid, RegistrationTable::Number newest, Instant now) {
	auto record = mapping(newest, now);
	const auto locators = arena_.array<Locator>(record.locators.size());
	std::copy(record.locators.begin(), record.locators.end(), locators.begin());
	for (auto &locator : locators) locator.local = locator.probed = false;
	record.locators = std::span<const Locator>(locators);
	record.action = Action::no_action;
	record.authoritative = false;
	record.mask_length = eid.length;
	record.eid = eid_address(eid, arena_);
	add(record);
}

// The shortest prefix around `eid` within which nothing is registered, nor answered in another way.
std::optional<EidPrefix> MapServer::vacant(const EidPrefix &eid, unsigned base, Instant now) const {
	for (auto length = base; length <= eid.length; ++length) {
		const auto part = table_.vacant(eid, length, now);
		if (!part || !sites_->has_apart(*part)) return part;
		length = part->length;
	}
	return std::nullopt;
}

// The best match and its more-specifics (RFC 9301 section 5.5). Where these are too many for one
// Map-Reply, or not only registrations, the match alone, cut down to a part that has no
// more-specific: it is as true there and hides none of them.
bool MapServer::add_mapping(const RegistrationTable::Match &match, const EidPrefix &eid,
    std::size_t max_octets, Instant now) {
	if (match.eid.is_host()) { // most are
		add_record(match.eid, match.newest, now);
		return true;
	}
	const auto before = records_.size();
	const auto octets_before = reply_octets_;
	bool fits = true;
	if (!sites_->has_apart(match.eid)) {
		table_.for_each_within(match.eid, now, [&](const RegistrationTable::Match &found) {
			add_record(found.eid, found.newest, now);
			fits = records_.size() <= max_records && map_reply_head + reply_octets_ <= max_octets;
			return fits || records_.size() == before + 1;
		});
		if (fits || records_.size() == before + 1) return true;
	}
	records_.resize(before);
	reply_octets_ = octets_before;
	const auto part = vacant(eid, match.eid.length + 1U, now);
	if (part) add_record(*part, match.newest, now);
	return part.has_value();
}

void MapServer::reply(const Request &request, const IpAddress &itr_rloc) {
	if (request.source.port == 0) return drop(MapServerDrop::no_usable_itr_rloc);
	if (request.message.records.size() > 1) erase_repeated(records_);
	const auto shortest = std::min_element(records_.begin(), records_.end(),
	    [](const MapRecord &a, const MapRecord &b) { return a.ttl < b.ttl; });
	for (const auto ttl = shortest->ttl; auto &record : records_) record.ttl = ttl;
	MapReply answer;
	answer.nonce = request.message.nonce;
	answer.records = records_;
	const auto octets = encode(answer, rooms_[0]);
	if (!octets) return drop(MapServerDrop::too_large);
	++counters_.map_replies;
	send({itr_rloc, request.source.port}, request.arrival.to.address, *octets);
}

// Which of the locators an ETR listens at is told by L; a register by proxy has none with L.
std::optional<Endpoint> MapServer::etr(const RegistrationTable::Registration &registration) {
	const auto &source = xtrs_[registration.xtr].source.address;
	const auto usable = [&](const IpAddress &address) {
		return options_.sendable.contains(address.family) &&
		       may_send_to(address, source.is_loopback());
	};
	Reader in{registration.record()};
	MapRecord record;
	read(in, arena_, record);
	const Locator *local = nullptr;
	const Locator *any = nullptr;
	for (const auto &locator : record.locators) {
		const auto *address = as_ip(locator.rloc);
		if (address == nullptr || !usable(*address) || !locator.reachable ||
		    locator.priority == priority_unusable)
			continue;
		if (better(locator, any)) any = &locator;
		if (locator.local && better(locator, local)) local = &locator;
	}
	const auto *best = local != nullptr ? local : any;
	if (best != nullptr) return Endpoint{*as_ip(best->rloc), control_port};
	if (usable(source)) return Endpoint{source, control_port};
	return std::nullopt;
}

// The packet that was encapsulated goes on as it is. A Map-Request that was not gets an inner
// header of its own; where its sender and the EID are of different families the header cannot name
// both, and names where it was sent instead of the EID.
void MapServer::forward(
    const Request &request, const EidPrefix &eid, const std::optional<Endpoint> &to) {
	if (sending_ > 0) return; // for another EID of the message
	if (!to) return drop(MapServerDrop::no_usable_etr, {}, eid);
	if (*to == request.arrival.to) return drop(MapServerDrop::looped, {}, eid);
	Writer out{rooms_[1]};
	if (request.packet.empty()) {
		EncapsulatedControl encapsulated;
		encapsulated.source = request.source;
		const bool one_family = eid.address.family == request.source.address.family;
		encapsulated.destination = {
		    one_family ? eid.address : request.arrival.to.address, control_port};
		encapsulated.payload = request.octets;
		write(out, encapsulated);
	} else {
		out.u32(0x80000000U, "header");
		out.bytes(request.packet, "inner packet");
	}
	const auto octets = out.finish();
	if (!octets) return drop(MapServerDrop::too_large, {}, eid);
	++counters_.forwarded;
	send(*to, request.arrival.to.address, *octets);
}

} // namespace lisp
