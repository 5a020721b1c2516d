#include "engine/message_history.h"

#include "engine/capture_clock.h"

namespace lisp {

namespace {

// Whether less than `interval` has passed; packets out of order tell nothing.
bool is_too_soon(std::uint64_t last, std::uint64_t now, std::uint64_t interval) {
	return last != 0 && now >= last && now - last < interval;
}

bool is_refuted(const Authentication &authentication) {
	return authentication.verification && authentication.verification->verdict == Verdict::bad;
}

// Who asked first, whoever passed it on.
IpAddress asker_of(const MapRequest &request, const Captured &outermost) {
	for (const auto &rloc : request.itr_rlocs)
		if (const auto *ip = as_ip(rloc)) return *ip;
	return outermost.source ? outermost.source->address : IpAddress{};
}

} // namespace

MessageHistory::MessageHistory(std::size_t limit, std::uint64_t seed)
    : nonces_(limit, seed), registering_(limit, seed), registrations_(limit, seed),
      smrs_(limit, seed), questions_(limit, seed), versions_(limit, seed) {}

void MessageHistory::check(Dissection &found) {
	// What passes by in one may well have been seen before, on its way there.
	bool in_data_packet = false;
	for (auto *at = &found; at != nullptr;
	     in_data_packet = in_data_packet || at->captured.data, at = at->inner) {
		if (at->error) continue;
		if (const auto *m = std::get_if<MapRegister>(&at->message)) check(*m, *at);
		if (const auto *m = std::get_if<MapNotify>(&at->message)) check(*m, *at);
		if (const auto *m = std::get_if<MapRequest>(&at->message); m != nullptr && !in_data_packet)
			check(*m, found.captured, at->warnings);
		if (const auto *m = std::get_if<MapReply>(&at->message))
			check_versions(m->records, at->warnings);
	}
}

void MessageHistory::check(const MapRegister &message, Dissection &found) {
	const auto &captured = found.captured;
	// Anybody could have sent it.
	if (is_refuted(message.authentication)) return;
	check_versions(message.records, found.warnings);
	if (!captured.source || !captured.destination) return;
	const AddressPair ends{captured.source->address, captured.destination->address};
	Association association{ends, {}, message.authentication.key_id};
	if (message.identity) {
		association.identity = *message.identity;
		association.ends.from = {};
	}
	auto &last = nonces_[association];
	// Section 5.7 lets an ETR send the same Map-Register again.
	found.warnings.add_if(last && message.nonce < *last, Warning::nonce_decreased);
	last = std::max(last.value_or(0), message.nonce);
	registering_[ends].any = true;
	registrations_[{ends, message.nonce}].map_notify |= message.want_map_notify;
}

void MessageHistory::check(const MapNotify &message, Dissection &found) {
	const auto &captured = found.captured;
	if (!captured.source || !captured.destination) return;
	const AddressPair ends{captured.destination->address, captured.source->address};
	// Where no Map-Register was seen at all, they may well go another way.
	if (registering_.find(ends) == nullptr) return;
	const auto *wanted = registrations_.find({ends, message.nonce});
	found.warnings.add_if(wanted == nullptr, Warning::unregistered_notify);
	found.warnings.add_if(wanted != nullptr && !wanted->map_notify, Warning::unwanted_notify);
}

void MessageHistory::check(
    const MapRequest &request, const Captured &outermost, Warnings &warnings) {
	if (!outermost.time || request.probe) return;
	if (request.solicit) return check_smr(outermost, warnings);
	const auto asker = asker_of(request, outermost);
	for (const auto &record : request.records)
		if (const auto eid = eid_prefix(record.eid, record.mask_length))
			check_question({asker, *eid}, request, outermost, warnings);
}

void MessageHistory::check_smr(const Captured &outermost, Warnings &warnings) {
	if (!outermost.source || !outermost.destination) return;
	auto &last = smrs_[{outermost.source->address, outermost.destination->address}];
	warnings.add_if(is_too_soon(last, *outermost.time, 3 * second_of_capture), Warning::smr_rate);
	last = std::max(last, *outermost.time);
}

void MessageHistory::check_question(const Question &question, const MapRequest &request,
    const Captured &outermost, Warnings &warnings) {
	auto &asked = questions_[question];
	const auto source = outermost.source ? outermost.source->address : IpAddress{};
	// The same request, passed on.
	if (asked.time != 0 && asked.nonce == request.nonce && asked.source != source) return;
	warnings.add_if(
	    is_too_soon(asked.time, *outermost.time, second_of_capture), Warning::request_rate);
	asked = {std::max(asked.time, *outermost.time), request.nonce, source};
}

void MessageHistory::check_versions(List<MapRecord> records, Warnings &warnings) {
	for (const auto &record : records) {
		const auto eid = eid_prefix(record.eid, record.mask_length);
		if (!eid || record.map_version == 0) continue;
		auto &last = versions_[*eid];
		const bool older = is_older(record.map_version, last);
		warnings.add_if(older, Warning::version_backwards);
		if (!older) last = record.map_version;
	}
}

} // namespace lisp
