#include "engine/traffic_statistics.h"

#include "address/lcaf_walk.h"

namespace lisp {

namespace {

// Every warning of the message and of those inside it, once.
template <class Use> void for_each_kind_of_warning(const Dissection &found, Use use) {
	for (std::size_t i = 0; i < static_cast<std::size_t>(Warning::count_); ++i)
		for (const auto *at = &found; at != nullptr; at = at->inner)
			if (at->warnings.has(static_cast<Warning>(i))) {
				use(i);
				break;
			}
}

bool has_warnings(const Dissection &found) {
	for (const auto *at = &found; at != nullptr; at = at->inner)
		if (!at->warnings.empty()) return true;
	return false;
}

} // namespace

TrafficStatistics::TrafficStatistics(const TrafficLimits &limits, std::uint64_t seed)
    : limits_(limits), transactions_(limits.transactions, seed),
      eids_(limits.eids, seed, limits.registrations), rloc_addresses_(limits.addresses, seed),
      probes_(limits.addresses, seed), solicits_(limits.addresses, seed),
      pairs_(limits.pairs, seed) {}

void TrafficStatistics::take(const Dissection &found) {
	clock_.advance(found.captured.time);
	take_amounts(found);
	take_faults(found);
	take_ended(transactions_.take(found).ended);
	take_message(found);
}

void TrafficStatistics::take_amounts(const Dissection &found) {
	const auto &captured = found.captured;
	const auto add = [&](Amount &amount) {
		++amount.messages;
		amount.octets += captured.length;
	};
	add(types_[type_index(found.type)]);
	for (const auto *at = found.inner; at != nullptr; at = at->inner) {
		auto &amount = encapsulated_[type_index(at->type)];
		++amount.messages;
		amount.octets += at->captured.length;
	}
	if (captured.time) {
		if (!first_time_) first_time_ = captured.time;
		last_time_ = captured.time;
		const auto second = *captured.time / second_of_capture;
		in_second_ = second == second_ ? in_second_ + 1 : 1;
		second_ = second;
		most_in_a_second_ = std::max(most_in_a_second_, in_second_);
	}
	if (!captured.source || !captured.destination) return;
	const bool from = captured.source->port == control_port;
	const bool to = captured.destination->port == control_port;
	add(directions_[from && to ? between_control : from ? from_control : to ? to_control : data]);
	const auto place =
	    pairs_.find_or_add({captured.source->address, captured.destination->address});
	if (place == pairs_.nowhere)
		++unrecorded_.pairs;
	else
		add(pairs_[place].value);
}

void TrafficStatistics::take_faults(const Dissection &found) {
	if (has_warnings(found))
		for_each_kind_of_warning(found, [&](std::size_t warning) { ++warnings_[warning]; });
	if (!found.error) return;
	const auto name_of_reason = name(found.error->reason);
	for (auto &row : errors_)
		if (row.reason == name_of_reason && row.field == found.error->field) {
			++row.messages;
			return;
		}
	errors_.push_back({name_of_reason, found.error->field, 1});
}

void TrafficStatistics::take_message(const Dissection &found) {
	const auto &inner = innermost(found);
	// Records may be missing, or half read.
	if (inner.error) return;
	if (const auto *m = std::get_if<MapRequest>(&inner.message)) return take_request(found, *m);
	if (const auto *m = std::get_if<MapReply>(&inner.message)) return take_reply(*m);
	if (const auto *m = std::get_if<MapRegister>(&inner.message)) return take_register(*m);
	if (const auto *m = std::get_if<MapNotify>(&inner.message))
		return take_verdict(m->authentication);
	if (const auto *m = std::get_if<MapNotifyAck>(&inner.message))
		return take_verdict(m->authentication);
	if (const auto *m = std::get_if<Info>(&inner.message)) return take_verdict(m->authentication);
	if (const auto *m = std::get_if<ChangePriority>(&inner.message))
		return take_verdict(m->authentication);
}

void TrafficStatistics::take_verdict(const Authentication &authentication) {
	if (authentication.verification)
		++verdicts_[static_cast<std::size_t>(authentication.verification->verdict)];
}

void TrafficStatistics::take_request(const Dissection &found, const MapRequest &request) {
	if (request.solicit) {
		const auto &source = innermost_packet(found).captured.source;
		if (source) take_solicit(source->address);
		return;
	}
	if (request.probe) return;
	for (const auto &record : request.records) eids_.requested(record.eid, record.mask_length);
}

void TrafficStatistics::take_solicit(const IpAddress &source) {
	auto *solicits = use_of(solicits_, source);
	if (solicits == nullptr) return;
	const auto age = clock_.now() - solicits->second_began;
	if (solicits->messages++ == 0 || age >= second_of_capture) {
		solicits->second_began = clock_.now();
		solicits->in_second = 0;
	}
	++solicits->in_second;
	solicits->most_in_a_second = std::max(solicits->most_in_a_second, solicits->in_second);
	if (solicits->in_second == limits_.steady_solicits + 1) ++solicits->storms;
}

void TrafficStatistics::take_register(const MapRegister &message) {
	take_verdict(message.authentication);
	const auto &check = message.authentication.verification;
	if (check && check->verdict == Verdict::bad) return;
	for (const auto &record : message.records) {
		eids_.registered(record, message.use_ttl, clock_.now());
		take_locators(record.locators);
	}
}

void TrafficStatistics::take_reply(const MapReply &reply) {
	for (const auto &record : reply.records) {
		if (record.locators.empty()) ++negative_[static_cast<std::size_t>(record.action) & 7];
		if (!reply.probe) eids_.replied(record);
		take_locators(record.locators);
	}
}

void TrafficStatistics::take_locators(List<Locator> locators) {
	for (const auto &locator : locators) {
		++priorities_[locator.priority];
		if (const auto *ip = as_ip(locator.rloc)) {
			take_rloc(*ip);
			continue;
		}
		if (afi(locator.rloc) != Afi::lcaf) continue;
		++rlocs_.lcaf;
		for_each_nested(locator.rloc, {}, [&](const Address &inside, const AddressContext &) {
			if (const auto *ip = as_ip(inside)) take_rloc(*ip);
		});
	}
}

void TrafficStatistics::take_rloc(const IpAddress &rloc) {
	const auto known = rloc_addresses_.size();
	use_of(rloc_addresses_, rloc);
	if (rloc_addresses_.size() > known) ++(rloc.is_v6() ? rlocs_.ipv6 : rlocs_.ipv4);
}

void TrafficStatistics::take_probe(const IpAddress &rloc, TransactionResult result) {
	auto *probes = result == TransactionResult::unasked ? nullptr : use_of(probes_, rloc);
	if (probes == nullptr) return;
	++probes->sent;
	if (result == TransactionResult::unanswered) ++probes->lost;
}

template <class Value>
Value *TrafficStatistics::use_of(BoundedMap<IpAddress, Value> &map, const IpAddress &key) {
	const auto place = map.find_or_add(key);
	if (place != map.nowhere) return &map[place].value;
	++unrecorded_.addresses;
	return nullptr;
}

void TrafficStatistics::take_ended(std::span<const Transaction> ended) {
	for (const auto &transaction : ended) {
		auto &row = ended_[static_cast<std::size_t>(transaction.kind)];
		++row.results[static_cast<std::size_t>(transaction.result)];
		if (const auto time = round_trip_time(transaction)) {
			if (transaction.result == TransactionResult::unasked) continue;
			row.time_min = row.timed == 0 ? *time : std::min(row.time_min, *time);
			row.time_max = std::max(row.time_max, *time);
			row.time_sum += *time;
			++row.timed;
		}
		if (transaction.kind == TransactionKind::probe && transaction.to)
			take_probe(transaction.to->address, transaction.result);
	}
}

} // namespace lisp
