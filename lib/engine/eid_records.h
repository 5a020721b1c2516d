// The EIDs that a site answers for.
#pragma once

#include "engine/encoded_records.h"
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

	std::size_t size() const { return index_.size(); }
	const PrefixIndex &index() const { return index_; }

	// The encoded EID-record that a value of the index stands for.
	Bytes record(PrefixIndex::Value number) const { return records_.octets(number); }

private:
	PrefixIndex index_;
	EncodedRecords records_;
};

} // namespace lisp
