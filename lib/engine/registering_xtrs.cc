#include "engine/registering_xtrs.h"

#include <algorithm>

namespace lisp {

RegisteringXtrs::Name RegisteringXtrs::name_of(const RegisteringXtr &xtr) {
	if (xtr.identity) return {xtr.key, xtr.identity->xtr_id, {}};
	return {xtr.key, std::nullopt, xtr.source.address};
}

std::optional<RegisteringXtrs::Number> RegisteringXtrs::identify(
    std::uint32_t key, const std::optional<XtrIdentity> &identity, const Endpoint &source) {
	RegisteringXtr xtr;
	xtr.key = key;
	xtr.identity = identity;
	xtr.source = source;
	const auto name = name_of(xtr);
	if (const auto known = by_name_.find(name); known != by_name_.end()) return known->second;
	auto &count = count_[key];
	if (count == max_per_key) return std::nullopt;
	++count;
	const auto number = static_cast<Number>(xtrs_.size());
	by_name_.emplace(name, number);
	xtrs_.push_back(std::move(xtr));
	return number;
}

RegisteringXtrs::Verdict RegisteringXtrs::check(
    Number number, const MapRegister &message, const Endpoint &source, Instant now) {
	auto &xtr = xtrs_[number];
	const auto &data = message.authentication.data;
	if (!xtr.authentication.empty() && message.nonce <= xtr.nonce) {
		const bool same =
		    message.nonce == xtr.nonce && std::equal(data.begin(), data.end(),
		                                      xtr.authentication.begin(), xtr.authentication.end());
		return same ? Verdict::resent : Verdict::replayed;
	}
	xtr.nonce = message.nonce;
	xtr.authentication.assign(data.begin(), data.end());
	xtr.source = source;
	xtr.identity = message.identity;
	xtr.heard = now;
	return Verdict::fresh;
}

void RegisteringXtrs::rekey(const std::vector<std::optional<std::uint32_t>> &keys) {
	const auto before = std::move(by_name_);
	by_name_.clear();
	count_.clear();
	for (const auto &[name, number] : before) {
		const auto key = keys[name.key];
		if (!key) continue;
		xtrs_[number].key = *key;
		if (by_name_.emplace(name_of(xtrs_[number]), number).second) ++count_[*key];
	}
}

} // namespace lisp
