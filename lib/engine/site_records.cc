#include "engine/site_records.h"

#include <algorithm>

namespace lisp {

namespace {

constexpr std::size_t max_run = 255; // what a Record Count can tell

} // namespace

bool is_registered(const SiteConfig &config, const EidSection &section) {
	if (!section.register_it || section.rloc_count == 0) return false;
	const auto rlocs = config.rlocs_of(section);
	const auto is_own = [](const RlocLine &line) { return line.local; };
	const auto is_usable_own = [](const RlocLine &line) {
		return line.local && line.priority != priority_unusable;
	};
	return std::none_of(rlocs.begin(), rlocs.end(), is_own) ||
	       std::any_of(rlocs.begin(), rlocs.end(), is_usable_own);
}

SiteRecords::SiteRecords(const SiteConfig &config) {
	Arena arena;
	eids_.reserve(config.eids.size());
	records_.reserve(config.eids.size(), config.rlocs.size());
	for (const auto &section : config.eids) {
		if (!is_registered(config, section)) continue;
		eids_.push_back(section.eid);
		records_.append(config, section, arena);
	}
}

std::vector<SiteRecords::Run> SiteRecords::split(std::size_t room) const {
	std::vector<Run> runs;
	for (std::size_t first = 0; first < size();) {
		auto end = first + 1;
		while (end < size() && end - first < max_run &&
		       records_.octets(first, end + 1 - first).size() <= room)
			++end;
		runs.push_back({static_cast<std::uint32_t>(first), static_cast<std::uint8_t>(end - first)});
		first = end;
	}
	return runs;
}

} // namespace lisp
