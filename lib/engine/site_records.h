// What a site registers: its EID-records in the form in which they are sent.
#pragma once

#include "engine/encoded_records.h"

#include <cstdint>
#include <vector>

namespace lisp {

// Flag 1, and a locator to reach it by: an EID that has moved away is for others to register; one
// without any RLOC would be taken for a withdrawal.
bool is_registered(const SiteConfig &config, const EidSection &section);

// It has own RLOCs, all with priority 255.
bool has_moved_away(const SiteConfig &config, const EidSection &section);

class SiteRecords {
public:
	SiteRecords() = default;
	explicit SiteRecords(const SiteConfig &config); // all locators reachable
	// The same, but for the EIDs of these sections, which are as the sections say. New ones come
	// last.
	SiteRecords with(const SiteConfig &sections) const;

	// R of the site's own locators: clear for those that `lost`, in ascending order, has, and set
	// for all others.
	void set_lost(const std::vector<IpAddress> &lost);

	// Consecutive records that share a Map-Register.
	struct Run {
		std::uint32_t first = 0;
		std::uint8_t count = 0;
	};
	// The fewest runs, in the configuration's order, of at most 255 records and `room` octets. A
	// record that is longer than that has a run of its own.
	std::vector<Run> split(std::size_t room) const;

	std::size_t size() const { return eids_.size(); }
	Bytes octets(Run run) const { return records_.octets(run.first, run.count); }
	const EidPrefix &eid(std::size_t index) const { return eids_[index]; }
	// Those that are not registered because their own RLOCs all have priority 255, ascending.
	const std::vector<EidPrefix> &moved_away() const { return moved_away_; }
	bool has_moved_away(const EidPrefix &eid) const;

private:
	void append(const SiteConfig &config, const EidSection &section, Arena &scratch);

	std::vector<EidPrefix> eids_;
	std::vector<EidPrefix> moved_away_;
	EncodedRecords records_;
};

} // namespace lisp
