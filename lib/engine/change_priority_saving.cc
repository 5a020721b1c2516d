// How moves of EIDs get into the configuration, and stay there.
#include "engine/change_priority_receiver.h"

#include <algorithm>

namespace lisp {

namespace {

constexpr std::chrono::seconds first_retry{1};
constexpr std::chrono::seconds last_retry{60};
constexpr std::chrono::minutes memory{10}; // of moves that an edit should not undo

} // namespace

std::vector<EidPrefix> ChangePriorityReceiver::configure(SiteConfig config, Instant now) {
	config_ = std::move(config);
	index_ = {};
	for (std::uint32_t i = 0; i < config_.eids.size(); ++i) index_.insert(config_.eids[i].eid, i);
	peers_ = ChangePriorityPeers{config_};
	for (auto *changes : {&failed_, &saving_, &waiting_}) {
		for (auto &change : *changes) {
			auto edits = edits_of(change.move); // none where the EID is gone
			apply_edits(edits);
			if (changes != &saving_) change.edits = std::move(edits);
		}
	}
	std::vector<EidPrefix> undone;
	if (!options_.reapply) return undone;
	for (const auto &[eid, last] : last_moves_) {
		if (now - last.when > memory || section(eid) == nullptr) continue;
		Change change;
		change.move = {eid, last.kind, last.nonce, last.addresses, true, false};
		change.edits = edits_of(change.move);
		if (change.edits.empty()) continue;
		apply_edits(change.edits);
		change.is_answered = true;
		waiting_.push_back(std::move(change));
		++counters_.reapplied;
		undone.push_back(eid);
	}
	return undone;
}

SiteConfig ChangePriorityReceiver::sections(const std::vector<EidPrefix> &eids) const {
	SiteConfig result;
	result.site_tags = config_.site_tags;
	for (const auto &eid : eids) {
		const auto *found = section(eid);
		if (found == nullptr) continue;
		auto copy = *found;
		copy.first_rloc = static_cast<std::uint32_t>(result.rlocs.size());
		const auto rlocs = config_.rlocs_of(*found);
		result.rlocs.insert(result.rlocs.end(), rlocs.begin(), rlocs.end());
		result.eids.push_back(copy);
	}
	return result;
}

std::optional<std::vector<SiteEdit>> ChangePriorityReceiver::next_save(Instant now) {
	if (is_saving_) return std::nullopt;
	if (!failed_.empty() && (!waiting_.empty() || retry_ <= now))
		saving_ = std::exchange(failed_, {});
	std::move(waiting_.begin(), waiting_.end(), std::back_inserter(saving_));
	waiting_.clear();
	if (saving_.empty()) return std::nullopt;
	is_saving_ = true;
	std::vector<SiteEdit> edits;
	for (const auto &change : saving_)
		edits.insert(edits.end(), change.edits.begin(), change.edits.end());
	return edits;
}

void ChangePriorityReceiver::saved(bool done, Instant now, Effects &effects) {
	is_saving_ = false;
	auto changes = std::exchange(saving_, {});
	arena_.reset();
	for (auto &change : changes) end(change, done, effects);
	if (done) {
		retry_after_ = first_retry;
		return;
	}
	++counters_.save_errors;
	failed_ = std::move(changes);
	retry_ = now + retry_after_;
	retry_after_ = std::min(retry_after_ * 2, last_retry);
}

std::optional<Instant> ChangePriorityReceiver::deadline() const {
	if (is_saving_) return std::nullopt;
	if (!waiting_.empty()) return Instant{};
	if (!failed_.empty()) return retry_;
	return std::nullopt;
}

void ChangePriorityReceiver::apply_edits(const std::vector<SiteEdit> &edits) {
	for (const auto &edit : edits)
		std::visit(
		    [&](const auto &each) {
			    if (auto *found = section(each.eid)) apply(edit, config_, *found);
		    },
		    edit);
}

// The editor does the same to the file.
void ChangePriorityReceiver::split(const SplitHost &host) {
	auto copy = *section(host.eid);
	copy.eid = EidPrefix::host(host.host, host.eid.instance);
	const auto rlocs = config_.rlocs_of(copy);
	const std::vector<RlocLine> lines(rlocs.begin(), rlocs.end());
	copy.first_rloc = static_cast<std::uint32_t>(config_.rlocs.size());
	config_.rlocs.insert(config_.rlocs.end(), lines.begin(), lines.end());
	index_.insert(copy.eid, static_cast<PrefixIndex::Value>(config_.eids.size()));
	config_.eids.push_back(copy);
}

void ChangePriorityReceiver::remember(const EidMove &move, Instant now) {
	while (!move_ends_.empty() && move_ends_.front().first <= now) {
		const auto at = last_moves_.find(move_ends_.front().second);
		if (at != last_moves_.end() && at->second.when + memory <= now) last_moves_.erase(at);
		move_ends_.pop_front();
	}
	last_moves_[move.eid] = {move.nonce, move.kind, move.addresses, now};
	move_ends_.emplace_back(now + memory, move.eid);
}

bool ChangePriorityReceiver::waits(const EidPrefix &eid) const {
	const auto is_about = [&](const Change &change) { return change.move.eid == eid; };
	return std::any_of(waiting_.begin(), waiting_.end(), is_about) ||
	       std::any_of(saving_.begin(), saving_.end(), is_about);
}

} // namespace lisp
