#include "message/warning.h"

#include <algorithm>
#include <array>

namespace lisp {

namespace {

struct Entry {
	Warning warning;
	WarningText text;
};

constexpr std::array<Entry, warning_count> table{{
    {Warning::bad_ip_checksum, {"wrong checksum", "ip header checksum", "RFC 1122 3.2.1.2"}},
    {Warning::zero_udp_checksum, {"zero checksum", "udp checksum", "RFC 9301 5"}},
    {Warning::bad_udp_checksum, {"wrong checksum", "udp checksum", "RFC 9301 5"}},
    {Warning::bad_data_checksum, {"wrong checksum", "udp checksum", "RFC 9300 5.3"}},
    {Warning::fragment, {"first fragment only", "ip fragment offset", {}}},
    {Warning::cut, {"cut when captured", "message", {}}},
    {Warning::host_bits, {"host bits set", "eid", "RFC 9301 5.4"}},
    {Warning::long_mask, {"mask longer than the address", "eid mask-len", "RFC 9301 5.4"}},
    {Warning::unknown_vendor, {"unknown vendor", "lcaf", "RFC 9306 4"}},
    {Warning::inner_probe,
        {"probe in an encapsulated control message", "inner probe", "RFC 9301 5.8"}},
    {Warning::inner_data_port,
        {"data port in an encapsulated control message", "inner udp port", "RFC 9301 5.8"}},
    {Warning::uncounted_records, {"more records than counted", "record count", "RFC 9301 5.7"}},
    {Warning::no_authentication, {"no authentication fields", "authentication", "RFC 9301 5.7"}},
    {Warning::trailing_octets, {"octets after the message", "trailer", {}}},
    {Warning::ambiguous_type, {"could be a change-priority message", "type", {}}},
    {Warning::nonce_and_versions,
        {"nonce and map-versions at once", "data header flags", "RFC 9300 5.3"}},
    {Warning::unused_data_flags,
        {"flags without meaning beside a next protocol", "data header flags", "RFC 9305 3"}},
    {Warning::deep_nesting, {"too many messages inside one another", "message", {}}},

    {Warning::large_packet,
        {"packet over 576 octets (IPv4) or 1280 (IPv6)", "length", "RFC 9301 5"}},
    {Warning::wrong_port, {"not port 4342 where this type has it", "udp port", "RFC 9301 5"}},
    {Warning::reserved_type, {"reserved type", "type", "RFC 9301 5.1"}},
    {Warning::unassigned_type, {"unassigned type", "type", "RFC 9301 5.1"}},
    {Warning::reserved_request_bits, {"reserved bits set", "map-request flags", "RFC 9301 5.2"}},
    {Warning::zero_nonce, {"zero nonce", "nonce", "RFC 9301 5.2"}},
    {Warning::record_count, {"not exactly one record", "record count", "RFC 9301 5.2"}},
    {Warning::probe_source_eid, {"source EID in a probe", "source-eid", "RFC 9301 5.2"}},
    {Warning::unroutable_itr_rloc, {"no routable address", "itr-rloc", "RFC 9301 5.2"}},
    {Warning::inner_smr, {"SMR in an encapsulated control message", "solicit", "RFC 9301 6.1"}},
    {Warning::direct_smr_invoked,
        {"SMR-invoked request outside of the mapping system", "smr-invoked", "RFC 9301 6.1"}},
    {Warning::reserved_ecm_bits,
        {"reserved bits set", "encapsulated-control flags", "RFC 9301 5.8"}},
    {Warning::inner_port, {"not port 4342 where this type has it", "udp port", "RFC 9301 5.8"}},
    {Warning::inner_destination,
        {"destination is not the requested EID", "destination", "RFC 9301 5.8"}},
    {Warning::unwrapped_key, {"one-time key in the clear", "wrapping-id", "RFC 9303 6.4"}},
    {Warning::reserved_reply_bits, {"reserved bits set", "map-reply flags", "RFC 9301 5.4"}},
    {Warning::probe_reply_authority,
        {"not authoritative in a reply to a probe", "authoritative", "RFC 9301 5.4"}},
    {Warning::zero_ttl_locators, {"locators beside a TTL of zero", "record ttl", "RFC 9301 5.4"}},
    {Warning::action_beside_locators, {"action beside locators", "action", "RFC 9301 5.4"}},
    {Warning::action_outside_reply, {"action in a map-register", "action", "RFC 9301 5.4"}},
    {Warning::different_ttls, {"records with different TTLs", "record ttl", "RFC 9301 5.5"}},
    {Warning::unsorted_locators, {"locators out of order", "rloc", "RFC 9301 5.5"}},
    {Warning::duplicate_locator,
        {"the same locator twice in a locator-set", "rloc", "RFC 9301 5.5"}},
    {Warning::several_probed, {"more than one probed locator", "probe", "RFC 9301 5.4"}},
    {Warning::probed_outside_reply,
        {"probed locator outside of a map-reply", "probe", "RFC 9301 5.4"}},
    {Warning::unusable_weight, {"weight beside a priority of 255", "weight", "RFC 9301 5.4"}},
    {Warning::unusable_multicast_weight,
        {"weight beside a multicast priority of 255", "mweight", "RFC 9301 5.4"}},
    {Warning::broadcast_rloc, {"broadcast address", "rloc", "RFC 9301 5.4"}},
    {Warning::link_local_multicast_rloc, {"link-local multicast address", "rloc", "RFC 9301 5.4"}},
    {Warning::unroutable_rloc, {"no routable address", "rloc", "RFC 9301 5.5"}},
    {Warning::reserved_register_bits, {"reserved bits set", "map-register flags", "RFC 9301 5.6"}},
    {Warning::reserved_notify_bits, {"reserved bits set", "map-notify flags", "RFC 9301 5.7"}},
    {Warning::weak_algorithm,
        {"algorithm not for the public Internet", "algorithm", "RFC 9301 1.1"}},
    {Warning::authentication_length,
        {"length is none of the algorithm's", "authentication data length", "RFC 9301 5.6"}},
    {Warning::referral_ttl, {"TTL of not-authoritative is not zero", "record ttl", "RFC 8111 6.1"}},
    {Warning::referral_complete,
        {"not-authoritative is not incomplete", "incomplete", "RFC 8111 6.3"}},
    {Warning::no_referrals,
        {"no referrals beside an action that has some", "referral count", "RFC 8111 6.2"}},
    {Warning::unknown_eid_lcaf, {"unknown type of LCAF", "eid", "RFC 9306 3"}},
    {Warning::geo_range, {"coordinates out of range", "geo", "RFC 8060 4.3"}},
    {Warning::instance_range,
        {"bits set below the range of instances", "instance-id", "RFC 8060 4.1"}},
    {Warning::data_port_missing, {"not to port 4341", "udp port", "RFC 9300 5.3"}},
    {Warning::reserved_gpe_bits,
        {"reserved bits set beside a next protocol", "data header", "RFC 9305 3"}},
    {Warning::unused_nonce,
        {"neither nonce nor map-versions, but not zero", "nonce", "RFC 9300 5.3"}},
    {Warning::unused_status_bits,
        {"no locator-status-bits, but not zero", "locator-status-bits", "RFC 9300 5.3"}},
    {Warning::null_destination_version,
        {"destination map-version of zero", "destination-map-version", "RFC 9302 6.1"}},
    {Warning::nonce_decreased, {"nonce lower than the last", "nonce", "RFC 9301 5.6"}},
    {Warning::unregistered_notify, {"no map-register had this nonce", "nonce", "RFC 9301 5.7"}},
    {Warning::unwanted_notify,
        {"the map-register did not want a map-notify", "nonce", "RFC 9301 5.7"}},
    {Warning::smr_rate, {"second SMR to an RLOC within 3 seconds", "solicit", "RFC 9301 6.1"}},
    {Warning::request_rate, {"second request for an EID within a second", "eid", "RFC 9301 5.3"}},
    {Warning::version_backwards, {"map-version older than the last", "map-version", "RFC 9302 6"}},
}};

constexpr bool is_in_order() {
	for (std::size_t i = 0; i < table.size(); ++i)
		if (static_cast<std::size_t>(table[i].warning) != i) return false;
	return true;
}
static_assert(is_in_order(), "the table follows the enumeration");

} // namespace

const WarningText &text(Warning warning) {
	return table[static_cast<std::size_t>(warning)].text;
}

bool Warnings::has_violation() const {
	bool any = false;
	for_each([&](const WarningText &entry) { any = any || !entry.section.empty(); });
	return any;
}

} // namespace lisp
