// Which ITRs have asked for which EIDs of late, in bounded memory: those that are to hear when one
// moves.
#pragma once

#include "address/eid_prefix.h"
#include "engine/instant.h"

#include <vector>

namespace lisp {

class RecentRequesters {
public:
	static constexpr std::chrono::hours memory{24};

	// Remembers up to so many pairs; where more are in use, those that were seen longest ago are
	// forgotten. 0: nothing is remembered.
	explicit RecentRequesters(std::size_t most = 0) : entries_((most + ways - 1) / ways * ways) {}

	void note(const EidPrefix &asked, const IpAddress &rloc, Instant now);

	struct Entry {
		EidPrefix eid; // as asked
		IpAddress rloc;
		Instant when = Instant::min();
	};
	// Every one of those 24 hours, in no order.
	template <class Visit> void for_each(Instant now, Visit visit) const {
		for (const auto &entry : entries_)
			if (entry.when > now - memory) visit(entry);
	}

private:
	static constexpr std::size_t ways = 4;

	std::vector<Entry> entries_; // in groups, one of which is a pair's
};

} // namespace lisp
