#include "config/site_config.h"

#include "config/site_parser.h"

#include <algorithm>

namespace lisp {

SiteConfig parse_site_config(std::string_view text, Diagnostics &found) {
	return SiteParser{text, found}.parse();
}

MapRecord map_record(const SiteConfig &config, const EidSection &section, Arena &arena) {
	const auto rlocs = config.rlocs_of(section);
	const auto locators = arena.array<Locator>(rlocs.size());
	for (std::size_t i = 0; i < rlocs.size(); ++i) {
		const auto &line = rlocs[i];
		auto &locator = locators[i];
		locator.priority = line.priority;
		locator.weight = line.weight;
		locator.multicast_priority = line.multicast_priority;
		locator.multicast_weight = line.multicast_weight;
		locator.local = line.local;
		locator.reachable = true;
		locator.rloc = line.rloc;
	}
	std::sort(locators.begin(), locators.end(), locator_before);
	MapRecord record;
	record.ttl = section.ttl;
	record.mask_length = section.eid.length;
	record.authoritative = true;
	record.map_version = section.map_version;
	record.eid = eid_address(section.eid, arena);
	record.locators = std::span<const Locator>(locators);
	return record;
}

} // namespace lisp
