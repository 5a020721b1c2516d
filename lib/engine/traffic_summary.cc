// What TrafficStatistics says at the end.
#include "engine/top_rows.h"
#include "engine/traffic_statistics.h"

namespace lisp {

namespace {

constexpr std::array<std::string_view, 4> direction_names{
    "to-control-port", "from-control-port", "between-control-ports", "data-port"};

template <class Amount, std::size_t N>
std::vector<TypeRow> type_rows(const std::array<Amount, N> &amounts) {
	std::vector<TypeRow> rows;
	for (std::size_t i = 0; i < N; ++i)
		if (amounts[i].messages > 0)
			rows.push_back({type_names[i], amounts[i].messages, amounts[i].octets});
	return rows;
}

void sort_faults(std::vector<FaultRow> &rows) {
	keep_top(rows, rows.size(), &FaultRow::messages, [](const FaultRow &row) {
		return std::pair{row.reason, row.field};
	});
}

} // namespace

TrafficReport TrafficStatistics::finish() {
	take_ended(transactions_.finish());
	TrafficReport report;
	report.first_time = first_time_;
	report.last_time = last_time_;
	report.duration = clock_.now();
	report.most_in_a_second = most_in_a_second_;
	report.unrecorded = unrecorded_;
	report.unrecorded.transactions = transactions_.counters().given_up;
	report_amounts(report);
	eids_.report(report, limits_.top, clock_.now());
	report_addresses(report);
	report_faults(report);
	for (std::size_t i = 0; i < ended_.size(); ++i) {
		const auto &results = ended_[i].results;
		if (std::all_of(results.begin(), results.end(), [](auto count) { return count == 0; }))
			continue;
		report.transactions.push_back(ended_[i]);
		report.transactions.back().transaction = name(static_cast<TransactionKind>(i));
	}
	return report;
}

void TrafficStatistics::report_amounts(TrafficReport &report) const {
	report.types = type_rows(types_);
	report.encapsulated = type_rows(encapsulated_);
	for (const auto &row : report.types) {
		report.messages += row.messages;
		report.octets += row.octets;
	}
	for (std::size_t i = 0; i < directions_.size(); ++i)
		if (directions_[i].messages > 0)
			report.directions.push_back(
			    {direction_names[i], directions_[i].messages, directions_[i].octets});
	report.distinct_pairs = pairs_.size();
	pairs_.for_each([&](const auto &entry) {
		const auto &[pair, amount] = entry;
		report.pairs.push_back({pair.from, pair.to, amount.messages, amount.octets});
	});
	keep_top(report.pairs, limits_.top, &PairRow::messages, [](const PairRow &row) {
		return std::pair{row.from, row.to};
	});
}

void TrafficStatistics::report_addresses(TrafficReport &report) const {
	report.rlocs = rlocs_;
	for (std::size_t i = 0; i < priorities_.size(); ++i)
		if (priorities_[i] > 0)
			report.priorities.push_back({static_cast<unsigned>(i), priorities_[i]});
	probes_.for_each([&](const auto &entry) {
		const auto &[rloc, probes] = entry;
		if (probes.lost > 0) report.lossy_rlocs.push_back({rloc, probes.sent, probes.lost});
	});
	solicits_.for_each([&](const auto &entry) {
		const auto &[source, solicits] = entry;
		report.solicits.push_back(
		    {source, solicits.messages, solicits.most_in_a_second, solicits.storms});
		report.storms += solicits.storms;
	});
	keep_top(report.lossy_rlocs, limits_.top, &ProbeRow::lost, &ProbeRow::rloc);
	keep_top(report.solicits, limits_.top, &SolicitRow::messages, &SolicitRow::source);
}

void TrafficStatistics::report_faults(TrafficReport &report) const {
	for (std::size_t i = 0; i < negative_.size(); ++i)
		if (negative_[i] > 0)
			report.negative_replies.push_back({name(static_cast<Action>(i)), negative_[i]});
	report.errors = errors_;
	sort_faults(report.errors);
	for (std::size_t i = 0; i < warnings_.size(); ++i) {
		const auto warning = text(static_cast<Warning>(i));
		if (warnings_[i] > 0)
			report.warnings.push_back({warning.reason, warning.field, warnings_[i]});
	}
	sort_faults(report.warnings);
	constexpr std::array<std::string_view, 3> verdict_names{"good", "bad", "no-key"};
	for (std::size_t i = 0; i < verdicts_.size(); ++i)
		if (verdicts_[i] > 0) report.verdicts.push_back({verdict_names[i], verdicts_[i]});
}

} // namespace lisp
