#include "engine/subscribers.h"

#include <algorithm>

namespace lisp {

Subscribers::Subscribers(std::vector<SubscriberSection> sections) : sections_(std::move(sections)) {
	keys_.reserve(sections_.size());
	for (const auto &section : sections_) keys_.emplace_back(section.secret);
}

const SubscriberRlocLine *Subscribers::line_of(
    const SubscriberSection &section, const IpAddress &itr_rloc) {
	const auto found = std::find_if(section.rlocs.begin(), section.rlocs.end(),
	    [&](const SubscriberRlocLine &line) { return line.rloc.covers(itr_rloc); });
	return found == section.rlocs.end() ? nullptr : &*found;
}

std::optional<Subscribers::Number> Subscribers::find(
    const XtrId &xtr_id, const IpAddress &itr_rloc, const EidPrefix &eid) const {
	for (Number number = 0; number < size(); ++number) {
		const auto &[ids, eids] = std::tie(sections_[number].xtr_ids, sections_[number].eids);
		if (!ids.empty() && std::find(ids.begin(), ids.end(), xtr_id) == ids.end()) continue;
		if (line_of(sections_[number], itr_rloc) == nullptr) continue;
		const bool may = std::any_of(
		    eids.begin(), eids.end(), [&](const EidPrefix &one) { return one.covers(eid); });
		if (eids.empty() || may) return number;
	}
	return std::nullopt;
}

std::uint16_t Subscribers::port(
    Number number, const IpAddress &itr_rloc, std::uint16_t source) const {
	const auto *line = line_of(sections_[number], itr_rloc);
	return line == nullptr ? source : line->notify_port.value_or(source);
}

Authentication Subscribers::authentication(Number number) const {
	static constexpr std::array<std::uint8_t, sha256_size> zeros{};
	const auto &section = sections_[number];
	return {section.key_id, section.algorithm,
	    Bytes{zeros}.first(authentication_size(section.algorithm)), std::nullopt};
}

KeyMark Subscribers::mark(Number number) {
	return {mark_of(as_bytes(sections_[number].name)), 0, mark_of(keys_[number])};
}

std::optional<Subscribers::Number> Subscribers::find(const KeyMark &wanted) {
	for (Number number = 0; number < size(); ++number)
		if (mark(number) == wanted) return number;
	return std::nullopt;
}

std::vector<std::optional<Subscribers::Number>> Subscribers::numbers_in(
    const Subscribers &next) const {
	std::vector<std::optional<Number>> numbers(sections_.size());
	for (Number number = 0; number < size(); ++number)
		for (Number other = 0; other < next.size(); ++other)
			if (next[other].name == sections_[number].name &&
			    next[other].secret == sections_[number].secret)
				numbers[number] = other;
	return numbers;
}

} // namespace lisp
