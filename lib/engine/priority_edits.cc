#include "engine/priority_edits.h"

#include <algorithm>

namespace lisp {

namespace {

constexpr std::uint8_t default_weight = 100;
constexpr std::size_t most_rlocs = 255;

class Setting {
public:
	explicit Setting(const EidPrefix &eid) : eid_(eid) {}

	void set(const RlocLine &rloc, std::uint8_t priority) {
		if (rloc.priority != priority)
			edits.emplace_back(SetRloc{eid_, rloc.rloc, RlocField::priority, priority});
	}
	void add(const IpAddress &rloc) {
		edits.emplace_back(AddRloc{eid_, rloc, active_priority, default_weight, false});
	}

	std::vector<SiteEdit> edits;

private:
	const EidPrefix &eid_;
};

bool contains(List<IpAddress> addresses, const IpAddress &address) {
	return std::find(addresses.begin(), addresses.end(), address) != addresses.end();
}

} // namespace

bool is_own(const SiteConfig &config, const EidSection &section, const RlocLine &rloc) {
	if (rloc.local || rloc.site == 0) return rloc.local;
	const auto rlocs = config.rlocs_of(section);
	return std::any_of(rlocs.begin(), rlocs.end(),
	    [&](const RlocLine &other) { return other.local && other.site == rloc.site; });
}

bool has_own_rloc(const SiteConfig &config, const EidSection &section) {
	const auto rlocs = config.rlocs_of(section);
	return std::any_of(rlocs.begin(), rlocs.end(), [](const auto &rloc) { return rloc.local; });
}

bool is_here(const SiteConfig &config, const EidSection &section) {
	const auto rlocs = config.rlocs_of(section);
	return std::any_of(rlocs.begin(), rlocs.end(), [&](const RlocLine &rloc) {
		return rloc.priority != unused_priority && is_own(config, section, rloc);
	});
}

std::vector<SiteEdit> edits_of_arrival(const SiteConfig &config, const EidSection &section) {
	Setting setting{section.eid};
	for (const auto &rloc : config.rlocs_of(section))
		setting.set(rloc, is_own(config, section, rloc) ? active_priority : unused_priority);
	return setting.edits;
}

std::vector<SiteEdit> edits_of_departure(
    const SiteConfig &config, const EidSection &section, List<IpAddress> rlocs) {
	Setting setting{section.eid};
	const bool leaves = is_here(config, section);
	const auto present = config.rlocs_of(section);
	for (const auto &rloc : present) {
		const bool own = is_own(config, section, rloc);
		if (!own && contains(rlocs, rloc.rloc))
			setting.set(rloc, active_priority);
		else if (own || !leaves)
			setting.set(rloc, unused_priority);
	}
	auto room = most_rlocs - present.size();
	for (const auto &rloc : rlocs) {
		const bool is_there = std::any_of(
		    present.begin(), present.end(), [&](const auto &each) { return each.rloc == rloc; });
		if (is_there || room == 0) continue;
		setting.add(rloc);
		--room;
	}
	return setting.edits;
}

bool apply(const SiteEdit &edit, SiteConfig &config, EidSection &section) {
	const auto begin = config.rlocs.begin() + section.first_rloc;
	if (const auto *set = std::get_if<SetRloc>(&edit)) {
		const auto end = begin + section.rloc_count;
		const auto rloc =
		    std::find_if(begin, end, [&](const auto &each) { return each.rloc == set->rloc; });
		if (rloc == end) return false;
		rloc->priority = set->value;
		return true;
	}
	const auto *add = std::get_if<AddRloc>(&edit);
	if (add == nullptr) return false;
	// Those of one section stand side by side: they move to the end.
	const std::vector<RlocLine> before(begin, begin + section.rloc_count);
	section.first_rloc = static_cast<std::uint32_t>(config.rlocs.size());
	config.rlocs.insert(config.rlocs.end(), before.begin(), before.end());
	config.rlocs.push_back({add->rloc, add->priority, add->weight, 255, 0, add->local, 0});
	++section.rloc_count;
	return true;
}

} // namespace lisp
