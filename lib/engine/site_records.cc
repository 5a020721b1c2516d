#include "engine/site_records.h"

#include <algorithm>
#include <utility>

namespace lisp {

namespace {

constexpr std::size_t max_run = 255; // what a Record Count can tell

} // namespace

bool is_registered(const SiteConfig &config, const EidSection &section) {
	return section.register_it && section.rloc_count > 0 && !has_moved_away(config, section);
}

bool has_moved_away(const SiteConfig &config, const EidSection &section) {
	const auto rlocs = config.rlocs_of(section);
	const auto is_own = [](const RlocLine &line) { return line.local; };
	const auto is_usable_own = [](const RlocLine &line) {
		return line.local && line.priority != priority_unusable;
	};
	return std::any_of(rlocs.begin(), rlocs.end(), is_own) &&
	       std::none_of(rlocs.begin(), rlocs.end(), is_usable_own);
}

SiteRecords::SiteRecords(const SiteConfig &config) {
	Arena arena;
	eids_.reserve(config.eids.size());
	records_.reserve(config.eids.size(), config.rlocs.size());
	for (const auto &section : config.eids) append(config, section, arena);
	std::sort(moved_away_.begin(), moved_away_.end());
}

void SiteRecords::append(const SiteConfig &config, const EidSection &section, Arena &scratch) {
	if (is_registered(config, section)) {
		eids_.push_back(section.eid);
		records_.append(config, section, scratch);
	} else if (section.register_it && ::lisp::has_moved_away(config, section)) {
		moved_away_.push_back(section.eid);
	}
}

SiteRecords SiteRecords::with(const SiteConfig &sections) const {
	std::vector<std::pair<EidPrefix, const EidSection *>> changed;
	for (const auto &section : sections.eids) changed.emplace_back(section.eid, &section);
	std::sort(changed.begin(), changed.end());
	const auto find = [&](const EidPrefix &eid) {
		const auto found = std::lower_bound(changed.begin(), changed.end(), eid,
		    [](const auto &entry, const EidPrefix &e) { return entry.first < e; });
		return found != changed.end() && found->first == eid ? &*found : nullptr;
	};
	SiteRecords result;
	Arena arena;
	for (const auto &eid : moved_away_)
		if (find(eid) == nullptr) result.moved_away_.push_back(eid);
	for (std::uint32_t i = 0; i < size(); ++i) {
		if (auto *entry = find(eids_[i])) {
			if (const auto *section = std::exchange(entry->second, nullptr))
				result.append(sections, *section, arena);
		} else {
			result.eids_.push_back(eids_[i]);
			result.records_.append(octets({i, 1}));
		}
	}
	for (const auto &[eid, section] : changed)
		if (section != nullptr) result.append(sections, *section, arena);
	std::sort(result.moved_away_.begin(), result.moved_away_.end());
	return result;
}

bool SiteRecords::has_moved_away(const EidPrefix &eid) const {
	return std::binary_search(moved_away_.begin(), moved_away_.end(), eid);
}

void SiteRecords::set_lost(const std::vector<IpAddress> &lost) {
	records_.set_lost(lost);
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
