#include "engine/unsolicited_notifies.h"

#include <array>

namespace lisp {

namespace {

using std::chrono::seconds;

// After each of them. The last is for an acknowledgement that is on its way.
constexpr std::array<seconds, 7> intervals{
    seconds{3}, seconds{3}, seconds{3}, seconds{6}, seconds{12}, seconds{24}, seconds{3}};

} // namespace

bool UnsolicitedNotifies::add(UnsolicitedNotify notify, Instant now) {
	if (waiting_.size() >= most) return false;
	const auto nonce = notify.nonce;
	if (!waiting_.try_emplace(nonce, Waiting{std::move(notify), 0, now}).second) return false;
	due_.emplace(now, nonce);
	return true;
}

void UnsolicitedNotifies::erase(All::iterator at) {
	due_.erase({at->second.due, at->first});
	waiting_.erase(at);
}

const UnsolicitedNotify *UnsolicitedNotifies::next(Instant now) {
	while (!due_.empty() && due_.begin()->first <= now) {
		const auto at = waiting_.find(due_.begin()->second);
		auto &waiting = at->second;
		if (waiting.sent == intervals.size()) {
			++given_up_;
			erase(at);
			continue;
		}
		due_.erase(due_.begin());
		waiting.due = now + intervals[waiting.sent++];
		due_.emplace(waiting.due, at->first);
		return &waiting.notify;
	}
	return nullptr;
}

const UnsolicitedNotify *UnsolicitedNotifies::find(std::uint64_t nonce) const {
	const auto at = waiting_.find(nonce);
	return at == waiting_.end() ? nullptr : &at->second.notify;
}

void UnsolicitedNotifies::remove(std::uint64_t nonce) {
	if (const auto at = waiting_.find(nonce); at != waiting_.end()) erase(at);
}

const UnsolicitedNotify *UnsolicitedNotifies::from(std::uint64_t nonce) const {
	const auto at = waiting_.lower_bound(nonce);
	return at == waiting_.end() ? nullptr : &at->second.notify;
}

std::optional<Instant> UnsolicitedNotifies::deadline() const {
	if (due_.empty()) return std::nullopt;
	return due_.begin()->first;
}

void UnsolicitedNotifies::rekey(const std::vector<std::optional<std::uint32_t>> &keys) {
	for (auto at = waiting_.begin(); at != waiting_.end();) {
		const auto key = keys[at->second.notify.key];
		if (key) at->second.notify.key = *key;
		const auto one = at++;
		if (!key) erase(one);
	}
}

} // namespace lisp
