// Valid values of every message, address and LCAF, chosen by a seeded generator, so that a failure
// can be had again. Whatever it makes can be encoded and must decode to itself.
#pragma once

#include "address/lcaf.h"
#include "message/change_priority.h"
#include "message/data_packet.h"
#include "message/info.h"
#include "message/map_referral.h"
#include "message/message.h"
#include "message/security.h"
#include "message/shared_extension.h"

#include <random>

namespace lisp {

// How large values get: lists of up to `items`, kept octets of up to `octets`, LCAFs as deep as
// `nesting`.
struct Extent {
	unsigned items = 3;
	unsigned octets = 20;
	unsigned nesting = 2;
};

class Generator {
public:
	explicit Generator(unsigned seed, Extent extent = {}) : extent_(extent), random_(seed) {}

	std::uint64_t number(std::uint64_t max) { return random_() % max_plus_one(max); }
	bool coin() { return number(1) == 1; }
	std::uint8_t u8(std::uint64_t max = 0xff) { return static_cast<std::uint8_t>(number(max)); }
	std::uint16_t u16(std::uint64_t max = 0xffff) {
		return static_cast<std::uint16_t>(number(max));
	}
	std::uint32_t u32(std::uint64_t max = 0xffffffff) {
		return static_cast<std::uint32_t>(number(max));
	}
	std::span<const std::uint8_t> octets(std::size_t count);
	OctetList some_octets() { return octets(number(extent_.octets)); }

	template <class T, class Make> List<T> list(std::size_t count, Make make) {
		const auto items = arena.array<T>(count);
		for (auto &item : items) item = make();
		return std::span<const T>(items);
	}
	template <class T, class Make> List<T> some(Make make) {
		return list<T>(number(extent_.items), make);
	}

	IpAddress ip(bool v6) { return v6 ? IpAddress::v6(octets(16)) : IpAddress::v4(octets(4)); }
	IpAddress ip() { return ip(coin()); }
	MacAddress mac(Afi afi);
	DistinguishedName distinguished_name();

	// Any kind of address; an LCAF only within `nesting` of them.
	Address address(unsigned nesting);
	Address address() { return address(extent_.nesting); }
	// Of kind `index` (0 to lcaf_kinds - 1) in the order of LcafValue, around addresses of up to
	// `nesting - 1`.
	Address lcaf(std::size_t index, unsigned nesting);
	static constexpr std::size_t lcaf_kinds = std::variant_size_v<LcafValue>;

	// A mask length that is right for the address.
	std::uint8_t mask_length(const Address &eid) { return u8(max_mask_length(eid)); }

	Locator locator();
	MapRecord record();
	List<MapRecord> records() {
		return some<MapRecord>([&] { return record(); });
	}
	Authentication authentication();
	std::optional<XtrIdentity> identity();
	EidAuthentication eid_authentication();
	RequestSecurity request_security();
	ReplySecurity reply_security();
	MovedEid moved_eid();

	template <class T> T message();

	Arena arena;

private:
	static std::uint64_t max_plus_one(std::uint64_t max) { return max == ~0ULL ? max : max + 1; }
	lcaf::PortRange port_range() { return {u16(), u16()}; }
	lcaf::Angle angle() { return {coin(), u16(0x7fff), u8(), u8()}; }
	LcafValue lcaf_value(std::size_t index, unsigned inside);
	LcafValue lcaf_of_lists(std::size_t index, unsigned inside);
	template <class T> T notify();
	ReferralRecord referral_record();

	Extent extent_;
	std::mt19937_64 random_;
};

inline std::span<const std::uint8_t> Generator::octets(std::size_t count) {
	const auto room = arena.array<std::uint8_t>(count);
	for (auto &octet : room) octet = u8();
	return room;
}

inline MacAddress Generator::mac(Afi afi) {
	MacAddress mac{afi, {}};
	for (std::size_t i = 0; i < mac.width(); ++i) mac.octets[i] = u8();
	return mac;
}

// Any octets but NUL: peers choose them.
inline DistinguishedName Generator::distinguished_name() {
	const auto room = arena.array<char>(number(extent_.octets));
	for (auto &c : room) c = static_cast<char>(1 + number(254));
	return {{room.data(), room.size()}};
}

inline Address Generator::address(unsigned nesting) {
	switch (number(nesting > 0 ? 9 : 6)) {
	case 0: return IpAddress{};
	case 1: return mac(Afi::mac48);
	case 2: return mac(Afi::eui48);
	case 3: return mac(Afi::eui64);
	case 4: return distinguished_name();
	case 5:
	case 6: return ip();
	default: return lcaf(number(lcaf_kinds - 1), nesting);
	}
}

// Every kind with fields that do not reach to the end of the body may have octets after them.
inline Address Generator::lcaf(std::size_t index, unsigned nesting) {
	auto *body = arena.make(LcafBody{});
	body->value = lcaf_value(index, nesting - 1);
	const bool open_ended = std::visit(
	    []<class T>(const T &value) {
		    if constexpr (std::is_same_v<T, lcaf::Json>) return !value.address.has_value();
		    return std::is_same_v<T, lcaf::Unknown> || std::is_same_v<T, lcaf::AfiList> ||
		           std::is_same_v<T, lcaf::OpaqueKey> || std::is_same_v<T, lcaf::NatTraversal> ||
		           std::is_same_v<T, lcaf::ExplicitLocatorPath> ||
		           std::is_same_v<T, lcaf::ReplicationList> ||
		           std::is_same_v<T, lcaf::VendorSpecific>;
	    },
	    body->value);
	if (!open_ended && number(3) == 0) body->rest = some_octets();
	return Lcaf{*body};
}

// Index 0 is a type that nobody knows, 1 to 17 are types 0 to 16 of RFC 8060.
inline LcafValue Generator::lcaf_value(std::size_t index, unsigned inside) {
	using namespace lcaf;
	switch (index) {
	case 0: return Unknown{static_cast<std::uint8_t>(17 + number(237)), u8(), u8(), some_octets()};
	case 1: return Null{};
	case 3: return InstanceId{u8(), u32(), address(inside)};
	case 4: return AsNumber{u32(), address(inside)};
	case 5:
		return ApplicationData{u32(0xffffff), u8(), port_range(), port_range(), address(inside)};
	case 6: {
		std::optional<std::int32_t> altitude;
		if (coin()) altitude = static_cast<std::int32_t>(u32(0x7ffffffe));
		if (altitude && coin()) altitude = -*altitude;
		return Geo{angle(), angle(), altitude, address(inside)};
	}
	case 7: return OpaqueKey{u8(), u16(), some_octets()};
	case 9: return NonceLocator{u32(0xffffff), address(inside)};
	case 10: return MulticastInfo{u32(), u8(), u8(), address(inside), address(inside)};
	case 13: return SourceDestinationKey{u8(), u8(), address(inside), address(inside)};
	case 15: {
		lcaf::Json json{coin(), some_octets(), {}};
		if (coin()) json.address = address(inside);
		return json;
	}
	case 16: return KeyValue{address(inside), address(inside)};
	case 17:
		return EncapsulationFormat{
		    coin(), coin(), coin(), coin(), coin(), coin(), coin(), address(inside)};
	case 18: return VendorSpecific{u32(0xffffff), some_octets()};
	default: return lcaf_of_lists(index, inside);
	}
}

inline LcafValue Generator::lcaf_of_lists(std::size_t index, unsigned inside) {
	using namespace lcaf;
	const auto addresses = [&] { return some<Address>([&] { return address(inside); }); };
	switch (index) {
	case 2: return AfiList{addresses()};
	case 8:
		return NatTraversal{
		    u16(), u16(), address(inside), address(inside), address(inside), addresses()};
	case 11:
		return ExplicitLocatorPath{some<ReencapsulationHop>([&] {
			return ReencapsulationHop{coin(), coin(), coin(), address(inside)};
		})};
	case 12: {
		const auto keys = some<OctetList>([&] { return some_octets(); });
		return SecurityKey{u8(), coin(), keys, address(inside)};
	}
	default:
		return ReplicationList{some<ReplicationEntry>([&] {
			return ReplicationEntry{u8(), address(inside)};
		})};
	}
}

inline Locator Generator::locator() {
	return {u8(), u8(), u8(), u8(), coin(), coin(), coin(), address()};
}

inline MapRecord Generator::record() {
	const auto eid = address();
	return {RecordTtl{u32()}, mask_length(eid), static_cast<Action>(number(7)), coin(), u16(0xfff),
	    eid, some<Locator>([&] { return locator(); })};
}

inline Authentication Generator::authentication() {
	return {u8(), static_cast<Algorithm>(u8()), some_octets()};
}

inline std::optional<XtrIdentity> Generator::identity() {
	if (coin()) return std::nullopt;
	XtrIdentity identity;
	for (auto &octet : identity.xtr_id) octet = u8();
	identity.site_id = number(~0ULL);
	return identity;
}

inline EidAuthentication Generator::eid_authentication() {
	EidAuthentication part;
	part.kdf_id = u16();
	if (coin()) return part;
	auto &filled = part.authorization.emplace();
	filled.etr_cannot_sign = coin();
	filled.hmac_id = u16();
	filled.eids = some<SecuredEid>([&] {
		const auto eid = address();
		return SecuredEid{mask_length(eid), eid};
	});
	filled.hmac = some_octets();
	return part;
}

inline RequestSecurity Generator::request_security() {
	return {u16(), u8(), u8(), octets(wrapped_key_size), eid_authentication()};
}

inline ReplySecurity Generator::reply_security() {
	return {eid_authentication(), u16(), some_octets()};
}

inline MovedEid Generator::moved_eid() {
	const auto eid = ip();
	return {static_cast<std::uint8_t>(1 + number(eid.width() - 1)), eid,
	    some<IpAddress>([&] { return ip(); })};
}

template <> inline MapRequest Generator::message() {
	MapRequest m;
	for (auto *flag : {&m.authoritative, &m.probe, &m.solicit, &m.proxy_itr, &m.smr_invoked,
	         &m.local_xtr, &m.dont_map_reply})
		*flag = coin();
	m.nonce = number(~0ULL);
	m.source_eid = address();
	const auto most = number(15) == 0 ? 31U : extent_.items;
	m.itr_rlocs = list<Address>(1 + number(most), [&] { return address(); });
	m.records = some<RequestedEid>([&] {
		const auto eid = address();
		return RequestedEid{mask_length(eid), coin(), eid};
	});
	if (coin()) m.map_data = record();
	m.identity = identity();
	return m;
}

template <> inline MapReply Generator::message() {
	MapReply m;
	m.probe = coin();
	m.echo_nonce = coin();
	m.nonce = number(~0ULL);
	m.records = records();
	if (coin()) m.security = reply_security();
	return m;
}

template <> inline MapRegister Generator::message() {
	return {coin(), coin(), coin(), coin(), coin(), coin(), number(~0ULL), authentication(),
	    records(), identity()};
}

template <class T> T Generator::notify() {
	T m;
	m.nonce = number(~0ULL);
	m.authentication = authentication();
	m.records = records();
	m.identity = identity();
	return m;
}

template <> inline MapNotify Generator::message() {
	return notify<MapNotify>();
}

template <> inline MapNotifyAck Generator::message() {
	return notify<MapNotifyAck>();
}

inline ReferralRecord Generator::referral_record() {
	const auto eid = address();
	return {RecordTtl{u32()}, mask_length(eid), static_cast<ReferralAction>(number(7)), coin(),
	    coin(), u16(0xfff), eid, some<Locator>([&] { return locator(); }),
	    some<ReferralSignature>([&] {
		    return ReferralSignature{RecordTtl{u32()}, u32(), u32(), u16(), u8(), some_octets()};
	    })};
}

template <> inline MapReferral Generator::message() {
	return {number(~0ULL), some<ReferralRecord>([&] { return referral_record(); })};
}

template <> inline Info Generator::message() {
	const auto eid = address();
	return {coin(), number(~0ULL), authentication(), RecordTtl{u32()}, mask_length(eid), eid,
	    address()};
}

template <> inline EncapsulatedControl Generator::message() {
	EncapsulatedControl m;
	const bool v6 = coin();
	m.ddt_originated = coin();
	m.to_etr = coin();
	m.to_map_server = coin();
	if (coin()) m.security = request_security();
	m.source = {ip(v6), u16()};
	m.destination = {ip(v6), u16()};
	m.hop_limit = u8();
	m.payload = octets(number(64));
	return m;
}

template <> inline SharedExtension Generator::message() {
	return {u16(0xfff), some_octets()};
}

template <> inline OtherMessage Generator::message() {
	constexpr std::uint8_t unassigned[]{0, 9, 10, 11, 12, 13, 14};
	const auto type = unassigned[number(std::size(unassigned) - 1)];
	const auto room = arena.array<std::uint8_t>(1 + number(extent_.octets));
	for (auto &octet : room) octet = u8();
	room[0] = static_cast<std::uint8_t>(type << 4 | (room[0] & 0x0f));
	return {type, room};
}

template <> inline ChangePriority Generator::message() {
	ChangePriority m;
	m.layout = static_cast<ChangePriorityLayout>(number(2));
	m.from_hypervisor = coin();
	m.notify = coin();
	m.response = coin();
	m.acknowledgement = coin();
	m.nonce = number(~0ULL);
	m.authentication = authentication();
	const bool extension = m.layout == ChangePriorityLayout::extension;
	m.eids = list<MovedEid>(extension ? number(extent_.items) : 1, [&] { return moved_eid(); });
	if (extension || m.acknowledgement) m.code = u8();
	if (!extension) return m;
	m.sub_type = u16(0xfff);
	m.failed = coin();
	m.target_rloc = coin() ? IpAddress{} : ip();
	return m;
}

template <> inline DataPacket Generator::message() {
	return {
	    coin(), coin(), coin(), coin(), coin(), coin(), u8(3), u32(0xffffff), u32(), some_octets()};
}

} // namespace lisp
