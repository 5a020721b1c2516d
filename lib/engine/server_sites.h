// The sites of a Map-Server: which EIDs may be registered, with which keys, for which RLOCs.
#pragma once

#include "config/mapserver_config.h"
#include "engine/key_mark.h"
#include "message/map_record.h"
#include "table/prefix_table.h"

#include <array>
#include <memory>
#include <unordered_map>

namespace lisp {

// For `part` of it, as a Map-Reply has it: no ETR says so.
MapRecord static_record(const StaticMapping &mapping, const EidPrefix &part, Arena &arena);

class ServerSites {
public:
	explicit ServerSites(MapServerConfig config);

	using KeyNumber = std::uint32_t; // counts the keys of all sites

	struct Eid {
		const SiteSection *site = nullptr;
		const SiteEidLine *line = nullptr;
		std::uint32_t site_number = 0;
		const ElsewhereLine *elsewhere = nullptr; // this and the next: without a site
		const StaticMapping *fixed = nullptr;
	};
	// The longest configured EID-prefix that covers `eid`.
	std::optional<Eid> covering(const EidPrefix &eid) const;
	// The same, where it allows `eid` to be registered: itself, or a more-specific where these are.
	std::optional<Eid> registrable(const EidPrefix &eid) const;

	// The prefix that a negative answer names for an EID that is nobody's; nullopt where a
	// configured one covers it or lies within it.
	std::optional<EidPrefix> hole(const EidPrefix &around) const { return index_.hole(around); }

	// The shortest prefix around `eid` within a configured one that holds no other configured one;
	// nullopt where one lies within `eid`.
	std::optional<EidPrefix> part(const EidPrefix &configured, const EidPrefix &eid) const;

	// Whether something that is answered in a way of its own lies within `eid`: what is denied,
	// static or another resolver's.
	bool has_apart(const EidPrefix &eid) const;

	// The next static mapping in ascending order of EIDs; nullptr after the last.
	const StaticMapping *static_after(const EidPrefix &eid) const;

	static bool allows(const SiteSection &site, List<Locator> locators);

	// The site's key that authenticates the message, selected by the Key ID and Algorithm ID in it.
	std::optional<KeyNumber> verify(
	    std::uint32_t site_number, const Authentication &authentication, Bytes message);
	// Whether the site has a key for that Key ID and Algorithm ID.
	bool has_key(std::uint32_t site_number, const Authentication &authentication) const;
	bool verify(KeyNumber key, Bytes message) { return ready(key).verify(message); }
	bool sign(KeyNumber key, Room message);

	// What each key is in `next`, by its number here, in the site of the same name: the same line,
	// or else the first with the same secret.
	std::vector<std::optional<KeyNumber>> keys_in(const ServerSites &next) const;

	const KeyMark &mark(KeyNumber key);
	// By the same rule as keys_in().
	std::optional<KeyNumber> key_of(const KeyMark &mark);

	const SiteSection &site_of(KeyNumber key) const { return config_.sites[site_of_key_[key]]; }
	const SiteKeyLine &key_line(KeyNumber key) const {
		return site_of(key).keys[key - first_key_[site_of_key_[key]]];
	}

	const MapServerConfig &config() const { return config_; }

private:
	// Instead of the number of a site.
	static constexpr std::uint32_t of_elsewhere = 0xffffffff;
	static constexpr std::uint32_t of_statics = 0xfffffffe;
	struct EidPlace {
		std::uint32_t site = 0;
		std::uint32_t line = 0;
	};
	void add(const EidPrefix &eid, EidPlace place);
	// A key that is ready to sign holds kilobytes, so with a key for each of many sites only those
	// used of late are.
	struct ReadyKey {
		KeyNumber number = 0;
		std::unique_ptr<Key> key;
	};
	Key &ready(KeyNumber number);

	MapServerConfig config_;
	PrefixIndex index_; // of eids_, as those below
	PrefixIndex apart_;
	PrefixIndex statics_;
	std::vector<EidPlace> eids_;
	std::vector<std::uint32_t> site_of_key_;
	std::vector<KeyNumber> first_key_; // of each site
	std::array<ReadyKey, 256> ready_;
	std::vector<std::optional<KeyMark>> marks_; // of each key, once asked for
	std::unordered_multimap<std::uint64_t, std::uint32_t> site_by_mark_; // once asked for
};

} // namespace lisp
