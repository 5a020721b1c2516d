// Registration: what is known of it.
#include "engine/registration.h"

#include <algorithm>
#include <array>

namespace lisp {

std::string_view name(RegistrationState state) {
	static constexpr std::array<std::string_view, 7> names{
	    "unresolved", "pending", "sent", "acknowledged", "partial", "refused", "timeout"};
	return names[static_cast<std::size_t>(state)];
}

RegistrationState Registration::state() const {
	using enum RegistrationState;
	if (!endpoint_) return unresolved;
	if (parts_.empty()) return acknowledged;
	if (!asks_for_notify()) return never_sent_ == 0 ? sent : pending;
	if (answered_ + silent_ < whole_ + waiting_) return pending;
	if (answered_ == 0) return timeout;
	if (acknowledged_ == records_) return acknowledged;
	return silent_ == 0 && acknowledged_ == 0 ? refused : partial;
}

std::string Registration::explanation() const {
	switch (state()) {
	case RegistrationState::unresolved: return trouble_;
	case RegistrationState::refused: return "the map-server accepted no record";
	case RegistrationState::partial:
		return "records not acknowledged: " + std::to_string(records_ - acknowledged_);
	case RegistrationState::pending:
	case RegistrationState::timeout: return "no map-notify";
	case RegistrationState::sent: return "no map-notify is asked for";
	case RegistrationState::acknowledged:
		if (has_previous_key_only_) return "the map-server has the previous key still";
		break;
	}
	return {};
}

std::size_t Registration::retried_records() const {
	std::size_t records = 0;
	for (std::size_t i = 0; i < parts_.size(); ++i)
		if (asks_for_notify() && parts_[i].attempts > 1) records += parts_[i].run.count;
	return std::min(records, records_); // those of a difference are in its register, too
}

RegistrationState Registration::state_of(std::uint32_t record) const {
	using enum RegistrationState;
	if (!endpoint_) return unresolved;
	const auto *part = &parts_[part_of(record)];
	if (const auto after = first_difference(record + 1); after > whole_) {
		const auto &last = parts_[after - 1];
		if (last.due != never && record < last.run.first + last.run.count) part = &last;
	}
	if (!asks_for_notify()) return part->sent == Instant{} ? pending : sent;
	switch (part->answer) {
	case Part::Answer::silence: return timeout;
	case Part::Answer::notify: return refused_.contains(record) ? refused : acknowledged;
	case Part::Answer::none: break;
	}
	return pending;
}

} // namespace lisp
