#include "engine/registering_xtrs.h"

#include <algorithm>
#include <utility>

namespace lisp {

RegisteringXtrs::Name RegisteringXtrs::name_of(
    std::uint32_t key, const std::optional<XtrIdentity> &identity, const IpAddress &address) {
	if (identity) return {key, identity->xtr_id, {}};
	return {key, std::nullopt, address};
}

RegisteringXtrs::Judgement RegisteringXtrs::judge(std::uint32_t key, bool any_nonce,
    const MapRegister &message, const Arrival &arrival, Instant now,
    const IsRegistered &is_registered) {
	const auto &data = message.authentication.data;
	const auto name = name_of(key, message.identity, arrival.from.address);
	const auto known = by_name_.find(name);
	Number number = 0;
	if (known != by_name_.end()) {
		number = known->second;
		const auto &xtr = xtrs_[number];
		const bool same =
		    message.nonce == xtr.nonce && std::equal(data.begin(), data.end(),
		                                      xtr.authentication.begin(), xtr.authentication.end());
		if (same && !any_nonce) return {Verdict::resent, number};
		if (message.nonce <= xtr.nonce && !any_nonce) return {Verdict::replayed};
	} else {
		const auto &state = keys_[key];
		const auto &floor = message.identity ? state.highest_forgotten : state.highest_without_id;
		if (floor && message.nonce <= *floor && !any_nonce) return {Verdict::replayed};
		const auto admitted = admit(name, is_registered);
		if (!admitted) return {Verdict::too_many};
		number = *admitted;
	}
	auto &xtr = xtrs_[number];
	xtr.key = key;
	xtr.identity = message.identity;
	xtr.source = arrival.from;
	xtr.local = arrival.to;
	xtr.nonce = message.nonce;
	xtr.key_id = message.authentication.key_id;
	xtr.algorithm = message.authentication.algorithm;
	xtr.authentication.assign(data.begin(), data.end());
	xtr.heard = now;
	auto &highest = keys_[key].highest_without_id;
	if (!message.identity) highest = std::max(highest, std::optional{message.nonce});
	return {Verdict::fresh, number};
}

RegisteringXtrs::Number RegisteringXtrs::restore(const RegisteringXtr &xtr) {
	const auto [at, is_new] =
	    by_name_.try_emplace(name_of(xtr.key, xtr.identity, xtr.source.address), numbers());
	auto &key = keys_[xtr.key];
	if (is_new) {
		++key.xtrs;
		xtrs_.push_back(xtr);
	} else if (xtrs_[at->second].nonce < xtr.nonce) {
		xtrs_[at->second] = xtr;
	}
	if (!xtr.identity)
		key.highest_without_id = std::max(key.highest_without_id, std::optional{xtr.nonce});
	return at->second;
}

void RegisteringXtrs::restore(const KeyNonces &nonces) {
	auto &key = keys_[nonces.key];
	key.highest_without_id = std::max(key.highest_without_id, nonces.without_id);
	key.highest_forgotten = std::max(key.highest_forgotten, nonces.forgotten);
}

std::optional<RegisteringXtrs::KeyNonces> RegisteringXtrs::nonces_from(std::uint32_t key) const {
	const auto at = keys_.lower_bound(key);
	if (at == keys_.end()) return std::nullopt;
	return KeyNonces{at->first, at->second.highest_without_id, at->second.highest_forgotten};
}

bool RegisteringXtrs::is_named(Number number) const {
	const auto &xtr = xtrs_[number];
	const auto at = by_name_.find(name_of(xtr.key, xtr.identity, xtr.source.address));
	return at != by_name_.end() && at->second == number;
}

std::optional<RegisteringXtrs::Number> RegisteringXtrs::admit(
    const Name &name, const IsRegistered &is_registered) {
	auto &key = keys_[name.key];
	if (key.xtrs >= max_per_key && !forget_one(name.key, is_registered)) return std::nullopt;
	++key.xtrs;
	const auto number = allocate(is_registered);
	by_name_.emplace(name, number);
	return number;
}

bool RegisteringXtrs::forget_one(std::uint32_t key, const IsRegistered &is_registered) {
	auto longest = by_name_.end();
	for (auto at = by_name_.lower_bound({key, std::nullopt, {}});
	     at != by_name_.end() && at->first.key == key; ++at) {
		if (is_registered(at->second)) continue;
		if (longest == by_name_.end() || xtrs_[at->second].heard < xtrs_[longest->second].heard)
			longest = at;
	}
	if (longest == by_name_.end()) return false;
	const auto number = longest->second;
	auto &state = keys_[key];
	if (longest->first.xtr_id)
		state.highest_forgotten =
		    std::max(state.highest_forgotten, std::optional{xtrs_[number].nonce});
	--state.xtrs;
	free_.push_back(number);
	by_name_.erase(longest);
	return true;
}

RegisteringXtrs::Number RegisteringXtrs::allocate(const IsRegistered &is_registered) {
	const auto free = std::find_if(
	    free_.rbegin(), free_.rend(), [&](Number number) { return !is_registered(number); });
	if (free == free_.rend()) {
		xtrs_.emplace_back();
		return static_cast<Number>(xtrs_.size() - 1);
	}
	const auto number = *free;
	free_.erase(std::next(free).base());
	return number;
}

void RegisteringXtrs::rekey(const std::vector<std::optional<std::uint32_t>> &keys) {
	const auto names = std::exchange(by_name_, {});
	const auto states = std::exchange(keys_, {});
	for (const auto &[number, state] : states) {
		if (!keys[number]) continue;
		auto &now = keys_[*keys[number]];
		now.highest_without_id = std::max(now.highest_without_id, state.highest_without_id);
		now.highest_forgotten = std::max(now.highest_forgotten, state.highest_forgotten);
	}
	// Those without a name as well: what they have registered tells its site by the key.
	for (auto &xtr : xtrs_) xtr.key = xtr.key == no_key ? no_key : keys[xtr.key].value_or(no_key);
	for (const auto &[name, number] : names) {
		const auto key = keys[name.key];
		auto loser = std::optional{number};
		if (key) {
			const auto [at, is_new] =
			    by_name_.emplace(Name{*key, name.xtr_id, name.address}, number);
			if (is_new) ++keys_[*key].xtrs;
			if (!is_new && xtrs_[number].nonce > xtrs_[at->second].nonce)
				loser = std::exchange(at->second, number);
			else if (is_new)
				loser.reset();
		}
		if (loser) free_.push_back(*loser);
	}
}

} // namespace lisp
