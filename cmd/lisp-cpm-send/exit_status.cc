#include "lisp-cpm-send/exit_status.h"

#include <algorithm>
#include <map>

namespace lisp {

namespace {

enum class Grade : std::uint8_t { done, degraded, refused, unanswered, not_sent }; // best first

Grade grade(const ChangeOutcome &outcome, bool want_acknowledgement) {
	if (!outcome.result) {
		if (!outcome.was_sent()) return Grade::not_sent;
		return want_acknowledgement ? Grade::unanswered : Grade::done;
	}
	if (is_refusal(*outcome.result)) return Grade::refused;
	const bool is_well =
	    *outcome.result == ChangeResult::done || *outcome.result == ChangeResult::no_change;
	// What a later version may say below the refusals is not taken for more than it is.
	return is_well ? Grade::done : Grade::degraded;
}

std::vector<Grade> grades_that_count(
    const std::vector<ChangeOutcome> &outcomes, const CpmWanted &wanted) {
	std::vector<Grade> all;
	std::map<EidPrefix, Grade> best;
	for (const auto &outcome : outcomes) {
		all.push_back(grade(outcome, wanted.acknowledgement));
		auto &of_eid = best.try_emplace(outcome.eid, all.back()).first->second;
		of_eid = std::min(of_eid, all.back());
	}
	if (!wanted.any) return all;
	all.clear();
	for (const auto &[eid, of_eid] : best) all.push_back(of_eid);
	return all;
}

} // namespace

CpmExit exit_status(const std::vector<ChangeOutcome> &outcomes, const CpmWanted &wanted) {
	const auto grades = grades_that_count(outcomes, wanted);
	const auto [best, worst] = std::minmax_element(grades.begin(), grades.end());
	if (*best == Grade::not_sent) return CpmExit::not_sent;
	if (*best == Grade::unanswered) return CpmExit::unanswered;
	switch (*worst) {
	case Grade::done: return CpmExit::acknowledged;
	case Grade::degraded: return CpmExit::degraded;
	case Grade::refused: return CpmExit::refused;
	default: return CpmExit::partial;
	}
}

} // namespace lisp
