// mapserver.conf(5): the sites that a Map-Server serves.
#pragma once

#include "address/eid_prefix.h"
#include "auth/hmac.h"
#include "config/diagnostics.h"
#include "message/map_record.h"

#include <array>
#include <string>
#include <vector>

namespace lisp {

struct SiteKeyLine {
	std::string secret;
	std::uint8_t key_id = 0;
	bool any_key_id = true;             // no key-id= given
	std::optional<Algorithm> algorithm; // alg= not given: any but none
	bool any_nonce = false; // nonce=any: of xTRs whose nonces do not rise, after RFC 6830
	bool operator==(const SiteKeyLine &) const = default;
};

struct SiteEidLine {
	EidPrefix eid;
	bool more_specifics = false;
	bool proxy_reply = false;
	std::optional<std::uint16_t> notify_port; // else the register's source port
	std::optional<Action> deny;               // answers nothing but this
	Position position;
	bool operator==(const SiteEidLine &) const = default;
};

struct SiteSection {
	std::string name;
	std::vector<SiteKeyLine> keys;
	std::vector<SiteEidLine> eids;
	std::vector<IpAddress> rlocs; // allowed ones; empty for any
	Position position;
	bool operator==(const SiteSection &) const = default;
};

// Map-Requests for these EIDs go to another Map-Resolver.
struct ElsewhereLine {
	EidPrefix eid;
	Endpoint resolver;
	Position position;
	bool operator==(const ElsewhereLine &) const = default;
};

using XtrId = std::array<std::uint8_t, 16>;

struct SubscriberRlocLine {
	EidPrefix rloc;                           // of no instance
	std::optional<std::uint16_t> notify_port; // else the request's source port
	bool operator==(const SubscriberRlocLine &) const = default;
};

// Who may subscribe to mappings (RFC 9437): xTRs that are to be told at these RLOCs and have the
// key.
struct SubscriberSection {
	std::string name;
	std::string secret;
	std::uint8_t key_id = 0;
	Algorithm algorithm = Algorithm::hmac_sha256;
	bool any_nonce = false; // nonce=any: of xTRs whose nonces rise as long as they are subscribed
	std::vector<SubscriberRlocLine> rlocs;
	std::vector<EidPrefix> eids; // empty for any
	std::vector<XtrId> xtr_ids;  // empty for any
	Position position;
	bool operator==(const SubscriberSection &) const = default;
};

struct StaticRloc {
	IpAddress rloc;
	std::uint8_t priority = 1;
	std::uint8_t weight = 100;
	bool operator==(const StaticRloc &) const = default;
};

// A mapping that nobody registers: of all lines of its EID-prefix.
struct StaticMapping {
	EidPrefix eid;
	std::vector<StaticRloc> rlocs;
	std::optional<Action> action; // it is negative, and has no RLOCs
	std::optional<RecordTtl> ttl; // else a day, or 15 minutes of a negative one
	Position position;            // of the first line
	bool operator==(const StaticMapping &) const = default;
};

struct MapServerConfig {
	std::vector<SiteSection> sites;
	std::vector<ElsewhereLine> elsewhere;
	std::vector<SubscriberSection> subscribers; // in the order in which they are tried
	std::vector<StaticMapping> statics;         // in the order of their first lines
	bool operator==(const MapServerConfig &) const = default;
};

// What action= may say.
struct StaticAction {
	std::string_view name;
	Action action;
};
inline constexpr std::array<StaticAction, 5> static_actions{{
    {"natively-forward", Action::natively_forward},
    {"send-map-request", Action::send_map_request},
    {"drop", Action::drop},
    {"policy", Action::drop_policy_denied},
    {"auth", Action::drop_auth_failure},
}};

// As for the site's configuration: never stops at an error, parse(print(c)) == c but for positions.
MapServerConfig parse_mapserver_config(std::string_view text, Diagnostics &found);
std::string print_mapserver_config(const MapServerConfig &config);
MapServerConfig load_mapserver_config(
    const std::string &path, bool insecure_perms, Diagnostics &found);

} // namespace lisp
