#include "message/record_rules.h"

#include "message/addresses.h"

namespace lisp {

namespace {

// 224.0.0.0/24 (RFC 5771) and ff02::/16 (RFC 4291).
bool is_link_local_multicast(const IpAddress &address) {
	const auto &o = address.octets;
	if (address.is_v4()) return o[0] == 224 && o[1] == 0 && o[2] == 0;
	return o[0] == 0xff && (o[1] & 0x0f) == 2;
}

void check_rloc(const Address &rloc, Warnings &warnings) {
	const auto *ip = std::get_if<IpAddress>(&rloc);
	if (ip == nullptr) return;
	if (ip->is_broadcast()) return warnings.add(Warning::broadcast_rloc);
	if (is_link_local_multicast(*ip)) return warnings.add(Warning::link_local_multicast_rloc);
	// A multicast group is what the mapping of another may have.
	if (!ip->is_multicast() && !is_routable(rloc)) warnings.add(Warning::unroutable_rloc);
}

void check_order(List<Locator> locators, Warnings &warnings) {
	for (std::size_t i = 1; i < locators.size(); ++i) {
		warnings.add_if(locator_before(locators[i], locators[i - 1]), Warning::unsorted_locators);
		// In order, the same two stand side by side; and out of order, that is said already.
		warnings.add_if(locators[i].rloc == locators[i - 1].rloc, Warning::duplicate_locator);
	}
}

void check_locators(List<Locator> locators, RecordPlace place, Warnings &warnings) {
	std::size_t probed = 0;
	for (const auto &locator : locators) {
		check_rloc(locator.rloc, warnings);
		if (locator.probed) ++probed;
		warnings.add_if(
		    locator.priority == priority_unusable && locator.weight != 0, Warning::unusable_weight);
		warnings.add_if(
		    locator.multicast_priority == priority_unusable && locator.multicast_weight != 0,
		    Warning::unusable_multicast_weight);
	}
	check_order(locators, warnings);
	warnings.add_if(probed > 1, Warning::several_probed);
	const bool may_be_probed = place == RecordPlace::reply || place == RecordPlace::acknowledgement;
	warnings.add_if(probed > 0 && !may_be_probed, Warning::probed_outside_reply);
}

bool is_in_range(const lcaf::Angle &angle, unsigned max_degrees) {
	return angle.degrees <= max_degrees && angle.minutes <= 59 && angle.seconds <= 59;
}

bool has_bits_below_range(const lcaf::InstanceId &id) {
	if (afi(id.address) != Afi::none || id.mask_length >= 32) return false;
	return (id.instance & (0xffffffffU >> id.mask_length)) != 0;
}

void check_lcaf(const Address &address, Warnings &warnings) {
	if (const auto *geo = as_lcaf<lcaf::Geo>(address))
		warnings.add_if(!is_in_range(geo->latitude, 90) || !is_in_range(geo->longitude, 180),
		    Warning::geo_range);
	if (const auto *id = as_lcaf<lcaf::InstanceId>(address))
		warnings.add_if(has_bits_below_range(*id), Warning::instance_range);
}

} // namespace

bool is_routable(const Address &address) {
	const auto *ip = std::get_if<IpAddress>(&address);
	if (ip == nullptr) return true;
	return !ip->is_none() && !ip->is_unspecified() && !ip->is_loopback() && !ip->is_link_local() &&
	       !ip->is_multicast() && !ip->is_broadcast();
}

void check_records(List<MapRecord> records, RecordPlace place, Warnings &warnings) {
	for (const auto &record : records) {
		const bool has_locators = !record.locators.empty();
		const bool has_action = record.action != Action::no_action;
		if (place == RecordPlace::reply) {
			// Without locators it is how a mapping is taken back.
			warnings.add_if(has_locators && record.ttl == ttl_remove, Warning::zero_ttl_locators);
			warnings.add_if(has_locators && has_action, Warning::action_beside_locators);
			warnings.add_if(record.ttl != records.front().ttl, Warning::different_ttls);
		}
		warnings.add_if(
		    has_action && place == RecordPlace::registration, Warning::action_outside_reply);
		check_locators(record.locators, place, warnings);
	}
}

void check_referral(const MapReferral &referral, Warnings &warnings) {
	for (const auto &record : referral.records) {
		const bool lost = record.action == ReferralAction::not_authoritative;
		const bool positive = record.action == ReferralAction::node_referral ||
		                      record.action == ReferralAction::ms_referral;
		warnings.add_if(lost && record.ttl != ttl_remove, Warning::referral_ttl);
		warnings.add_if(lost && !record.incomplete, Warning::referral_complete);
		warnings.add_if(positive && record.referrals.empty(), Warning::no_referrals);
		for (const auto &referred : record.referrals) check_rloc(referred.rloc, warnings);
	}
}

void check_addresses(const Message &message, Warnings &warnings) {
	for_each_address(
	    message, [&](const Address &address, AddressRole role, const AddressContext &around) {
		    warnings.add_if(role == AddressRole::eid && as_lcaf<lcaf::Unknown>(address) != nullptr,
		        Warning::unknown_eid_lcaf);
		    for_each_nested(address, around,
		        [&](const Address &part, const AddressContext &) { check_lcaf(part, warnings); });
	    });
}

} // namespace lisp
