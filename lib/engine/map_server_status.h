// A Map-Server's state as lisp-status shows it.
#pragma once

#include "engine/map_server.h"
#include "print/message_fields.h"

#include <functional>
#include <string_view>

namespace lisp {

struct MapServerStatus {
	std::size_t sites = 0;
	std::size_t eids = 0;          // registered
	std::size_t statics = 0;       // mappings of the configuration
	std::size_t registrations = 0; // of all xTRs
	std::size_t xtrs = 0;          // heard of
	std::size_t memory = 0;        // octets, of the registrations
	std::size_t subscriptions = 0; // acknowledged ones
};
MapServerStatus status(const MapServer &server);

// Of a static mapping what comes from an xTR is missing.
struct ServerRegistration {
	EidPrefix eid;
	bool fixed = false; // static
	std::optional<std::string_view> site;
	std::optional<Endpoint> source; // of the Map-Register
	std::optional<XtrIdentity> identity;
	RecordTtl ttl{};
	std::optional<Action> action; // of a negative mapping
	std::uint16_t map_version = 0;
	bool proxy_reply = false;
	List<Locator> locators;
	std::optional<std::chrono::seconds> age;
	std::optional<std::chrono::seconds> expires; // from now
};

// With static mappings among them, in ascending order of EIDs, the newest registration of each
// first. As many at a time as wanted:
// what comes and goes between two calls may be missed, all else is visited once.
class RegistrationList {
public:
	// Of this EID-prefix and those within it; of all without one.
	explicit RegistrationList(std::optional<EidPrefix> within = std::nullopt) : within_(within) {}

	// Goes on until `visit` returns false, but for the registrations of one EID, which stay
	// together. False after the last.
	bool next(const MapServer &server, Instant now,
	    const std::function<bool(const ServerRegistration &)> &visit);

private:
	struct Visit;

	std::optional<EidPrefix> within_;
	EidPrefix last_;     // visited
	bool begun_ = false; // where `within_` itself is
};
// All of them at once.
void for_each_registration(const MapServer &server, Instant now,
    const std::function<void(const ServerRegistration &)> &visit);

struct SiteEidStatus {
	EidPrefix eid;
	bool more_specifics = false;
	bool proxy_reply = false;
	std::size_t registered = 0; // EIDs within it that are
};

struct SiteStatus {
	std::string_view name;
	std::size_t keys = 0;
	std::vector<SiteEidStatus> eids;
	std::vector<IpAddress> rlocs; // allowed; empty for any
};

// In the order of the configuration, some at a time as above: to count what is registered takes its
// time, too.
class SiteList {
public:
	// Until `visit` returns false, or much has been counted. False after the last.
	bool next(
	    const MapServer &server, Instant now, const std::function<bool(const SiteStatus &)> &visit);

private:
	bool count(const RegistrationTable &table, const EidPrefix &eid, Instant now);

	std::size_t site_ = 0;
	std::vector<std::size_t> counted_; // within each of its EIDs so far
	std::size_t count_ = 0;            // within the next, up to `last_`
	std::optional<EidPrefix> last_;
	std::size_t left_ = 0; // to be counted in this call
};

struct SubscriptionStatus {
	EidPrefix eid;
	std::string_view subscriber;
	XtrId xtr_id{};
	Endpoint to; // its Map-Notifies
	std::uint64_t nonce = 0;
	std::chrono::seconds age{}; // since it was asked for, or renewed
	unsigned tries = 0;         // Map-Notifies that are not acknowledged
};

void for_each_subscription(const MapServer &server, Instant now,
    const std::function<void(const SubscriptionStatus &)> &visit);

inline std::optional<std::uint64_t> count(std::optional<std::chrono::seconds> duration) {
	if (!duration) return std::nullopt;
	return static_cast<std::uint64_t>(duration->count());
}
inline std::optional<std::string_view> action_of(const ServerRegistration &registration) {
	if (!registration.action) return std::nullopt;
	return name(*registration.action);
}
inline std::optional<std::string> source_of(const ServerRegistration &registration) {
	if (!registration.source) return std::nullopt;
	return to_string(*registration.source);
}

template <>
inline constexpr auto fields<MapServerStatus> = std::tuple{
    Field{"sites", &MapServerStatus::sites},
    Field{"eids", &MapServerStatus::eids},
    Field{"static", &MapServerStatus::statics},
    Field{"registrations", &MapServerStatus::registrations},
    Field{"xtrs", &MapServerStatus::xtrs},
    Field{"memory", &MapServerStatus::memory},
    Field{"subscriptions", &MapServerStatus::subscriptions},
};

template <>
inline constexpr auto fields<ServerRegistration> = std::tuple{
    Field{"eid", &ServerRegistration::eid},
    Field{"static", &ServerRegistration::fixed},
    Field{"site", &ServerRegistration::site},
    Field{"source", source_of},
    Field{"xtr-id", xtr_id_of},
    Field{"site-id", site_id_of},
    Field{"ttl", [](const ServerRegistration &r) { return r.ttl.count(); }},
    Field{"map-version", &ServerRegistration::map_version},
    Field{"proxy", &ServerRegistration::proxy_reply},
    Field{"age", [](const ServerRegistration &r) { return count(r.age); }},
    Field{"expires", [](const ServerRegistration &r) { return count(r.expires); }},
    Field{"action", action_of},
    Field{"locators", &ServerRegistration::locators},
};

template <>
inline constexpr auto fields<SiteEidStatus> = std::tuple{
    Field{"eid", &SiteEidStatus::eid},
    Field{"more-specifics", &SiteEidStatus::more_specifics},
    Field{"proxy", &SiteEidStatus::proxy_reply},
    Field{"registered", &SiteEidStatus::registered},
};

template <>
inline constexpr auto fields<SiteStatus> = std::tuple{
    Field{"site", &SiteStatus::name},
    Field{"keys", &SiteStatus::keys},
    Field{"eids", &SiteStatus::eids},
    Field{"rlocs", &SiteStatus::rlocs},
};

template <>
inline constexpr auto fields<SubscriptionStatus> = std::tuple{
    Field{"eid", &SubscriptionStatus::eid},
    Field{"subscriber", &SubscriptionStatus::subscriber},
    Field{"xtr-id", [](const SubscriptionStatus &s) { return HexOctets{s.xtr_id}; }},
    Field{"to", [](const SubscriptionStatus &s) { return to_string(s.to); }},
    Field{"nonce", [](const SubscriptionStatus &s) { return Hex64{s.nonce}; }},
    Field{"age", [](const SubscriptionStatus &s) { return count(s.age); }},
    Field{"tries", &SubscriptionStatus::tries},
};

} // namespace lisp
