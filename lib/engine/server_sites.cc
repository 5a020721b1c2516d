#include "engine/server_sites.h"

#include <algorithm>

namespace lisp {

ServerSites::ServerSites(MapServerConfig config) : config_(std::move(config)) {
	for (std::uint32_t site = 0; site < config_.sites.size(); ++site) {
		const auto &section = config_.sites[site];
		first_key_.push_back(static_cast<KeyNumber>(site_of_key_.size()));
		site_of_key_.insert(site_of_key_.end(), section.keys.size(), site);
		for (std::uint32_t line = 0; line < section.eids.size(); ++line) {
			const auto &eid = section.eids[line].eid;
			if (index_.exact(eid)) continue; // the first site that claims an EID has it
			index_.insert(eid, static_cast<std::uint32_t>(eids_.size()));
			eids_.push_back({site, line});
		}
	}
	for (std::uint32_t line = 0; line < config_.elsewhere.size(); ++line) {
		if (index_.exact(config_.elsewhere[line].eid)) continue;
		index_.insert(config_.elsewhere[line].eid, static_cast<std::uint32_t>(eids_.size()));
		eids_.push_back({no_site, line});
	}
}

std::optional<ServerSites::Eid> ServerSites::covering(const EidPrefix &eid) const {
	const auto match = index_.longest_match(eid);
	if (!match) return std::nullopt;
	const auto place = eids_[match->value];
	if (place.site == no_site)
		return Eid{nullptr, nullptr, no_site, &config_.elsewhere[place.line]};
	const auto &site = config_.sites[place.site];
	return Eid{&site, &site.eids[place.line], place.site, nullptr};
}

std::optional<ServerSites::Eid> ServerSites::registrable(const EidPrefix &eid) const {
	auto found = covering(eid);
	if (found && found->elsewhere != nullptr) return std::nullopt;
	if (found && !found->line->more_specifics && found->line->eid != eid) return std::nullopt;
	return found;
}

std::optional<EidPrefix> ServerSites::part(const SiteEidLine &line, const EidPrefix &eid) const {
	for (unsigned length = line.eid.length; length <= eid.length; ++length) {
		const auto candidate = EidPrefix::make(eid.address, length, eid.instance);
		bool alone = true;
		index_.for_each_within(*candidate,
		    [&](const PrefixIndex::Entry &entry) { return alone = entry.prefix == line.eid; });
		if (alone) return candidate;
	}
	return std::nullopt;
}

bool ServerSites::allows(const SiteSection &site, List<Locator> locators) {
	if (site.rlocs.empty()) return true;
	return std::all_of(locators.begin(), locators.end(), [&](const Locator &locator) {
		const auto *address = as_ip(locator.rloc);
		return address != nullptr &&
		       std::find(site.rlocs.begin(), site.rlocs.end(), *address) != site.rlocs.end();
	});
}

Key &ServerSites::ready(KeyNumber number) {
	auto &slot = ready_[number % ready_.size()];
	if (!slot.key || slot.number != number)
		slot = {number, std::make_unique<Key>(key_line(number).secret)};
	return *slot.key;
}

std::optional<ServerSites::KeyNumber> ServerSites::verify(
    std::uint32_t site_number, const Authentication &authentication, Bytes message) {
	const auto &keys = config_.sites[site_number].keys;
	for (std::size_t i = 0; i < keys.size(); ++i) {
		const auto &key = keys[i];
		if (!key.any_key_id && key.key_id != authentication.key_id) continue;
		if (key.algorithm && *key.algorithm != authentication.algorithm) continue;
		const auto number = first_key_[site_number] + static_cast<KeyNumber>(i);
		if (ready(number).verify(message)) return number;
	}
	return std::nullopt;
}

bool ServerSites::sign(KeyNumber key, Room message) {
	return ready(key).sign(message);
}

const KeyMark &ServerSites::mark(KeyNumber key) {
	marks_.resize(site_of_key_.size());
	auto &mark = marks_[key];
	if (mark) return *mark;
	const auto &line = key_line(key);
	const std::array<std::uint8_t, 4> kind{line.key_id, line.any_key_id, line.algorithm.has_value(),
	    static_cast<std::uint8_t>(line.algorithm.value_or(Algorithm::none))};
	return mark.emplace(
	    KeyMark{mark_of(as_bytes(site_of(key).name)), mark_of(kind), mark_of(ready(key))});
}

std::optional<ServerSites::KeyNumber> ServerSites::key_of(const KeyMark &wanted) {
	if (site_by_mark_.empty())
		for (std::uint32_t site = 0; site < config_.sites.size(); ++site)
			site_by_mark_.emplace(mark_of(as_bytes(config_.sites[site].name)), site);
	std::optional<KeyNumber> found;
	const auto [first, last] = site_by_mark_.equal_range(wanted.site);
	for (auto at = first; at != last; ++at) {
		const auto keys = static_cast<KeyNumber>(config_.sites[at->second].keys.size());
		for (KeyNumber i = 0; i < keys; ++i) {
			const auto key = first_key_[at->second] + i;
			if (mark(key) == wanted) return key;
			if (!found && mark(key).secret == wanted.secret) found = key;
		}
	}
	return found;
}

std::vector<std::optional<ServerSites::KeyNumber>> ServerSites::keys_in(
    const ServerSites &next) const {
	std::unordered_map<std::string_view, std::uint32_t> sites;
	for (std::uint32_t i = 0; i < next.config_.sites.size(); ++i)
		sites.emplace(next.config_.sites[i].name, i);
	std::vector<std::optional<KeyNumber>> numbers(site_of_key_.size());
	for (KeyNumber key = 0; key < numbers.size(); ++key) {
		const auto site = sites.find(site_of(key).name);
		if (site == sites.end()) continue;
		const auto &keys = next.config_.sites[site->second].keys;
		auto same = std::find(keys.begin(), keys.end(), key_line(key));
		if (same == keys.end())
			same = std::find_if(keys.begin(), keys.end(),
			    [&](const SiteKeyLine &line) { return line.secret == key_line(key).secret; });
		if (same == keys.end()) continue;
		const auto index = static_cast<KeyNumber>(same - keys.begin());
		numbers[key] = next.first_key_[site->second] + index;
	}
	return numbers;
}

} // namespace lisp
