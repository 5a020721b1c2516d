#include "common/own_rlocs.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace lisp {

namespace {

constexpr std::size_t max_lines = 8; // of one kind: a site may have very many RLOCs

std::unordered_set<IpAddress, IpAddressHash> own_rlocs(const SiteConfig &config) {
	std::unordered_set<IpAddress, IpAddressHash> own;
	for (const auto &line : config.rlocs)
		if (line.local) own.insert(line.rloc);
	return own;
}

void tell(Log &log, Severity severity, const std::vector<IpAddress> &rlocs, std::string_view what) {
	const auto shown = std::min(rlocs.size(), max_lines);
	for (std::size_t i = 0; i < shown; ++i)
		log.say(severity, fmt::format("own RLOC {}: {}", to_string(rlocs[i]), what));
	if (rlocs.size() > shown)
		log.say(severity, fmt::format("{} more own RLOCs: {}", rlocs.size() - shown, what));
}

} // namespace

OwnRlocs::OwnRlocs(Log &log, CanBind can_bind) : log_(log), can_bind_(std::move(can_bind)) {}

void OwnRlocs::configure(const SiteConfig &config) {
	std::map<IpAddress, State> states;
	for (const auto &rloc : own_rlocs(config)) {
		const auto known = states_.find(rloc);
		states.emplace(rloc, known != states_.end() ? known->second : State::unknown);
	}
	for (const auto &[rloc, state] : states_)
		if (state == State::present || state == State::lost) once_own_.insert(rloc);
	states_ = std::move(states);
	look();
}

void OwnRlocs::change_eids(const SiteConfig &sections) {
	for (const auto &rloc : own_rlocs(sections)) states_.try_emplace(rloc, State::unknown);
	look(Which::new_ones);
}

OwnRlocs::State OwnRlocs::look_at(const IpAddress &rloc, State before) const {
	const auto own = can_bind_(rloc);
	if (!own) return before;
	if (*own) return State::present;
	const bool was_own =
	    before == State::present || before == State::lost || once_own_.contains(rloc);
	return was_own ? State::lost : State::never;
}

void OwnRlocs::look(Which which) {
	std::vector<IpAddress> never;
	std::vector<IpAddress> lost;
	std::vector<IpAddress> back;
	std::vector<IpAddress> there;
	for (auto &[rloc, state] : states_) {
		if (which == Which::new_ones && state != State::unknown) continue;
		const auto before = std::exchange(state, look_at(rloc, state));
		if (state == before) continue;
		if (state == State::never) never.push_back(rloc);
		if (state == State::lost) lost.push_back(rloc);
		if (state == State::present && before == State::lost) back.push_back(rloc);
		if (state == State::present && before == State::never) there.push_back(rloc);
	}
	tell(log_, Severity::warning, never, "not an address of this host");
	tell(log_, Severity::warning, lost,
	    "no longer an address of this host, others are told that it is unreachable");
	tell(log_, Severity::info, back,
	    "again an address of this host, others are told that it is reachable");
	tell(log_, Severity::info, there, "now an address of this host");
}

std::vector<IpAddress> OwnRlocs::lost() const {
	std::vector<IpAddress> lost;
	for (const auto &[rloc, state] : states_)
		if (state == State::lost) lost.push_back(rloc);
	return lost;
}

} // namespace lisp
