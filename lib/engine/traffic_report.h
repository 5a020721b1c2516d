// What TrafficStatistics found out, ready to be printed: the keys are the contract, described in
// lisp-decode(1).
#pragma once

#include "engine/transactions.h"
#include "print/fields.h"
#include "print/values.h"

#include <vector>

namespace lisp {

struct TypeRow {
	std::string_view type;
	std::uint64_t messages = 0;
	std::uint64_t octets = 0; // of LISP messages, as they were sent
};

struct DirectionRow {
	std::string_view direction;
	std::uint64_t messages = 0;
	std::uint64_t octets = 0;
};

struct PairRow {
	IpAddress from;
	IpAddress to;
	std::uint64_t messages = 0;
	std::uint64_t octets = 0;
};

struct EidCounters {
	std::uint64_t registered = 0; // distinct prefixes in Map-Registers
	std::uint64_t replied = 0;    // distinct prefixes in Map-Replies
	std::uint64_t requested = 0;  // distinct prefixes in Map-Requests, SMRs aside
	std::uint64_t other = 0;      // records whose EID is no IP prefix
};

struct RequestedRow {
	EidPrefix eid;
	std::uint64_t requests = 0;
};

struct RegistrationCounters {
	std::uint64_t added = 0; // seen first, or again after it was removed or had expired
	std::uint64_t refreshed = 0;
	std::uint64_t changed = 0; // of the refreshed: with other locators than before
	std::uint64_t removed = 0; // by a TTL of 0
	std::uint64_t expired = 0;
	std::uint64_t flapping = 0; // prefixes
};

struct FlappingRow {
	EidPrefix eid;
	std::uint64_t changes = 0;
};

struct RlocCounters {
	std::uint64_t ipv4 = 0; // distinct
	std::uint64_t ipv6 = 0; // distinct
	std::uint64_t lcaf = 0; // locators that are an LCAF, whose addresses are counted as well
};

struct PriorityRow {
	unsigned priority = 0;
	std::uint64_t locators = 0;
};

struct TransactionRow {
	std::string_view transaction;
	std::array<std::uint64_t, transaction_results> results{};
	std::uint64_t timed = 0; // answers with a round-trip time
	std::uint64_t time_sum = 0;
	std::uint64_t time_min = 0;
	std::uint64_t time_max = 0; // nanoseconds, all three
};

struct ProbeRow {
	IpAddress rloc;
	std::uint64_t sent = 0; // probes, however often each was repeated
	std::uint64_t lost = 0;
};

struct SolicitRow {
	IpAddress source;
	std::uint64_t messages = 0;
	std::uint64_t most_in_a_second = 0;
	std::uint64_t storms = 0;
};

struct NegativeRow {
	std::string_view action;
	std::uint64_t records = 0;
};

struct FaultRow {
	std::string_view reason;
	std::string_view field;
	std::uint64_t messages = 0;
};

struct VerdictRow {
	std::string_view verdict;
	std::uint64_t messages = 0;
};

// What there was no more room for. Where any is not 0, the numbers of distinct EIDs, RLOCs and
// pairs are lower bounds.
struct UnrecordedCounters {
	std::uint64_t eids = 0;         // mentions of prefixes beyond those recorded
	std::uint64_t addresses = 0;    // mentions of addresses beyond those recorded
	std::uint64_t pairs = 0;        // messages between pairs beyond those recorded
	std::uint64_t transactions = 0; // given up while an answer could still have come
};

struct TrafficReport {
	std::optional<std::uint64_t> first_time; // nanoseconds since 1970
	std::optional<std::uint64_t> last_time;
	std::uint64_t duration = 0; // nanoseconds, over all captures
	std::uint64_t messages = 0;
	std::uint64_t octets = 0;
	std::uint64_t most_in_a_second = 0;
	std::vector<TypeRow> types;
	std::vector<TypeRow> encapsulated; // by the type of the message inside another
	std::vector<DirectionRow> directions;
	std::uint64_t distinct_pairs = 0;
	std::vector<PairRow> pairs;
	EidCounters eids;
	std::vector<RequestedRow> most_requested;
	RegistrationCounters registrations;
	std::vector<FlappingRow> flapping;
	RlocCounters rlocs;
	std::vector<PriorityRow> priorities;
	std::vector<TransactionRow> transactions;
	std::vector<ProbeRow> lossy_rlocs;
	std::uint64_t storms = 0;
	std::vector<SolicitRow> solicits;
	std::vector<NegativeRow> negative_replies;
	std::vector<FaultRow> errors;
	std::vector<FaultRow> warnings;
	std::vector<VerdictRow> verdicts;
	UnrecordedCounters unrecorded;
	TimeForm time_form = TimeForm::utc;
};

inline constexpr std::uint64_t microsecond = 1000; // in nanoseconds

inline std::optional<TimeText> time_text(
    const TrafficReport &report, std::optional<std::uint64_t> time) {
	if (!time || report.time_form == TimeForm::none) return std::nullopt;
	return TimeText{*time, report.time_form};
}

// Rounded down; nothing for less than a millisecond, of which nothing follows.
inline std::optional<std::uint64_t> per_second(std::uint64_t amount, std::uint64_t duration) {
	const auto milliseconds = duration / 1'000'000;
	if (milliseconds == 0) return std::nullopt;
	return amount * 1000 / milliseconds;
}

template <>
inline constexpr auto fields<TypeRow> = std::tuple{
    Field{"type", &TypeRow::type},
    Field{"messages", &TypeRow::messages},
    Field{"octets", &TypeRow::octets},
};

template <>
inline constexpr auto fields<DirectionRow> = std::tuple{
    Field{"direction", &DirectionRow::direction},
    Field{"messages", &DirectionRow::messages},
    Field{"octets", &DirectionRow::octets},
};

template <>
inline constexpr auto fields<PairRow> = std::tuple{
    Field{"from", &PairRow::from},
    Field{"to", &PairRow::to},
    Field{"messages", &PairRow::messages},
    Field{"octets", &PairRow::octets},
};

template <>
inline constexpr auto fields<EidCounters> = std::tuple{
    Field{"registered", &EidCounters::registered},
    Field{"replied", &EidCounters::replied},
    Field{"requested", &EidCounters::requested},
    Field{"other", &EidCounters::other},
};

template <>
inline constexpr auto fields<RequestedRow> = std::tuple{
    Field{"eid", &RequestedRow::eid},
    Field{"requests", &RequestedRow::requests},
};

template <>
inline constexpr auto fields<RegistrationCounters> = std::tuple{
    Field{"new", &RegistrationCounters::added},
    Field{"refreshed", &RegistrationCounters::refreshed},
    Field{"changed", &RegistrationCounters::changed},
    Field{"removed", &RegistrationCounters::removed},
    Field{"expired", &RegistrationCounters::expired},
    Field{"flapping", &RegistrationCounters::flapping},
};

template <>
inline constexpr auto fields<FlappingRow> = std::tuple{
    Field{"eid", &FlappingRow::eid},
    Field{"changes", &FlappingRow::changes},
};

template <>
inline constexpr auto fields<RlocCounters> = std::tuple{
    Field{"ipv4", &RlocCounters::ipv4},
    Field{"ipv6", &RlocCounters::ipv6},
    Field{"lcaf", &RlocCounters::lcaf},
};

template <>
inline constexpr auto fields<PriorityRow> = std::tuple{
    Field{"priority", &PriorityRow::priority},
    Field{"locators", &PriorityRow::locators},
};

inline constexpr auto result_of = [](TransactionResult result) {
	return [result](
	           const TransactionRow &row) { return row.results[static_cast<std::size_t>(result)]; };
};
// A round-trip time in microseconds, where there is one.
template <class Time> constexpr auto time_of(Time time) {
	return [time](const TransactionRow &row) {
		return row.timed == 0 ? std::nullopt : std::optional{time(row) / microsecond};
	};
}

template <>
inline constexpr auto fields<TransactionRow> = std::tuple{
    Field{"transaction", &TransactionRow::transaction},
    Field{"answered", result_of(TransactionResult::answered)},
    Field{"negative", result_of(TransactionResult::negative)},
    Field{"unanswered", result_of(TransactionResult::unanswered)},
    Field{"unasked", result_of(TransactionResult::unasked)},
    Field{"min-rtt-us", time_of([](const TransactionRow &row) { return row.time_min; })},
    Field{
        "mean-rtt-us", time_of([](const TransactionRow &row) { return row.time_sum / row.timed; })},
    Field{"max-rtt-us", time_of([](const TransactionRow &row) { return row.time_max; })},
};

template <>
inline constexpr auto fields<ProbeRow> = std::tuple{
    Field{"rloc", &ProbeRow::rloc},
    Field{"sent", &ProbeRow::sent},
    Field{"lost", &ProbeRow::lost},
    Field{"lost-percent", [](const ProbeRow &row) { return row.lost * 100 / row.sent; }},
};

template <>
inline constexpr auto fields<SolicitRow> = std::tuple{
    Field{"source", &SolicitRow::source},
    Field{"messages", &SolicitRow::messages},
    Field{"most-in-a-second", &SolicitRow::most_in_a_second},
    Field{"storms", &SolicitRow::storms},
};

template <>
inline constexpr auto fields<NegativeRow> = std::tuple{
    Field{"action", &NegativeRow::action},
    Field{"records", &NegativeRow::records},
};

template <>
inline constexpr auto fields<FaultRow> = std::tuple{
    Field{"reason", &FaultRow::reason},
    Field{"field", &FaultRow::field},
    Field{"messages", &FaultRow::messages},
};

template <>
inline constexpr auto fields<VerdictRow> = std::tuple{
    Field{"verdict", &VerdictRow::verdict},
    Field{"messages", &VerdictRow::messages},
};

template <>
inline constexpr auto fields<UnrecordedCounters> = std::tuple{
    Field{"eids", &UnrecordedCounters::eids},
    Field{"addresses", &UnrecordedCounters::addresses},
    Field{"pairs", &UnrecordedCounters::pairs},
    Field{"transactions", &UnrecordedCounters::transactions},
};

template <>
inline constexpr auto fields<TrafficReport> = std::tuple{
    Field{"first-time", [](const TrafficReport &r) { return time_text(r, r.first_time); }},
    Field{"last-time", [](const TrafficReport &r) { return time_text(r, r.last_time); }},
    Field{"duration-us", [](const TrafficReport &r) { return r.duration / microsecond; }},
    Field{"messages", &TrafficReport::messages},
    Field{"octets", &TrafficReport::octets},
    Field{"messages-per-second",
        [](const TrafficReport &r) { return per_second(r.messages, r.duration); }},
    Field{"octets-per-second",
        [](const TrafficReport &r) { return per_second(r.octets, r.duration); }},
    Field{"most-in-a-second", &TrafficReport::most_in_a_second},
    Field{"types", &TrafficReport::types},
    Field{"encapsulated", &TrafficReport::encapsulated},
    Field{"directions", &TrafficReport::directions},
    Field{"distinct-pairs", &TrafficReport::distinct_pairs},
    Field{"pairs", &TrafficReport::pairs},
    Field{"eids", &TrafficReport::eids},
    Field{"most-requested", &TrafficReport::most_requested},
    Field{"registrations", &TrafficReport::registrations},
    Field{"flapping", &TrafficReport::flapping},
    Field{"rlocs", &TrafficReport::rlocs},
    Field{"priorities", &TrafficReport::priorities},
    Field{"transactions", &TrafficReport::transactions},
    Field{"lossy-rlocs", &TrafficReport::lossy_rlocs},
    Field{"smr-storms", &TrafficReport::storms},
    Field{"smr-sources", &TrafficReport::solicits},
    Field{"negative-replies", &TrafficReport::negative_replies},
    Field{"errors", &TrafficReport::errors},
    Field{"warnings", &TrafficReport::warnings},
    Field{"verdicts", &TrafficReport::verdicts},
    Field{"unrecorded", &TrafficReport::unrecorded},
};

} // namespace lisp
