#include "lisp-decode/key_ring.h"

namespace lisp {

namespace {

// What selectors are compared with.
struct Signed {
	const Captured &captured;
	std::uint8_t key_id;
	std::optional<EidPrefix> eid; // the first
};

struct Selects {
	const Signed &message;

	bool operator()(const AnySelector &) const { return true; }
	bool operator()(const KeyIdSelector &selector) const {
		return selector.key_id == message.key_id;
	}
	bool operator()(const EidPrefix &prefix) const {
		return message.eid && prefix.covers(*message.eid);
	}
	bool operator()(const IpAddress &address) const {
		const auto &[captured, key_id, eid] = message;
		return (captured.source && captured.source->address == address) ||
		       (captured.destination && captured.destination->address == address) ||
		       (eid && EidPrefix::host(address).covers(*eid));
	}
};

std::optional<EidPrefix> first_eid(const Message &message) {
	if (const auto *info = std::get_if<Info>(&message))
		return eid_prefix(info->eid, info->mask_length);
	if (const auto *change = std::get_if<ChangePriority>(&message)) {
		if (change->eids.empty()) return std::nullopt;
		return EidPrefix::make(change->eids[0].eid, change->eids[0].mask_length);
	}
	const auto records = records_of(message);
	if (records.empty()) return std::nullopt;
	return eid_prefix(records[0].eid, records[0].mask_length);
}

} // namespace

KeyRing::KeyRing(const std::vector<KeyFileLine> &lines) {
	for (const auto &line : lines) keys_.emplace_back(line.selector, Key{line.secret});
}

void KeyRing::verify(Dissection &found) {
	if (found.inner != nullptr) verify(*found.inner);
	auto *authentication = authentication_of(found.message);
	if (authentication == nullptr) return;
	const Signed message{found.captured, authentication->key_id, first_eid(found.message)};
	const auto taken_as = std::holds_alternative<ChangePriority>(found.message)
	                          ? TakenAs::change_priority
	                          : TakenAs::its_type;
	Verification result;
	for (auto &[selector, key] : keys_) {
		if (!std::visit(Selects{message}, selector)) continue;
		result = key.check(found.captured.octets, taken_as);
		if (result.verdict == Verdict::good) break;
	}
	authentication->verification = result;
}

} // namespace lisp
