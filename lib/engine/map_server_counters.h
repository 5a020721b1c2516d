// What a Map-Server counts, and its reasons for dropping what it was sent.
#pragma once

#include "print/fields.h"

#include <array>
#include <cstdint>

namespace lisp {

struct MapServerCounters {
	std::uint64_t received = 0;
	std::uint64_t map_registers = 0; // authenticated ones that were not replayed
	std::uint64_t records_registered = 0;
	std::uint64_t records_withdrawn = 0;
	std::uint64_t map_notifies = 0;
	std::uint64_t unsolicited_notifies = 0;
	std::uint64_t map_notify_acks = 0;
	std::uint64_t not_acknowledged = 0; // unsolicited Map-Notifies, by nobody
	std::uint64_t not_notified = 0;     // too many of them at a time
	std::uint64_t map_requests = 0;     // well-formed, encapsulated ones included
	std::uint64_t map_replies = 0;
	std::uint64_t negative_records = 0;
	std::uint64_t forwarded = 0;
	std::uint64_t subscribed = 0; // acknowledged by who asked for it, and so on
	std::uint64_t renewed = 0;    // by one who has the subscription
	std::uint64_t unsubscribed = 0;
	std::uint64_t publications = 0; // Map-Notifies of changes, not counting what is sent again
	std::uint64_t publications_acknowledged = 0;
	std::uint64_t subscribers_lost = 0; // forgotten because they acknowledge nothing

	std::uint64_t malformed = 0;
	std::uint64_t unknown_vendor = 0;
	std::uint64_t unexpected_type = 0;
	std::uint64_t inner_ip_checksum = 0;
	std::uint64_t inner_checksum_zero = 0;
	std::uint64_t inner_checksum_bad = 0;
	std::uint64_t inner_data_port = 0;
	std::uint64_t inner_not_map_request = 0;
	std::uint64_t probe = 0;
	std::uint64_t solicit = 0;
	std::uint64_t dont_map_reply = 0;
	std::uint64_t no_usable_itr_rloc = 0;
	std::uint64_t itr_rloc_refused = 0;
	std::uint64_t no_usable_etr = 0;
	std::uint64_t looped = 0;
	std::uint64_t too_large = 0;
	std::uint64_t not_an_eid = 0;
	std::uint64_t foreign_eid = 0;
	std::uint64_t more_specific = 0;
	std::uint64_t unknown_algorithm = 0;
	std::uint64_t unknown_key = 0;
	std::uint64_t bad_authentication = 0;
	std::uint64_t replayed = 0;
	std::uint64_t resent = 0;
	std::uint64_t too_many_xtrs = 0;
	std::uint64_t rloc_not_allowed = 0;
	std::uint64_t duplicate_eid = 0;
	std::uint64_t older_map_version = 0;
	std::uint64_t unknown_nonce = 0;
	std::uint64_t subscription_refused = 0;
	std::uint64_t too_many_subscriptions = 0;
};

enum class MapServerDrop : std::uint8_t {
	malformed,
	unknown_vendor,
	unexpected_type,
	inner_ip_checksum,
	inner_checksum_zero,
	inner_checksum_bad,
	inner_data_port,
	inner_not_map_request,
	probe,
	solicit,
	dont_map_reply,
	no_usable_itr_rloc,
	itr_rloc_refused,
	no_usable_etr,
	looped,
	too_large,
	not_an_eid,
	foreign_eid,
	more_specific,
	unknown_algorithm,
	unknown_key,
	bad_authentication,
	replayed,
	resent,
	too_many_xtrs,
	rloc_not_allowed,
	duplicate_eid,
	older_map_version,
	unknown_nonce,
	subscription_refused,
	too_many_subscriptions,
};

struct MapServerDropKind {
	std::string_view name;
	std::uint64_t MapServerCounters::*counter;
	std::string_view text; // for people
};

// In the order of MapServerDrop.
inline constexpr std::array<MapServerDropKind, 31> map_server_drops{{
    {"malformed", &MapServerCounters::malformed, "malformed"},
    {"unknown-vendor", &MapServerCounters::unknown_vendor, "LCAF of an unknown vendor"},
    {"unexpected-type", &MapServerCounters::unexpected_type, "not for a map-server"},
    {"inner-ip-checksum", &MapServerCounters::inner_ip_checksum, "wrong inner IP checksum"},
    {"inner-checksum-zero", &MapServerCounters::inner_checksum_zero, "no inner UDP checksum"},
    {"inner-checksum-bad", &MapServerCounters::inner_checksum_bad, "wrong inner UDP checksum"},
    {"inner-data-port", &MapServerCounters::inner_data_port, "inner port is the data port"},
    {"inner-not-map-request", &MapServerCounters::inner_not_map_request,
        "encapsulates something other than a map-request"},
    {"probe", &MapServerCounters::probe, "an RLOC probe is not for the mapping system"},
    {"solicit", &MapServerCounters::solicit, "an SMR is not for the mapping system"},
    {"dont-map-reply", &MapServerCounters::dont_map_reply, "wants no map-reply"},
    {"no-usable-itr-rloc", &MapServerCounters::no_usable_itr_rloc, "no usable ITR-RLOC"},
    {"itr-rloc-refused", &MapServerCounters::itr_rloc_refused, "no ITR-RLOC to be answered"},
    {"no-usable-etr", &MapServerCounters::no_usable_etr, "no ETR to pass the map-request on to"},
    {"looped", &MapServerCounters::looped, "passed on to ourselves"},
    {"too-large", &MapServerCounters::too_large, "the answer fits no datagram"},
    {"not-an-eid", &MapServerCounters::not_an_eid, "the EID is no IP prefix"},
    {"foreign-eid", &MapServerCounters::foreign_eid, "EID not configured for the site"},
    {"more-specific", &MapServerCounters::more_specific,
        "the site may register no more-specifics of its EID"},
    {"unknown-algorithm", &MapServerCounters::unknown_algorithm,
        "no known authentication algorithm, or not its length"},
    {"unknown-key", &MapServerCounters::unknown_key,
        "the site has no key of that Key ID and algorithm"},
    {"bad-authentication", &MapServerCounters::bad_authentication, "authentication failed"},
    {"replayed", &MapServerCounters::replayed, "nonce not greater than the last: replayed?"},
    {"resent", &MapServerCounters::resent, "resent: acknowledged again"},
    {"too-many-xtrs", &MapServerCounters::too_many_xtrs, "too many xTRs use the key"},
    {"rloc-not-allowed", &MapServerCounters::rloc_not_allowed, "RLOC not allowed for the site"},
    {"duplicate-eid", &MapServerCounters::duplicate_eid, "EID twice in one map-register"},
    {"older-map-version", &MapServerCounters::older_map_version,
        "map-version older than registered"},
    {"unknown-nonce", &MapServerCounters::unknown_nonce, "acknowledges no map-notify"},
    {"subscription-refused", &MapServerCounters::subscription_refused, "may not subscribe"},
    {"too-many-subscriptions", &MapServerCounters::too_many_subscriptions,
        "too many subscriptions"},
}};

inline constexpr const MapServerDropKind &kind(MapServerDrop reason) {
	return map_server_drops[static_cast<std::size_t>(reason)];
}

template <std::size_t... I> constexpr auto drop_fields(std::index_sequence<I...>) {
	return std::tuple{Field{map_server_drops[I].name, map_server_drops[I].counter}...};
}

template <>
inline constexpr auto fields<MapServerCounters> = std::tuple_cat(
    std::tuple{
        Field{"received", &MapServerCounters::received},
        Field{"map-registers", &MapServerCounters::map_registers},
        Field{"records-registered", &MapServerCounters::records_registered},
        Field{"records-withdrawn", &MapServerCounters::records_withdrawn},
        Field{"map-notifies", &MapServerCounters::map_notifies},
        Field{"unsolicited-notifies", &MapServerCounters::unsolicited_notifies},
        Field{"map-notify-acks", &MapServerCounters::map_notify_acks},
        Field{"notifies-unacknowledged", &MapServerCounters::not_acknowledged},
        Field{"notifies-not-sent", &MapServerCounters::not_notified},
        Field{"map-requests", &MapServerCounters::map_requests},
        Field{"map-replies", &MapServerCounters::map_replies},
        Field{"negative-records", &MapServerCounters::negative_records},
        Field{"forwarded", &MapServerCounters::forwarded},
        Field{"subscribed", &MapServerCounters::subscribed},
        Field{"subscriptions-renewed", &MapServerCounters::renewed},
        Field{"unsubscribed", &MapServerCounters::unsubscribed},
        Field{"publications", &MapServerCounters::publications},
        Field{"publications-acknowledged", &MapServerCounters::publications_acknowledged},
        Field{"subscribers-lost", &MapServerCounters::subscribers_lost},
    },
    drop_fields(std::make_index_sequence<map_server_drops.size()>{}));

} // namespace lisp
