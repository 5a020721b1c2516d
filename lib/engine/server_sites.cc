#include "engine/server_sites.h"

#include <algorithm>

namespace lisp {

namespace {

constexpr RecordTtl ttl_static{1440};
constexpr RecordTtl ttl_static_negative{15}; // RFC 9301 section 8.3

bool is_for(const SiteKeyLine &key, const Authentication &authentication) {
	return (key.any_key_id || key.key_id == authentication.key_id) &&
	       (!key.algorithm || *key.algorithm == authentication.algorithm);
}

Locator locator_of(const StaticRloc &line) {
	Locator locator;
	locator.priority = line.priority;
	locator.weight = line.weight;
	locator.reachable = true;
	locator.rloc = line.rloc;
	return locator;
}

} // namespace

MapRecord static_record(const StaticMapping &mapping, const EidPrefix &part, Arena &arena) {
	const auto locators = arena.array<Locator>(mapping.rlocs.size());
	std::transform(mapping.rlocs.begin(), mapping.rlocs.end(), locators.begin(), locator_of);
	std::sort(locators.begin(), locators.end(), locator_before);
	MapRecord record;
	record.ttl = mapping.ttl.value_or(mapping.action ? ttl_static_negative : ttl_static);
	record.action = mapping.action.value_or(Action::no_action);
	record.mask_length = part.length;
	record.eid = eid_address(part, arena);
	record.locators = std::span<const Locator>(locators);
	return record;
}

ServerSites::ServerSites(MapServerConfig config) : config_(std::move(config)) {
	for (std::uint32_t site = 0; site < config_.sites.size(); ++site) {
		const auto &section = config_.sites[site];
		first_key_.push_back(static_cast<KeyNumber>(site_of_key_.size()));
		site_of_key_.insert(site_of_key_.end(), section.keys.size(), site);
		for (std::uint32_t line = 0; line < section.eids.size(); ++line)
			add(section.eids[line].eid, {site, line});
	}
	for (std::uint32_t line = 0; line < config_.elsewhere.size(); ++line)
		add(config_.elsewhere[line].eid, {of_elsewhere, line});
	for (std::uint32_t line = 0; line < config_.statics.size(); ++line)
		add(config_.statics[line].eid, {of_statics, line});
}

// The first that claims an EID has it.
void ServerSites::add(const EidPrefix &eid, EidPlace place) {
	if (index_.exact(eid)) return;
	const auto value = static_cast<std::uint32_t>(eids_.size());
	index_.insert(eid, value);
	eids_.push_back(place);
	if (place.site == of_statics) statics_.insert(eid, value);
	const bool with_site = place.site != of_statics && place.site != of_elsewhere;
	if (!with_site || config_.sites[place.site].eids[place.line].deny) apart_.insert(eid, value);
}

std::optional<ServerSites::Eid> ServerSites::covering(const EidPrefix &eid) const {
	const auto match = index_.longest_match(eid);
	if (!match) return std::nullopt;
	const auto place = eids_[match->value];
	Eid found;
	if (place.site == of_elsewhere) {
		found.elsewhere = &config_.elsewhere[place.line];
	} else if (place.site == of_statics) {
		found.fixed = &config_.statics[place.line];
	} else {
		found.site = &config_.sites[place.site];
		found.line = &found.site->eids[place.line];
		found.site_number = place.site;
	}
	return found;
}

std::optional<ServerSites::Eid> ServerSites::registrable(const EidPrefix &eid) const {
	auto found = covering(eid);
	if (found && found->site == nullptr) return std::nullopt;
	if (found && !found->line->more_specifics && found->line->eid != eid) return std::nullopt;
	return found;
}

std::optional<EidPrefix> ServerSites::part(
    const EidPrefix &configured, const EidPrefix &eid) const {
	for (unsigned length = configured.length; length <= eid.length; ++length) {
		const auto candidate = EidPrefix::make(eid.address, length, eid.instance);
		bool alone = true;
		index_.for_each_within(*candidate,
		    [&](const PrefixIndex::Entry &entry) { return alone = entry.prefix == configured; });
		if (alone) return candidate;
	}
	return std::nullopt;
}

bool ServerSites::has_apart(const EidPrefix &eid) const {
	if (apart_.size() == 0) return false;
	bool found = false;
	apart_.for_each_within(eid, [&](const PrefixIndex::Entry &) { return !(found = true); });
	return found;
}

const StaticMapping *ServerSites::static_after(const EidPrefix &eid) const {
	const StaticMapping *next = nullptr;
	statics_.for_each_after(eid, [&](const PrefixIndex::Entry &entry) {
		next = &config_.statics[eids_[entry.value].line];
		return false;
	});
	return next;
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

bool ServerSites::has_key(std::uint32_t site_number, const Authentication &authentication) const {
	const auto &keys = config_.sites[site_number].keys;
	return std::any_of(keys.begin(), keys.end(),
	    [&](const SiteKeyLine &key) { return is_for(key, authentication); });
}

std::optional<ServerSites::KeyNumber> ServerSites::verify(
    std::uint32_t site_number, const Authentication &authentication, Bytes message) {
	const auto &keys = config_.sites[site_number].keys;
	for (std::size_t i = 0; i < keys.size(); ++i) {
		if (!is_for(keys[i], authentication)) continue;
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
