// The EIDs that a site answers for.
#pragma once

#include "config/site_config.h"
#include "table/prefix_table.h"

namespace lisp {

// Each EID with its EID-record as it goes onto the wire: what a Map-Reply is put together from.
// Immutable; a new configuration is a new table.
class EidRecords {
public:
	EidRecords() = default;
	explicit EidRecords(const SiteConfig &config); // keeps nothing of it

	std::size_t size() const { return index_.size(); }
	const PrefixIndex &index() const { return index_; }

	// The encoded EID-record that a value of the index stands for.
	Bytes record(PrefixIndex::Value number) const {
		return Bytes{octets_}.subspan(starts_[number], starts_[number + 1] - starts_[number]);
	}

private:
	PrefixIndex index_;
	Octets octets_;
	std::vector<std::size_t> starts_{0}; // of each record, and the end of the last
};

} // namespace lisp
