#include "engine/change_priority_peers.h"

#include <algorithm>

namespace lisp {

namespace {

std::vector<ChangePriorityPeers::Peer> peers_of(const std::vector<PeerLine> &lines, bool are_xtrs) {
	std::vector<ChangePriorityPeers::Peer> peers;
	for (const auto &line : lines) {
		std::optional<Key> previous;
		if (!line.previous_secret.empty()) previous.emplace(line.previous_secret);
		peers.push_back({{are_xtrs, line.source, line.algorithm, line.key_id}, line.random_nonce,
		    line.eids, Key{line.secret}, std::move(previous)});
	}
	return peers;
}

} // namespace

bool ChangePriorityPeers::Peer::may_move(const EidPrefix &eid) const {
	return eids.empty() || std::any_of(eids.begin(), eids.end(),
	                           [&](const EidPrefix &scope) { return scope.covers(eid); });
}

ChangePriorityPeers::ChangePriorityPeers(const SiteConfig &config)
    : hypervisors_(peers_of(config.hypervisors, false)), xtrs_(peers_of(config.xtrs, true)) {}

Result<ChangePriorityPeers::Sender, ChangePriorityPeers::Refusal> ChangePriorityPeers::sender(
    const Arrival &arrival, const ChangePriority &message) {
	auto refusal = Refusal::unknown_source;
	for (auto &peer : of_kind(message.notify || message.response)) {
		if (!peer.identity.source.covers(arrival.from.address)) continue;
		refusal = std::max(refusal, Refusal::unknown_key);
		if (peer.identity.key_id != message.authentication.key_id ||
		    peer.identity.algorithm != message.authentication.algorithm)
			continue;
		refusal = Refusal::bad_authentication;
		if (peer.key.verify(arrival.octets, TakenAs::change_priority)) return Sender{&peer, false};
		if (peer.previous_key &&
		    peer.previous_key->verify(arrival.octets, TakenAs::change_priority))
			return Sender{&peer, true};
	}
	return refusal;
}

Key *ChangePriorityPeers::key(const PeerIdentity &peer, bool previous) {
	for (auto &each : of_kind(peer.is_xtr)) {
		if (each.identity != peer) continue;
		if (!previous) return &each.key;
		return each.previous_key ? &*each.previous_key : nullptr;
	}
	return nullptr;
}

} // namespace lisp
