#include "lisp-cpm-send/exit_status.h"

#include <algorithm>
#include <map>

namespace lisp {

namespace {

enum class Grade : std::uint8_t { done, degraded, refused, unanswered }; // best first

Grade grade(const ChangeOutcome &outcome) {
	if (!outcome.result) return Grade::unanswered;
	if (is_refusal(*outcome.result)) return Grade::refused;
	return *outcome.result == ChangeResult::degraded ? Grade::degraded : Grade::done;
}

std::vector<Grade> required_grades(const std::vector<ChangeOutcome> &outcomes, bool any) {
	std::vector<Grade> grades;
	std::map<EidPrefix, Grade> best;
	for (const auto &outcome : outcomes) {
		grades.push_back(grade(outcome));
		auto &of_eid = best.try_emplace(outcome.eid, grades.back()).first->second;
		of_eid = std::min(of_eid, grades.back());
	}
	if (!any) return grades;
	grades.clear();
	for (const auto &[eid, of_eid] : best) grades.push_back(of_eid);
	return grades;
}

} // namespace

CpmExit exit_status(const std::vector<ChangeOutcome> &outcomes, bool any) {
	const auto grades = required_grades(outcomes, any);
	const auto has = [&](Grade wanted) {
		return std::find(grades.begin(), grades.end(), wanted) != grades.end();
	};
	if (has(Grade::unanswered)) {
		const bool by_all = std::all_of(
		    grades.begin(), grades.end(), [](Grade each) { return each == Grade::unanswered; });
		return by_all ? CpmExit::unanswered : CpmExit::partial;
	}
	if (has(Grade::refused)) return CpmExit::refused;
	return has(Grade::degraded) ? CpmExit::degraded : CpmExit::acknowledged;
}

} // namespace lisp
