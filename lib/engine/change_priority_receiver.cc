#include "engine/change_priority_receiver.h"

#include "message/message.h"

#include <algorithm>

namespace lisp {

namespace {

using Kind = EidMove::Kind;
using Refusal = ChangePriorityPeers::Refusal;

std::uint64_t &counter_of(ChangePriorityCounters &counters, ChangeResult result) {
	switch (result) {
	case ChangeResult::done: return counters.done;
	case ChangeResult::no_change: return counters.no_change;
	case ChangeResult::degraded: return counters.degraded;
	case ChangeResult::no_such_eid: return counters.no_such_eid;
	case ChangeResult::covering_only: return counters.covering_only;
	case ChangeResult::no_local_rloc: return counters.no_local_rloc;
	case ChangeResult::conflict: return counters.conflicts;
	case ChangeResult::clock: return counters.clock;
	case ChangeResult::not_permitted: return counters.not_permitted;
	}
	return counters.malformed;
}

std::uint64_t difference(std::uint64_t a, std::uint64_t b) {
	return a > b ? a - b : b - a;
}

} // namespace

std::optional<WireError> ChangePriorityReceiver::receive(
    const Arrival &arrival, Moment moment, Effects &effects) {
	++counters_.received;
	arena_.reset();
	const auto decoded = decode_change_priority(arrival.octets, arena_);
	if (!decoded) {
		++counters_.malformed;
		return decoded.error();
	}
	const auto &content = *decoded;
	if (content.acknowledgement) {
		++counters_.acknowledgements;
		return std::nullopt;
	}
	const auto sender = authenticate(arrival, content);
	if (!sender) return std::nullopt;
	if (!is_for_here(content, arrival.to.address)) {
		++counters_.other_target;
		return std::nullopt;
	}
	const auto &moved = content.eids.front();
	const auto eid = EidPrefix::make(moved.eid, moved.mask_length);
	judge({content, arrival, *sender, *eid}, moment, effects);
	return std::nullopt;
}

std::optional<ChangePriorityPeers::Sender> ChangePriorityReceiver::authenticate(
    const Arrival &arrival, const ChangePriority &content) {
	const auto sender = peers_.sender(arrival, content);
	if (sender) return *sender;
	switch (sender.error()) {
	case Refusal::unknown_source: ++counters_.unknown_source; break;
	case Refusal::unknown_key: ++counters_.unknown_key; break;
	case Refusal::bad_authentication: ++counters_.bad_authentication; break;
	}
	return std::nullopt;
}

bool ChangePriorityReceiver::is_for_here(
    const ChangePriority &content, const IpAddress &asked) const {
	if (content.eids.size() != 1) return false;
	if (content.layout != ChangePriorityLayout::extension) return true;
	if (options_.sub_type == 0 || content.sub_type != options_.sub_type) return false;
	return content.target_rloc.is_none() || content.target_rloc == asked;
}

// Only what is authentic comes here, so that answering tells nobody anything.
void ChangePriorityReceiver::judge(const Message &message, Moment moment, Effects &effects) {
	const auto &peer = *message.sender.peer;
	const auto nonce = message.content.nonce;
	auto change = change_of(message, moment.wall);
	if (!peer.random_nonce && difference(nonce, moment.wall) > SeenChanges::window)
		return answer(change, ChangeResult::clock, effects);
	const auto seen = seen_.judge(peer, message.eid, nonce, moment.now);
	if (seen.verdict == SeenChanges::Verdict::outdated) {
		++counters_.replayed;
		return;
	}
	if (seen.verdict == SeenChanges::Verdict::duplicate) {
		++counters_.duplicates;
		if (seen.entry->result) reply(change, *seen.entry->result, effects);
		return; // or else its answer is to come
	}
	if (const auto why = refusal(message, change.move.nonce)) {
		if (*why == ChangeResult::conflict) tell_again(message, effects);
		return answer(change, *why, effects);
	}
	take(message, std::move(change), moment.now, effects);
}

ChangePriorityReceiver::Change ChangePriorityReceiver::change_of(
    const Message &message, std::uint64_t wall) {
	const auto &[content, arrival, sender, eid] = message;
	const auto random_nonce = sender.peer->random_nonce;
	const auto addresses = content.eids.front().addresses;
	Change change;
	change.move.eid = eid;
	change.move.nonce = random_nonce ? wall : content.nonce;
	change.move.addresses.assign(addresses.begin(), addresses.end());
	change.peer = sender.peer->identity;
	change.with_previous_key = sender.with_previous_key;
	change.random_nonce = random_nonce;
	change.nonce = content.nonce;
	change.asked = {arrival.from, arrival.to, Octets(arrival.octets.begin(), arrival.octets.end())};
	return change;
}

std::optional<ChangeResult> ChangePriorityReceiver::refusal(
    const Message &message, std::uint64_t nonce) {
	if (!message.sender.peer->may_move(message.eid)) return ChangeResult::not_permitted;
	if (const auto why = refusal_of_eid(message)) return why;
	if (is_superseded(message, nonce)) return ChangeResult::conflict;
	return std::nullopt;
}

std::optional<ChangeResult> ChangePriorityReceiver::refusal_of_eid(const Message &message) {
	const auto *found = section(message.eid);
	if (found == nullptr) {
		const auto cover = index_.longest_match(message.eid);
		if (!cover) return ChangeResult::no_such_eid;
		const bool splits = options_.split_host && message.eid.is_host() &&
		                    !message.content.notify && !message.content.response;
		if (!splits) return ChangeResult::covering_only;
		found = &config_.eids[cover->value];
	}
	if (message.content.response)
		return is_here(config_, *found) ? std::nullopt : std::optional{ChangeResult::conflict};
	if (message.content.notify) return std::nullopt;
	if (!has_own_rloc(config_, *found)) return ChangeResult::no_local_rloc;
	return std::nullopt;
}

// A later move has brought it elsewhere, or here.
bool ChangePriorityReceiver::is_superseded(const Message &message, std::uint64_t nonce) const {
	if (message.content.response) return false;
	const auto last = last_moves_.find(message.eid);
	if (last == last_moves_.end() || nonce >= last->second.nonce) return false;
	const bool came_here = last->second.kind == Kind::arrived;
	return message.content.notify ? came_here : !came_here;
}

// Who moved it earlier learns of the later move from here.
void ChangePriorityReceiver::tell_again(const Message &message, Effects &effects) {
	const auto last = last_moves_.find(message.eid);
	if (!message.content.notify || last == last_moves_.end()) return;
	effects.moves.push_back({message.eid, Kind::arrived, last->second.nonce,
	    {message.arrival.from.address}, false, true});
}

void ChangePriorityReceiver::take(
    const Message &message, Change change, Instant now, Effects &effects) {
	const auto &content = message.content;
	auto &move = change.move;
	if (section(move.eid) == nullptr) {
		const auto cover = index_.longest_match(move.eid)->prefix;
		change.edits.emplace_back(SplitHost{cover, move.eid.address});
		split(std::get<SplitHost>(change.edits.front()));
	}
	if (content.response)
		move.kind = Kind::reported;
	else if (content.notify)
		move.kind = is_here(config_, *section(move.eid)) ? Kind::left : Kind::elsewhere;
	const auto edits = edits_of(move);
	apply_edits(edits);
	change.edits.insert(change.edits.end(), edits.begin(), edits.end());
	move.has_changed = !change.edits.empty();
	if (move.kind != Kind::reported) remember(move, now);
	// Where nothing is to be saved nothing is to be waited for, unless it is being saved already.
	if (move.has_changed || waits(move.eid))
		waiting_.push_back(std::move(change));
	else
		end(change, true, effects);
}

std::vector<SiteEdit> ChangePriorityReceiver::edits_of(const EidMove &move) const {
	const auto *found = section(move.eid);
	if (found == nullptr || move.kind == Kind::reported) return {};
	if (move.kind == Kind::arrived) return edits_of_arrival(config_, *found);
	return edits_of_departure(config_, *found, std::span<const IpAddress>(move.addresses));
}

void ChangePriorityReceiver::end(Change &change, bool is_saved, Effects &effects) {
	if (std::exchange(change.is_answered, true)) return;
	effects.moves.push_back(change.move);
	const auto done = change.move.has_changed ? ChangeResult::done : ChangeResult::no_change;
	answer(change, is_saved ? done : ChangeResult::degraded, effects);
}

void ChangePriorityReceiver::answer(const Change &change, ChangeResult result, Effects &effects) {
	++counter_of(counters_, result);
	seen_.set_result(change.peer, change.random_nonce, change.move.eid, change.nonce, result);
	reply(change, result, effects);
}

void ChangePriorityReceiver::reply(const Change &change, ChangeResult result, Effects &effects) {
	if (auto octets = acknowledgement(change, result))
		effects.replies.push_back({change.asked.to, change.asked.from, std::move(*octets)});
}

// None where the peer has no line any more.
std::optional<Octets> ChangePriorityReceiver::acknowledgement(
    const Change &change, ChangeResult result) {
	auto *key = peers_.key(change.peer, change.with_previous_key);
	auto message = decode_change_priority(change.asked.octets, arena_);
	if (key == nullptr || !message) return std::nullopt;
	auto eid = message->eids.front();
	eid.addresses = {};
	message->from_hypervisor = message->notify = message->response = false;
	message->acknowledgement = true;
	message->code = static_cast<std::uint8_t>(result);
	message->target_rloc = {};
	message->failed = message->layout == ChangePriorityLayout::extension && is_refusal(result);
	message->eids = std::span<const MovedEid>(&eid, 1);
	const Octets zeros(message->authentication.data.size());
	message->authentication.data = zeros;
	auto octets = encode(*message);
	if (!octets || !key->sign(*octets, TakenAs::change_priority)) return std::nullopt;
	return std::move(*octets);
}

EidSection *ChangePriorityReceiver::section(const EidPrefix &eid) {
	const auto at = index_.exact(eid);
	return at ? &config_.eids[*at] : nullptr;
}

const EidSection *ChangePriorityReceiver::section(const EidPrefix &eid) const {
	const auto at = index_.exact(eid);
	return at ? &config_.eids[*at] : nullptr;
}

} // namespace lisp
