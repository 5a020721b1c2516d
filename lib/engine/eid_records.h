// The EIDs that a site answers for.
#pragma once

#include "config/site_config.h"
#include "table/prefix_table.h"

namespace lisp {

// Each EID with its EID-record as it goes onto the wire: what a Map-Reply is put together from.
// A new configuration is a new table.
class EidRecords {
public:
	EidRecords() = default;
	explicit EidRecords(const SiteConfig &config); // keeps nothing of it

	// Local locators that are `lost`, in ascending order, are unreachable (R), all others not.
	void set_lost(const std::vector<IpAddress> &lost);

	// The EIDs of these sections are as they say, new ones are added; in a time that does not
	// depend on how many others there are. `lost` as above.
	void change(const SiteConfig &sections, const std::vector<IpAddress> &lost);

	std::size_t size() const { return index_.size(); }
	const PrefixIndex &index() const { return index_; }

	// The encoded EID-record that a value of the index stands for.
	Bytes record(PrefixIndex::Value place) const {
		const auto start = std::size_t{place} * unit;
		const auto size = std::size_t{octets_[start]} << 8 | octets_[start + 1];
		return Bytes{octets_}.subspan(start + size_octets, size);
	}

	// Has the caches fetch, for all of them together, what finds the longest match of each and
	// its record. It pays where several requests are at hand.
	void prefetch(std::span<const EidPrefix> eids) const;

private:
	static constexpr std::size_t size_octets = 2;
	static constexpr std::size_t unit = 4; // records start at multiples of it, so that 32 bits do

	PrefixIndex::Value append(Bytes record);

	PrefixIndex index_;
	Octets octets_; // each record with its size before it: one cache line fewer than with a list
};

} // namespace lisp
