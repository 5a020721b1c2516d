// The fields of LCAFs, for the sinks that show what an address's text has in it. Addresses are
// texts here as everywhere, and those that are LCAFs again appear beside their text as "KEY-lcaf".
#pragma once

#include "address/lcaf.h"
#include "print/fields.h"
#include "print/values.h"

namespace lisp {

// The LCAF that an address is; nullptr if it is none.
inline const LcafBody *lcaf_of(const Address &address) {
	const auto *lcaf = std::get_if<Lcaf>(&address);
	return lcaf != nullptr ? &lcaf->body() : nullptr;
}

// Those of a list of addresses that are LCAFs.
class Lcafs {
public:
	class Iterator {
	public:
		Iterator(const Address *at, const Address *end) : at_(at), end_(end) { pass_others(); }
		const LcafBody &operator*() const { return *lcaf_of(*at_); }
		Iterator &operator++() {
			++at_;
			pass_others();
			return *this;
		}
		bool operator==(const Iterator &) const = default;

	private:
		void pass_others() {
			while (at_ != end_ && lcaf_of(*at_) == nullptr) ++at_;
		}
		const Address *at_;
		const Address *end_;
	};

	explicit Lcafs(List<Address> addresses) : addresses_(addresses) {}
	Iterator begin() const { return {addresses_.begin(), addresses_.end()}; }
	Iterator end() const { return {addresses_.end(), addresses_.end()}; }

private:
	List<Address> addresses_;
};
template <> inline constexpr bool is_list<Lcafs> = true;

// For a Detail beside the field that shows the address: lcaf_in<&Locator::rloc>.
template <auto address>
inline constexpr auto lcaf_in = [](const auto &owner) { return lcaf_of(owner.*address); };

// The same for a list of addresses; nothing where none is an LCAF.
template <auto addresses>
inline constexpr auto lcafs_in = [](const auto &owner) {
	const Lcafs found{owner.*addresses};
	return found.begin() == found.end() ? std::nullopt : std::optional{found};
};

template <>
inline constexpr auto fields<lcaf::Unknown> = std::tuple{
    Field{"flags", &lcaf::Unknown::flags},
    Field{"rsvd2", &lcaf::Unknown::reserved2},
    Field{"data", &lcaf::Unknown::octets},
};

template <> inline constexpr auto fields<lcaf::Null> = std::tuple{};

template <>
inline constexpr auto fields<lcaf::AfiList> = std::tuple{
    Field{"addresses", &lcaf::AfiList::addresses},
    Detail{"address-lcafs", lcafs_in<&lcaf::AfiList::addresses>},
};

template <>
inline constexpr auto fields<lcaf::InstanceId> = std::tuple{
    Field{"instance-id", &lcaf::InstanceId::instance},
    Field{"mask-length", &lcaf::InstanceId::mask_length},
    Field{"address", &lcaf::InstanceId::address},
    Detail{"address-lcaf", lcaf_in<&lcaf::InstanceId::address>},
};

template <>
inline constexpr auto fields<lcaf::AsNumber> = std::tuple{
    Field{"as-number", &lcaf::AsNumber::as_number},
    Field{"address", &lcaf::AsNumber::address},
    Detail{"address-lcaf", lcaf_in<&lcaf::AsNumber::address>},
};

template <>
inline constexpr auto fields<lcaf::PortRange> = std::tuple{
    Field{"low", &lcaf::PortRange::low},
    Field{"high", &lcaf::PortRange::high},
};

template <>
inline constexpr auto fields<lcaf::ApplicationData> = std::tuple{
    Field{"traffic-class", &lcaf::ApplicationData::traffic_class},
    Field{"protocol", &lcaf::ApplicationData::protocol},
    Field{"local-ports", &lcaf::ApplicationData::local},
    Field{"remote-ports", &lcaf::ApplicationData::remote},
    Field{"address", &lcaf::ApplicationData::address},
    Detail{"address-lcaf", lcaf_in<&lcaf::ApplicationData::address>},
};

template <>
inline constexpr auto fields<lcaf::Angle> = std::tuple{
    Field{"degrees", &lcaf::Angle::degrees},
    Field{"minutes", &lcaf::Angle::minutes},
    Field{"seconds", &lcaf::Angle::seconds},
};

template <>
inline constexpr auto fields<lcaf::Geo> = std::tuple{
    Field{"north", [](const lcaf::Geo &geo) { return geo.latitude.positive; }},
    Field{"latitude", &lcaf::Geo::latitude},
    Field{"east", [](const lcaf::Geo &geo) { return geo.longitude.positive; }},
    Field{"longitude", &lcaf::Geo::longitude},
    Field{"altitude", &lcaf::Geo::altitude},
    Field{"address", &lcaf::Geo::address},
    Detail{"address-lcaf", lcaf_in<&lcaf::Geo::address>},
};

template <>
inline constexpr auto fields<lcaf::OpaqueKey> = std::tuple{
    Field{"key-field-num", &lcaf::OpaqueKey::field_count},
    Field{"wildcards", &lcaf::OpaqueKey::wildcards},
    Field{"key", &lcaf::OpaqueKey::key},
};

template <>
inline constexpr auto fields<lcaf::NatTraversal> = std::tuple{
    Field{"ms-port", &lcaf::NatTraversal::map_server_port},
    Field{"etr-port", &lcaf::NatTraversal::etr_port},
    Field{"global-etr", &lcaf::NatTraversal::global_etr},
    Detail{"global-etr-lcaf", lcaf_in<&lcaf::NatTraversal::global_etr>},
    Field{"map-server", &lcaf::NatTraversal::map_server},
    Detail{"map-server-lcaf", lcaf_in<&lcaf::NatTraversal::map_server>},
    Field{"private-etr", &lcaf::NatTraversal::private_etr},
    Detail{"private-etr-lcaf", lcaf_in<&lcaf::NatTraversal::private_etr>},
    Field{"rtrs", &lcaf::NatTraversal::rtrs},
    Detail{"rtr-lcafs", lcafs_in<&lcaf::NatTraversal::rtrs>},
};

template <>
inline constexpr auto fields<lcaf::NonceLocator> = std::tuple{
    Field{"nonce", [](const lcaf::NonceLocator &locator) { return Hex24{locator.nonce}; }},
    Field{"address", &lcaf::NonceLocator::address},
    Detail{"address-lcaf", lcaf_in<&lcaf::NonceLocator::address>},
};

template <>
inline constexpr auto fields<lcaf::MulticastInfo> = std::tuple{
    Field{"instance-id", &lcaf::MulticastInfo::instance},
    Field{"source", &lcaf::MulticastInfo::source},
    Detail{"source-lcaf", lcaf_in<&lcaf::MulticastInfo::source>},
    Field{"source-mask-length", &lcaf::MulticastInfo::source_mask_length},
    Field{"group", &lcaf::MulticastInfo::group},
    Detail{"group-lcaf", lcaf_in<&lcaf::MulticastInfo::group>},
    Field{"group-mask-length", &lcaf::MulticastInfo::group_mask_length},
};

template <>
inline constexpr auto fields<lcaf::ReencapsulationHop> = std::tuple{
    Field{"address", &lcaf::ReencapsulationHop::address},
    Detail{"address-lcaf", lcaf_in<&lcaf::ReencapsulationHop::address>},
    Field{"lookup", &lcaf::ReencapsulationHop::lookup},
    Field{"probe", &lcaf::ReencapsulationHop::probe},
    Field{"strict", &lcaf::ReencapsulationHop::strict},
};

template <>
inline constexpr auto fields<lcaf::ExplicitLocatorPath> = std::tuple{
    Field{"hops", &lcaf::ExplicitLocatorPath::hops},
};

template <>
inline constexpr auto fields<lcaf::SecurityKey> = std::tuple{
    Field{"algorithm", &lcaf::SecurityKey::algorithm},
    Field{"revoked", &lcaf::SecurityKey::revoked},
    Field{"keys", &lcaf::SecurityKey::keys},
    Field{"address", &lcaf::SecurityKey::address},
    Detail{"address-lcaf", lcaf_in<&lcaf::SecurityKey::address>},
};

template <>
inline constexpr auto fields<lcaf::SourceDestinationKey> = std::tuple{
    Field{"source", &lcaf::SourceDestinationKey::source},
    Detail{"source-lcaf", lcaf_in<&lcaf::SourceDestinationKey::source>},
    Field{"source-mask-length", &lcaf::SourceDestinationKey::source_mask_length},
    Field{"destination", &lcaf::SourceDestinationKey::destination},
    Detail{"destination-lcaf", lcaf_in<&lcaf::SourceDestinationKey::destination>},
    Field{"destination-mask-length", &lcaf::SourceDestinationKey::destination_mask_length},
};

template <>
inline constexpr auto fields<lcaf::ReplicationEntry> = std::tuple{
    Field{"address", &lcaf::ReplicationEntry::address},
    Detail{"address-lcaf", lcaf_in<&lcaf::ReplicationEntry::address>},
    Field{"level", &lcaf::ReplicationEntry::level},
};

template <>
inline constexpr auto fields<lcaf::ReplicationList> = std::tuple{
    Field{"entries", &lcaf::ReplicationList::entries},
};

inline std::optional<std::string_view> json_text(const lcaf::Json &json) {
	if (json.binary) return std::nullopt;
	return std::string_view{reinterpret_cast<const char *>(json.text.begin()), json.text.size()};
}
inline std::optional<OctetList> json_data(const lcaf::Json &json) {
	return json.binary ? std::optional{json.text} : std::nullopt;
}
inline const LcafBody *json_address_lcaf(const lcaf::Json &json) {
	return json.address ? lcaf_of(*json.address) : nullptr;
}

template <>
inline constexpr auto fields<lcaf::Json> = std::tuple{
    Field{"binary", &lcaf::Json::binary},
    Field{"json", &json_text},
    Field{"data", &json_data},
    Field{"address", &lcaf::Json::address},
    Detail{"address-lcaf", &json_address_lcaf},
};

template <>
inline constexpr auto fields<lcaf::KeyValue> = std::tuple{
    Field{"key", &lcaf::KeyValue::key},
    Detail{"key-lcaf", lcaf_in<&lcaf::KeyValue::key>},
    Field{"value", &lcaf::KeyValue::value},
    Detail{"value-lcaf", lcaf_in<&lcaf::KeyValue::value>},
};

template <>
inline constexpr auto fields<lcaf::EncapsulationFormat> = std::tuple{
    Field{"gue", &lcaf::EncapsulationFormat::gue},
    Field{"geneve", &lcaf::EncapsulationFormat::geneve},
    Field{"nvgre", &lcaf::EncapsulationFormat::nvgre},
    Field{"vxlan-gpe", &lcaf::EncapsulationFormat::vxlan_gpe},
    Field{"vxlan", &lcaf::EncapsulationFormat::vxlan},
    Field{"layer2-lisp", &lcaf::EncapsulationFormat::layer2_lisp},
    Field{"layer3-lisp", &lcaf::EncapsulationFormat::layer3_lisp},
    Field{"address", &lcaf::EncapsulationFormat::address},
    Detail{"address-lcaf", lcaf_in<&lcaf::EncapsulationFormat::address>},
};

struct Oui {
	std::uint32_t value = 0;
};
inline void append(Text &out, Oui oui) {
	append_hex_digits(out, oui.value, 6);
}

template <>
inline constexpr auto fields<lcaf::VendorSpecific> = std::tuple{
    Field{"oui", [](const lcaf::VendorSpecific &vendor) { return Oui{vendor.oui}; }},
    Field{"data", &lcaf::VendorSpecific::data},
};

// "afi-list" … "vendor-specific", "unknown"
inline std::string_view name(const LcafValue &value) {
	constexpr std::array<std::string_view, std::variant_size_v<LcafValue>> names{"unknown", "null",
	    "afi-list", "instance-id", "as-number", "application-data", "geo", "opaque-key",
	    "nat-traversal", "nonce-locator", "multicast-info", "explicit-locator-path", "security-key",
	    "source-destination-key", "replication-list", "json", "key-value", "encapsulation-format",
	    "vendor-specific"};
	return names[value.index()];
}

template <>
inline constexpr auto fields<LcafBody> = std::tuple{
    Field{"type", [](const LcafBody &body) { return name(body.value); }},
    Field{"number", [](const LcafBody &body) { return type(body.value); }},
    Field{"body", &LcafBody::value},
    Field{"rest",
        [](const LcafBody &body) {
	        return body.rest.empty() ? std::nullopt : std::optional{body.rest};
        }},
};

} // namespace lisp
