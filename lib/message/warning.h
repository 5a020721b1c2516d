// What can be read but breaks a rule, and which RFC has the rule.
#pragma once

#include <bitset>
#include <cstdint>
#include <string_view>

namespace lisp {

enum class Warning : std::uint8_t {
	// Found in every message.
	bad_ip_checksum,
	zero_udp_checksum,
	bad_udp_checksum,
	bad_data_checksum,
	fragment,
	cut,
	host_bits,
	long_mask,
	unknown_vendor,
	inner_probe,
	inner_data_port,
	uncounted_records,
	no_authentication,
	trailing_octets,
	ambiguous_type,
	nonce_and_versions,
	unused_data_flags,
	deep_nesting,

	// Found by check_rules(): packets,
	large_packet,
	wrong_port,
	reserved_type,
	unassigned_type,
	// Map-Requests and what encapsulates them,
	reserved_request_bits,
	zero_nonce,
	record_count,
	probe_source_eid,
	unroutable_itr_rloc,
	inner_smr,
	direct_smr_invoked,
	reserved_ecm_bits,
	inner_port,
	inner_destination,
	unwrapped_key,
	// EID-records and their locators,
	reserved_reply_bits,
	probe_reply_authority,
	zero_ttl_locators,
	action_beside_locators,
	action_outside_reply,
	different_ttls,
	unsorted_locators,
	duplicate_locator,
	several_probed,
	probed_outside_reply,
	unusable_weight,
	unusable_multicast_weight,
	broadcast_rloc,
	link_local_multicast_rloc,
	unroutable_rloc,
	// registration,
	reserved_register_bits,
	reserved_notify_bits,
	weak_algorithm,
	authentication_length,
	// the delegated database,
	referral_ttl,
	referral_complete,
	no_referrals,
	// LCAFs,
	unknown_eid_lcaf,
	geo_range,
	instance_range,
	// data packets.
	data_port_missing,
	reserved_gpe_bits,
	unused_nonce,
	unused_status_bits,
	null_destination_version,

	// Found by a MessageHistory, from the messages before.
	nonce_decreased,
	unregistered_notify,
	unwanted_notify,
	smr_rate,
	request_rate,
	version_backwards,
	count_
};

inline constexpr auto warning_count = static_cast<std::size_t>(Warning::count_);

struct WarningText {
	std::string_view reason;
	std::string_view field;
	std::string_view section; // "RFC 9301 5.4"; empty where no RFC is broken
};
const WarningText &text(Warning warning);

// Each kind once, however often it occurs in the message.
class Warnings {
public:
	void add(Warning warning) { bits_.set(static_cast<std::size_t>(warning)); }
	void add_if(bool broken, Warning warning) {
		if (broken) add(warning);
	}
	bool has(Warning warning) const { return bits_.test(static_cast<std::size_t>(warning)); }
	bool empty() const { return bits_.none(); }

	// Whether any of them breaks an RFC.
	bool has_violation() const;

	template <class Use> void for_each(Use use) const {
		if (empty()) return;
		for (std::size_t i = 0; i < warning_count; ++i)
			if (bits_.test(i)) use(text(static_cast<Warning>(i)));
	}

private:
	std::bitset<warning_count> bits_;
};

} // namespace lisp
