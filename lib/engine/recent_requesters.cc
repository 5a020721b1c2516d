#include "engine/recent_requesters.h"

#include <algorithm>

namespace lisp {

void RecentRequesters::note(const EidPrefix &asked, const IpAddress &rloc, Instant now) {
	if (entries_.empty()) return;
	auto hash = asked.address.upper() * 0x9e3779b97f4a7c15 ^ asked.address.lower();
	hash = (hash ^ rloc.upper()) * 0xff51afd7ed558ccd ^ rloc.lower() ^ asked.instance;
	hash = (hash ^ hash >> 32) * 0xc4ceb9fe1a85ec53;
	const auto groups = entries_.size() / ways;
	const auto group = entries_.begin() + static_cast<std::ptrdiff_t>((hash >> 32) % groups * ways);
	const auto end = group + ways;
	auto at = std::find_if(
	    group, end, [&](const Entry &each) { return each.rloc == rloc && each.eid == asked; });
	if (at == end)
		at = std::min_element(
		    group, end, [](const Entry &a, const Entry &b) { return a.when < b.when; });
	*at = {asked, rloc, now};
}

} // namespace lisp
