// What captured traffic tells about EID-prefixes: which are asked for, which are registered, and
// how steadily.
#pragma once

#include "engine/traffic_report.h"
#include "message/map_record.h"
#include "table/bounded_map.h"

namespace lisp {

struct RegistrationLimits {
	// A registration that is not refreshed for so long has expired, unless it came with a time of
	// its own. RFC 9301 section 5.6.
	std::uint64_t lifetime = 180 * second_of_capture;
	// A prefix flaps when its locators change more often than this within this time.
	static constexpr std::size_t steady_changes = 4;
	std::uint64_t flapping_time = 300 * second_of_capture;
};

// Prefixes are recorded until there are `limit`; further ones are counted as unrecorded.
class EidStatistics {
public:
	EidStatistics(std::size_t limit, std::uint64_t seed, const RegistrationLimits &limits)
	    : limits_(limits), eids_(limit, seed) {}

	void requested(const Address &eid, unsigned mask_length);
	void replied(const MapRecord &record);
	// `now` is by a CaptureClock; `use_ttl` is the T bit.
	void registered(const MapRecord &record, bool use_ttl, std::uint64_t now);

	// At most `top` rows of each kind.
	void report(TrafficReport &report, std::size_t top, std::uint64_t now) const;

private:
	struct Eid {
		std::uint32_t requests = 0;
		std::uint32_t changes = 0;
		std::uint64_t expires = 0;  // by the clock; 0 where it is not registered
		std::uint64_t locators = 0; // their fingerprint
		bool was_registered = false;
		bool was_replied = false;
		bool flapped = false;
	};

	// By the clock, the latest at its number among all changes.
	using Changes = std::array<std::uint64_t, RegistrationLimits::steady_changes>;
	using Eids = BoundedMap<EidPrefix, Eid>;

	Eids::Place find(const Address &eid, unsigned mask_length);
	void note_change(Eids::Place place, std::uint64_t now);

	RegistrationLimits limits_;
	Eids eids_;
	std::vector<Changes> changed_at_; // by place: apart, for most prefixes never change
	EidCounters counters_;
	RegistrationCounters registrations_;
	std::uint64_t unrecorded_ = 0;
};

} // namespace lisp
