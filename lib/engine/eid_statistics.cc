#include "engine/eid_statistics.h"

#include "address/lcaf_walk.h"
#include "engine/top_rows.h"

namespace lisp {

namespace {

constexpr std::uint64_t minute = 60 * second_of_capture;
constexpr std::uint32_t longest_ttl = 10'000'000; // minutes: longer than any capture

std::uint64_t fingerprint(const Address &rloc) {
	if (const auto *ip = as_ip(rloc)) return seeded_hash(*ip, 0);
	std::uint64_t hash = 0;
	for_each_nested(rloc, {}, [&](const Address &inside, const AddressContext &around) {
		const auto *ip = as_ip(inside);
		const auto kind = static_cast<std::uint64_t>(afi(inside)) + around.instance.value_or(0);
		hash = mixed(hash + kind) + (ip != nullptr ? seeded_hash(*ip, 0) : 0);
	});
	return hash;
}

std::uint64_t lifetime(RecordTtl ttl) {
	return std::min(ttl.count(), longest_ttl) * minute;
}

// Of what unicast traffic follows, in whatever order it is listed.
std::uint64_t fingerprint(List<Locator> locators) {
	std::uint64_t sum = locators.size();
	for (const auto &locator : locators)
		sum += mixed(
		    fingerprint(locator.rloc) + (std::uint64_t{locator.priority} << 8 | locator.weight));
	return sum;
}

} // namespace

EidStatistics::Eids::Place EidStatistics::find(const Address &eid, unsigned mask_length) {
	const auto prefix = eid_prefix(eid, mask_length);
	if (!prefix) {
		++counters_.other;
		return Eids::nowhere;
	}
	const auto place = eids_.find_or_add(*prefix);
	if (place == Eids::nowhere) ++unrecorded_;
	return place;
}

void EidStatistics::requested(const Address &eid, unsigned mask_length) {
	const auto place = find(eid, mask_length);
	if (place != Eids::nowhere && eids_[place].value.requests++ == 0) ++counters_.requested;
}

void EidStatistics::replied(const MapRecord &record) {
	const auto place = find(record.eid, record.mask_length);
	if (place == Eids::nowhere || eids_[place].value.was_replied) return;
	eids_[place].value.was_replied = true;
	++counters_.replied;
}

void EidStatistics::registered(const MapRecord &record, bool use_ttl, std::uint64_t now) {
	const auto place = find(record.eid, record.mask_length);
	if (place == Eids::nowhere) return;
	auto &known = eids_[place].value;
	if (!known.was_registered) ++counters_.registered;
	known.was_registered = true;
	const bool had_expired = known.expires != 0 && known.expires < now;
	if (had_expired) ++registrations_.expired;
	const bool was_there = known.expires != 0 && !had_expired;

	if (record.ttl == ttl_remove) {
		if (was_there) ++registrations_.removed;
		known.expires = 0;
		return;
	}
	const auto locators = fingerprint(record.locators);
	++(was_there ? registrations_.refreshed : registrations_.added);
	if (was_there && locators != known.locators) note_change(place, now);
	known.locators = locators;
	const bool has_own_time = use_ttl && record.ttl != ttl_receiver_decides;
	known.expires = now + (has_own_time ? lifetime(record.ttl) : limits_.lifetime);
}

void EidStatistics::note_change(Eids::Place place, std::uint64_t now) {
	++registrations_.changed;
	if (place >= changed_at_.size()) changed_at_.resize(place + std::size_t{1});
	auto &known = eids_[place].value;
	auto &earliest = changed_at_[place][known.changes % RegistrationLimits::steady_changes];
	const bool is_often = known.changes >= RegistrationLimits::steady_changes &&
	                      now - earliest <= limits_.flapping_time;
	earliest = now;
	++known.changes;
	if (!is_often || known.flapped) return;
	known.flapped = true;
	++registrations_.flapping;
}

void EidStatistics::report(TrafficReport &report, std::size_t top, std::uint64_t now) const {
	report.eids = counters_;
	report.registrations = registrations_;
	report.unrecorded.eids = unrecorded_;
	eids_.for_each([&](const auto &entry) {
		const auto &[eid, known] = entry;
		if (known.expires != 0 && known.expires < now) ++report.registrations.expired;
		if (known.requests > 0) report.most_requested.push_back({eid, known.requests});
		if (known.flapped) report.flapping.push_back({eid, known.changes});
	});
	keep_top(report.most_requested, top, &RequestedRow::requests, &RequestedRow::eid);
	keep_top(report.flapping, top, &FlappingRow::changes, &FlappingRow::eid);
}

} // namespace lisp
