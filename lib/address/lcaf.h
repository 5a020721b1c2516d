// LISP Canonical Address Format: the bodies of every type. RFC 8060, RFC 9306 (vendor specific),
// RFC 8061 (security keys).
//
// Reserved bits are 0 when written and ignored when read. Octets after the fields that a type has,
// but within its length, are kept.
#pragma once

#include "address/address.h"

#include <algorithm>
#include <optional>

namespace lisp {

namespace lcaf {

// A type that nothing is known of: skipped by its length, kept as octets (RFC 9306 section 3).
struct Unknown {
	std::uint8_t type = 0;
	std::uint8_t flags = 0;
	std::uint8_t reserved2 = 0;
	OctetList octets;
	bool operator==(const Unknown &) const = default;
};

// RFC 8060 section 3: a type without a body.
struct Null {
	static constexpr std::uint8_t type = 0;
	bool operator==(const Null &) const = default;
};

// Section 4.10. The order has no meaning.
struct AfiList {
	static constexpr std::uint8_t type = 1;
	List<Address> addresses;
	bool operator==(const AfiList &) const = default;
};

// Section 4.1. An address of AFI 0 stands for a range of Instance IDs, of `mask_length` bits.
struct InstanceId {
	static constexpr std::uint8_t type = 2;
	std::uint8_t mask_length = 0;
	std::uint32_t instance = 0; // data headers carry the low 24 bits
	Address address;
	bool operator==(const InstanceId &) const = default;
};

// Section 4.2.
struct AsNumber {
	static constexpr std::uint8_t type = 3;
	std::uint32_t as_number = 0;
	Address address;
	bool operator==(const AsNumber &) const = default;
};

struct PortRange {
	std::uint16_t low = 0;
	std::uint16_t high = 0;
	bool operator==(const PortRange &) const = default;
};

// Section 5.1.
struct ApplicationData {
	static constexpr std::uint8_t type = 4;
	std::uint32_t traffic_class = 0; // 24 bits: IPv4 TOS, IPv6 traffic class or flow label
	std::uint8_t protocol = 0;
	PortRange local;
	PortRange remote;
	Address address;
	bool operator==(const ApplicationData &) const = default;
};

// An angle of section 4.3. Out of range values are kept as they came.
struct Angle {
	bool positive = false;     // north or east
	std::uint16_t degrees = 0; // 15 bits; up to 90 or 180
	std::uint8_t minutes = 0;
	std::uint8_t seconds = 0;
	bool operator==(const Angle &) const = default;
};

// Section 4.3, in the coordinates of WGS 84.
struct Geo {
	static constexpr std::uint8_t type = 5;
	Angle latitude;
	Angle longitude;
	std::optional<std::int32_t> altitude; // metres; none is 0x7fffffff on the wire
	Address address;
	bool operator==(const Geo &) const = default;
};

// Section 5.2.
struct OpaqueKey {
	static constexpr std::uint8_t type = 6;
	std::uint8_t field_count = 0; // fields less one
	std::uint16_t wildcards = 0;  // a bit for every field
	OctetList key;
	bool operator==(const OpaqueKey &) const = default;
};

// Section 4.4.
struct NatTraversal {
	static constexpr std::uint8_t type = 7;
	std::uint16_t map_server_port = 0;
	std::uint16_t etr_port = 0;
	Address global_etr;
	Address map_server;
	Address private_etr;
	List<Address> rtrs; // none, or one of AFI 0, where there are none
	bool operator==(const NatTraversal &) const = default;
};

// Section 5.3.
struct NonceLocator {
	static constexpr std::uint8_t type = 8;
	std::uint32_t nonce = 0; // 24 bits
	Address address;
	bool operator==(const NonceLocator &) const = default;
};

// Section 4.5.
struct MulticastInfo {
	static constexpr std::uint8_t type = 9;
	std::uint32_t instance = 0;
	std::uint8_t source_mask_length = 0;
	std::uint8_t group_mask_length = 0;
	Address source;
	Address group;
	bool operator==(const MulticastInfo &) const = default;
};

struct ReencapsulationHop {
	bool lookup = false; // L: to be looked up, not encapsulated to
	bool probe = false;  // P: may be probed
	bool strict = false; // S: must not be skipped
	Address address;
	bool operator==(const ReencapsulationHop &) const = default;
};

// Section 4.6.
struct ExplicitLocatorPath {
	static constexpr std::uint8_t type = 10;
	List<ReencapsulationHop> hops;
	bool operator==(const ExplicitLocatorPath &) const = default;
};

// Section 4.7; RFC 8061 section 6 for what key material a cipher suite has.
struct SecurityKey {
	static constexpr std::uint8_t type = 11;
	std::uint8_t algorithm = 0; // RFC 8061: the cipher suite
	bool revoked = false;       // R
	List<OctetList> keys;       // key material; up to 255
	Address address;
	bool operator==(const SecurityKey &) const = default;
};

// Section 4.8.
struct SourceDestinationKey {
	static constexpr std::uint8_t type = 12;
	std::uint8_t source_mask_length = 0;
	std::uint8_t destination_mask_length = 0;
	Address source;
	Address destination;
	bool operator==(const SourceDestinationKey &) const = default;
};

struct ReplicationEntry {
	std::uint8_t level = 0;
	Address address;
	bool operator==(const ReplicationEntry &) const = default;
};

// Section 4.9.
struct ReplicationList {
	static constexpr std::uint8_t type = 13;
	List<ReplicationEntry> entries;
	bool operator==(const ReplicationList &) const = default;
};

// Section 5.4.
struct Json {
	static constexpr std::uint8_t type = 14;
	bool binary = false; // B
	OctetList text;
	std::optional<Address> address;
	bool operator==(const Json &) const = default;
};

// Section 5.5.
struct KeyValue {
	static constexpr std::uint8_t type = 15;
	Address key;
	Address value;
	bool operator==(const KeyValue &) const = default;
};

// Section 5.6: what an RLOC can take apart.
struct EncapsulationFormat {
	static constexpr std::uint8_t type = 16;
	bool gue = false;
	bool geneve = false;
	bool nvgre = false;
	bool vxlan_gpe = false;
	bool vxlan = false;
	bool layer2_lisp = false;
	bool layer3_lisp = false;
	Address address;
	bool operator==(const EncapsulationFormat &) const = default;
};

// RFC 9306 section 4.
struct VendorSpecific {
	static constexpr std::uint8_t type = 255;
	std::uint32_t oui = 0; // 24 bits
	OctetList data;
	bool operator==(const VendorSpecific &) const = default;
};

} // namespace lcaf

using LcafValue = std::variant<lcaf::Unknown, lcaf::Null, lcaf::AfiList, lcaf::InstanceId,
    lcaf::AsNumber, lcaf::ApplicationData, lcaf::Geo, lcaf::OpaqueKey, lcaf::NatTraversal,
    lcaf::NonceLocator, lcaf::MulticastInfo, lcaf::ExplicitLocatorPath, lcaf::SecurityKey,
    lcaf::SourceDestinationKey, lcaf::ReplicationList, lcaf::Json, lcaf::KeyValue,
    lcaf::EncapsulationFormat, lcaf::VendorSpecific>;

struct LcafBody {
	LcafValue value;
	OctetList rest; // after the fields that are known
	bool operator==(const LcafBody &) const = default;
};

std::uint8_t type(const LcafValue &value);

template <class T> const T *as_lcaf(const Address &address) {
	const auto *lcaf = std::get_if<Lcaf>(&address);
	return lcaf != nullptr ? std::get_if<T>(&lcaf->body().value) : nullptr;
}

// An LCAF whose body lives in the arena.
inline Address make_lcaf(Arena &arena, const LcafValue &value) {
	return Lcaf{*arena.make(LcafBody{value, {}})};
}

// Everything after the AFI. `nesting` counts this LCAF.
void read_lcaf(Reader &in, Arena &arena, LcafBody &body, unsigned nesting);
void write_lcaf(Writer &out, const LcafBody &body);

// "geo(48d50m11s N, 2d21m8s E, 35 m, 198.51.100.9)": every field that means something is in it. An
// Instance ID is "[100]10.1.1.1", a range of them "[100/24]-"; of instance 0, an IP address stands
// alone as in the text of an EID-prefix.
void append(Text &out, const LcafBody &body);

// Whether there is a vendor's LCAF in the address, however deep.
bool has_vendor_specific(const Address &address);

} // namespace lisp
