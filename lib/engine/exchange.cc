#include "engine/exchange.h"

#include <algorithm>
#include <array>

namespace lisp {

namespace {

using enum TransactionKind;

// Who answers a DDT Map-Request without a Map-Referral does so with a Map-Reply.
constexpr std::array ended_by_map_reply{map_request, ddt_map_request};
constexpr std::array ended_by_probe_reply{probe, map_request};
constexpr std::array ended_by_map_notify{map_register, map_request};
constexpr std::array ended_by_map_notify_ack{map_notify};
constexpr std::array followed_by_map_notify_ack{map_register, map_request};
constexpr std::array ended_by_map_referral{ddt_map_request, map_request};
constexpr std::array ended_by_info_reply{info_request};
constexpr std::array ended_by_acknowledgement{change_priority};

// Whether any message around the innermost one was sent by a resolver.
bool is_ddt_originated(const Dissection &found) {
	for (const auto *at = &found; at != nullptr; at = at->inner) {
		const auto *outer = std::get_if<EncapsulatedControl>(&at->message);
		if (outer != nullptr && outer->ddt_originated) return true;
	}
	return false;
}

template <class Record> std::optional<EidPrefix> first_eid(List<Record> records) {
	if (records.empty()) return std::nullopt;
	return eid_prefix(records[0].eid, records[0].mask_length);
}

std::optional<EidPrefix> first_eid(List<MovedEid> eids) {
	if (eids.empty()) return std::nullopt;
	return EidPrefix::make(eids[0].eid, eids[0].mask_length);
}

bool is_negative(List<MapRecord> records) {
	return !records.empty() && std::all_of(records.begin(), records.end(),
	                               [](const MapRecord &record) { return record.locators.empty(); });
}

bool is_negative(List<ReferralRecord> records) {
	return !records.empty() &&
	       std::all_of(records.begin(), records.end(), [](const ReferralRecord &record) {
		       return record.action == ReferralAction::ms_not_registered ||
		              record.action == ReferralAction::delegation_hole ||
		              record.action == ReferralAction::not_authoritative;
	       });
}

} // namespace

std::string_view name(TransactionKind kind) {
	constexpr std::array<std::string_view, transaction_kinds> names{"map-request", "probe",
	    "map-register", "map-notify", "info-request", "ddt-map-request", "change-priority"};
	return names[static_cast<std::size_t>(kind)];
}

const Dissection &innermost(const Dissection &found) {
	const auto *at = &found;
	while (at->inner != nullptr) at = at->inner;
	return *at;
}

const Dissection &innermost_packet(const Dissection &found) {
	const auto *packet = &found;
	for (const auto *at = &found; at != nullptr; at = at->inner)
		if (at->captured.data && at->inner != nullptr) packet = at->inner;
	return *packet;
}

std::optional<Question> question_in(const Dissection &found) {
	const auto &inner = innermost(found);
	const bool encapsulated = &inner != &found;
	if (const auto *m = std::get_if<MapRequest>(&inner.message)) {
		if (m->solicit || m->dont_map_reply) return std::nullopt;
		const auto kind = m->probe                   ? TransactionKind::probe
		                  : is_ddt_originated(found) ? TransactionKind::ddt_map_request
		                                             : TransactionKind::map_request;
		return Question{kind, m->nonce, first_eid(m->records), encapsulated};
	}
	if (const auto *m = std::get_if<MapRegister>(&inner.message)) {
		if (!m->want_map_notify) return std::nullopt;
		return Question{
		    TransactionKind::map_register, m->nonce, first_eid(m->records), encapsulated};
	}
	if (const auto *m = std::get_if<MapNotify>(&inner.message))
		return Question{TransactionKind::map_notify, m->nonce, first_eid(m->records), encapsulated};
	if (const auto *m = std::get_if<Info>(&inner.message); m != nullptr && !m->reply)
		return Question{TransactionKind::info_request, m->nonce, eid_prefix(m->eid, m->mask_length),
		    encapsulated};
	if (const auto *m = std::get_if<ChangePriority>(&inner.message);
	    m != nullptr && !m->acknowledgement)
		return Question{
		    TransactionKind::change_priority, m->nonce, first_eid(m->eids), encapsulated};
	return std::nullopt;
}

std::optional<Answer> answer_in(const Dissection &found) {
	const auto &message = innermost(found).message;
	if (const auto *m = std::get_if<MapReply>(&message)) {
		Answer answer{ended_by_map_reply, {}, m->nonce, first_eid(m->records)};
		if (m->probe) answer.ends = ended_by_probe_reply;
		answer.negative = is_negative(m->records);
		answer.ends_each = !m->probe;
		return answer;
	}
	if (const auto *m = std::get_if<MapNotify>(&message)) {
		Answer answer{ended_by_map_notify, {}, m->nonce, first_eid(m->records)};
		answer.asks = true;
		return answer;
	}
	if (const auto *m = std::get_if<MapNotifyAck>(&message))
		return Answer{
		    ended_by_map_notify_ack, followed_by_map_notify_ack, m->nonce, first_eid(m->records)};
	if (const auto *m = std::get_if<MapReferral>(&message))
		return Answer{
		    ended_by_map_referral, {}, m->nonce, first_eid(m->records), is_negative(m->records)};
	if (const auto *m = std::get_if<Info>(&message); m != nullptr && m->reply)
		return Answer{ended_by_info_reply, {}, m->nonce, eid_prefix(m->eid, m->mask_length)};
	if (const auto *m = std::get_if<ChangePriority>(&message); m != nullptr && m->acknowledgement)
		return Answer{ended_by_acknowledgement, {}, m->nonce, first_eid(m->eids), m->failed};
	return std::nullopt;
}

} // namespace lisp
