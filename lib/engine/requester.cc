#include "engine/requester.h"

#include <algorithm>

namespace lisp {

namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::seconds;

// The record that a packet to the EID would be sent by.
const MapRecord *longest_cover(List<MapRecord> records, const EidPrefix &eid) {
	const MapRecord *longest = nullptr;
	for (const auto &record : records) {
		const auto prefix = eid_prefix(record.eid, record.mask_length);
		if (!prefix || !prefix->covers(eid)) continue;
		if (longest == nullptr || record.mask_length > longest->mask_length) longest = &record;
	}
	return longest;
}

IpAddress loopback(Afi family) {
	if (family == Afi::ipv4) return IpAddress::v4(0x7f000001);
	constexpr std::array<std::uint8_t, 16> one{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
	return IpAddress::v6(one);
}

} // namespace

std::string_view name(NoAnswer reason) {
	switch (reason) {
	case NoAnswer::malformed: return "malformed";
	case NoAnswer::unknown_vendor: return "LCAF of an unknown vendor";
	case NoAnswer::not_a_map_reply: return "not a map-reply";
	case NoAnswer::unknown_nonce: return "nonce of no open map-request";
	case NoAnswer::not_to_a_probe: return "not marked as the answer to a probe";
	case NoAnswer::not_authoritative: return "answers a probe without authority";
	case NoAnswer::other_eid: return "about another EID";
	}
	return "unknown";
}

Requester::Requester(Options options) : options_(std::move(options)), room_(max_datagram) {
	// RFC 9301 section 5.3: one Map-Request a second for an EID-prefix.
	options_.timeout = std::max<std::chrono::nanoseconds>(options_.timeout, seconds{1});
}

void Requester::ask(const EidPrefix &eid) {
	questions_.emplace_back().eid = eid;
}

// RFC 9301 section 5.8: the inner destination is the EID, and the inner source port the one that
// the answer comes to. The inner source address is of the EID's family; nobody answers to it.
Endpoint Requester::inner_source(const EidPrefix &eid) const {
	const auto family = eid.address.family;
	if (options_.source_eid.family == family) return {options_.source_eid, options_.port};
	for (const auto &own : options_.itr_rlocs)
		if (own.family == family) return {own, options_.port};
	return {loopback(family), options_.port};
}

Datagram Requester::encode_request(const EidPrefix &eid, std::uint64_t nonce) {
	Arena arena;
	MapRequest request;
	request.probe = options_.probe;
	request.nonce = nonce;
	if (!options_.source_eid.is_none() && !options_.probe)
		request.source_eid = eid_address(EidPrefix::host(options_.source_eid, eid.instance), arena);
	const auto itr_rlocs = arena.array<Address>(options_.itr_rlocs.size());
	std::copy(options_.itr_rlocs.begin(), options_.itr_rlocs.end(), itr_rlocs.begin());
	request.itr_rlocs = std::span<const Address>(itr_rlocs);
	const RequestedEid record{eid.length, false, eid_address(eid, arena)};
	request.records = std::span<const RequestedEid>(&record, 1);

	auto written = encode(request, room_);
	if (written && options_.encapsulated) {
		const Octets inner(written->begin(), written->end());
		EncapsulatedControl message;
		message.source = inner_source(eid);
		message.destination = {eid.address, control_port};
		message.payload = inner;
		written = encode(message, room_);
	}
	assert(written);
	return {options_.resolver, {}, *written};
}

std::optional<Datagram> Requester::next_request(Instant now, std::uint64_t nonce) {
	for (auto &question : questions_) {
		if (question.done || question.due > now || question.sent.size() >= options_.count) continue;
		question.sent.push_back({nonce, now});
		question.due = now + duration_cast<Instant::duration>(options_.timeout);
		return encode_request(question.eid, nonce);
	}
	return std::nullopt;
}

std::optional<EidPrefix> Requester::next_timeout(Instant now) {
	for (auto &question : questions_) {
		if (question.done || question.due > now || question.sent.size() < options_.count) continue;
		question.done = true;
		return question.eid;
	}
	return std::nullopt;
}

bool Requester::matches(const Question &question, std::uint64_t nonce) const {
	return !question.done && std::any_of(question.sent.begin(), question.sent.end(),
	                             [&](const Sent &sent) { return sent.nonce == nonce; });
}

Result<RequestAnswer, NoAnswer> Requester::receive(
    const Endpoint &from, Bytes octets, Instant now) {
	arena_.reset();
	const auto decoded = decode(octets, arena_);
	if (decoded.error) return NoAnswer::malformed;
	if (has_unknown_vendor(decoded.message)) return NoAnswer::unknown_vendor;
	const auto *reply = std::get_if<MapReply>(&decoded.message);
	if (reply == nullptr) return NoAnswer::not_a_map_reply;
	const auto question = std::find_if(questions_.begin(), questions_.end(),
	    [&](const Question &asked) { return matches(asked, reply->nonce); });
	if (question == questions_.end()) return NoAnswer::unknown_nonce;
	auto answer = judge(*question, *reply);
	if (!answer) return answer;
	question->done = true;
	const auto sent = std::find_if(question->sent.begin(), question->sent.end(),
	    [&](const Sent &request) { return request.nonce == reply->nonce; });
	answer->from = from;
	answer->round_trip = duration_cast<microseconds>(now - sent->when);
	return answer;
}

// RFC 9301 section 5.4: what answers a probe says so, and comes from the site itself.
Result<RequestAnswer, NoAnswer> Requester::judge(Question &question, const MapReply &reply) const {
	if (options_.probe && !reply.probe) return NoAnswer::not_to_a_probe;
	const bool all_authoritative = std::all_of(reply.records.begin(), reply.records.end(),
	    [](const MapRecord &record) { return record.authoritative; });
	if (reply.probe && !all_authoritative) return NoAnswer::not_authoritative;
	RequestAnswer answer;
	answer.eid = question.eid;
	answer.records = reply.records;
	answer.mapping = longest_cover(reply.records, question.eid);
	// Where no one mapping holds for all of a prefix, a Map-Server answers for its first address.
	const auto first = EidPrefix::host(question.eid.address, question.eid.instance);
	if (answer.mapping == nullptr) answer.mapping = longest_cover(reply.records, first);
	if (answer.mapping == nullptr) return NoAnswer::other_eid;
	return answer;
}

std::optional<Instant> Requester::deadline() const {
	std::optional<Instant> earliest;
	for (const auto &question : questions_)
		if (!question.done && (!earliest || question.due < *earliest)) earliest = question.due;
	return earliest;
}

} // namespace lisp
