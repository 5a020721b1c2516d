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

bool Requester::may_begin() const {
	return begun_ < questions_.size() && due_.size() < options_.most_open;
}

Datagram Requester::send(Number number, Instant now, std::uint64_t nonce) {
	auto &question = questions_[number];
	question.sent.push_back({nonce, now});
	by_nonce_.emplace(nonce, number);
	question.due = now + duration_cast<Instant::duration>(options_.timeout);
	due_.emplace(question.due, number);
	return {options_.resolver, {}, encode_request(options_, question.eid, nonce, room_)};
}

void Requester::end(Number number) {
	auto &question = questions_[number];
	due_.erase({question.due, number});
	for (const auto &sent : question.sent) by_nonce_.erase(sent.nonce);
	question.sent = {};
}

std::optional<Datagram> Requester::next_request(Instant now, std::uint64_t nonce) {
	if (may_begin()) return send(begun_++, now, nonce);
	for (const auto &[due, number] : due_) {
		if (due > now) break;
		if (questions_[number].sent.size() >= options_.count) continue;
		const auto again = number;
		due_.erase({due, number});
		return send(again, now, nonce);
	}
	return std::nullopt;
}

std::optional<EidPrefix> Requester::next_timeout(Instant now) {
	for (const auto &[due, number] : due_) {
		if (due > now) break;
		if (questions_[number].sent.size() < options_.count) continue;
		const auto eid = questions_[number].eid;
		end(number);
		return eid;
	}
	return std::nullopt;
}

Result<RequestAnswer, NoAnswer> Requester::receive(
    const Endpoint &from, Bytes octets, Instant now) {
	arena_.reset();
	const auto decoded = decode(octets, arena_);
	if (decoded.error) return NoAnswer::malformed;
	if (has_unknown_vendor(decoded.message)) return NoAnswer::unknown_vendor;
	const auto *reply = std::get_if<MapReply>(&decoded.message);
	if (reply == nullptr) return NoAnswer::not_a_map_reply;
	const auto asked = by_nonce_.find(reply->nonce);
	if (asked == by_nonce_.end()) return NoAnswer::unknown_nonce;
	const auto number = asked->second;
	const auto &question = questions_[number];
	auto answer = judge(question, *reply);
	if (!answer) return answer;
	const auto sent = std::find_if(question.sent.begin(), question.sent.end(),
	    [&](const Sent &request) { return request.nonce == reply->nonce; });
	answer->from = from;
	answer->round_trip = duration_cast<microseconds>(now - sent->when);
	end(number);
	return answer;
}

// RFC 9301 section 5.4: what answers a probe says so, and comes from the site itself.
Result<RequestAnswer, NoAnswer> Requester::judge(
    const Question &question, const MapReply &reply) const {
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
	if (may_begin()) return Instant{};
	if (due_.empty()) return std::nullopt;
	return due_.begin()->first;
}

} // namespace lisp
