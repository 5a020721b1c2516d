// What one configuration's records differ in from another's: what is to be registered anew.
#pragma once

#include "engine/site_records.h"

namespace lisp {

struct RecordChanges {
	static constexpr std::uint32_t is_new = 0xffffffff;

	// Of each record after the change: its index before, or is_new; and whether it is new or says
	// something else.
	std::vector<std::uint32_t> was;
	std::vector<bool> changed;
	std::size_t before = 0; // records there were
	// EIDs that were registered and are not any more, but for those that have moved away: another
	// site registers them.
	std::vector<EidPrefix> gone;
};

// Records are the same where their EID-prefix is, wherever they stand in the file.
RecordChanges compare(const SiteRecords &before, const SiteRecords &after);

} // namespace lisp
