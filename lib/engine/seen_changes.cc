#include "engine/seen_changes.h"

namespace lisp {

namespace {

constexpr std::size_t most_random = 65'536;
constexpr std::chrono::hours random_life{24};
// What is older is refused for its time alone, whichever way the clocks differ.
constexpr std::chrono::nanoseconds life{3 * SeenChanges::window};

} // namespace

SeenChanges::Judgement SeenChanges::judge(
    const ChangePriorityPeers::Peer &peer, const EidPrefix &eid, std::uint64_t nonce, Instant now) {
	forget(now);
	const Name name{peer.identity, eid, peer.random_nonce ? nonce : 0};
	const auto [at, is_new] = entries_.try_emplace(name);
	auto &[entry, until] = at->second;
	if (!is_new && nonce == entry.nonce) return {Verdict::duplicate, &entry};
	if (!is_new && nonce < entry.nonce) return {Verdict::outdated, &entry};
	entry = {nonce, std::nullopt};
	until = now + std::chrono::duration_cast<Instant::duration>(
	                  peer.random_nonce ? std::chrono::nanoseconds{random_life} : life);
	(peer.random_nonce ? random_ends_ : ends_).emplace_back(until, name);
	return {Verdict::fresh, &entry};
}

void SeenChanges::set_result(const PeerIdentity &peer, bool random_nonce, const EidPrefix &eid,
    std::uint64_t nonce, ChangeResult result) {
	const auto at = entries_.find({peer, eid, random_nonce ? nonce : 0});
	if (at != entries_.end() && at->second.entry.nonce == nonce) at->second.entry.result = result;
}

void SeenChanges::forget(Instant now) {
	while (random_ends_.size() > most_random) {
		entries_.erase(random_ends_.front().second);
		random_ends_.pop_front();
	}
	for (auto *ends : {&ends_, &random_ends_}) {
		for (; !ends->empty() && ends->front().first <= now; ends->pop_front()) {
			const auto at = entries_.find(ends->front().second);
			if (at != entries_.end() && at->second.until <= now) entries_.erase(at);
		}
	}
}

} // namespace lisp
