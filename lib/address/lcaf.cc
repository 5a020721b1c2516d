#include "address/lcaf.h"

#include <utility>

namespace lisp {

namespace {

constexpr std::int32_t no_altitude = 0x7fffffff;

// A body being read: every address in it is one LCAF deeper.
struct Source {
	Reader &in;
	Arena &arena;
	unsigned nesting;

	void address(Address &to, std::string_view field) { read(in, arena, to, field, nesting); }

	// Items up to the end of the body: addresses with `before` octets in front of each. Counted
	// first, for lists in lists would each claim room for all that could be in them.
	template <class T, class Read> List<T> until_end(std::size_t before, Read read_item) {
		const auto room = arena.array<T>(count_items(before));
		std::size_t filled = 0;
		for (auto &item : room) {
			read_item(item);
			if (!in.ok()) break;
			++filled;
		}
		return std::span<const T>(room.first(filled));
	}

private:
	// One that is cut short counts: reading it tells why.
	std::size_t count_items(std::size_t before) const {
		Reader ahead = in;
		std::size_t count = 0;
		for (; ahead.ok() && ahead.remaining() > 0; ++count) {
			ahead.take(before, {});
			skip_address(ahead);
		}
		return count;
	}
};

void read(Source &, lcaf::Null &) {}
void write(Writer &, const lcaf::Null &) {}

void read(Source &from, lcaf::AfiList &list) {
	list.addresses = from.until_end<Address>(
	    0, [&](Address &address) { from.address(address, "afi list address"); });
}

void write(Writer &out, const lcaf::AfiList &list) {
	for (const auto &address : list.addresses) write(out, address, "afi list address");
}

void read(Source &from, lcaf::InstanceId &id) {
	id.instance = from.in.u32("instance id");
	from.address(id.address, "instance id address");
}

void write(Writer &out, const lcaf::InstanceId &id) {
	out.u32(id.instance, "instance id");
	write(out, id.address, "instance id address");
}

void read(Source &from, lcaf::AsNumber &as) {
	as.as_number = from.in.u32("as number");
	from.address(as.address, "as number address");
}

void write(Writer &out, const lcaf::AsNumber &as) {
	out.u32(as.as_number, "as number");
	write(out, as.address, "as number address");
}

void read(Source &from, lcaf::ApplicationData &data) {
	data.traffic_class = from.in.u24("application data traffic class");
	data.protocol = from.in.u8("application data protocol");
	for (auto *ports : {&data.local, &data.remote}) {
		ports->low = from.in.u16("application data port");
		ports->high = from.in.u16("application data port");
	}
	from.address(data.address, "application data address");
}

void write(Writer &out, const lcaf::ApplicationData &data) {
	out.u24(data.traffic_class, "application data traffic class");
	out.u8(data.protocol, "application data protocol");
	for (const auto &ports : {data.local, data.remote}) {
		out.u16(ports.low, "application data port");
		out.u16(ports.high, "application data port");
	}
	write(out, data.address, "application data address");
}

void read(Reader &in, lcaf::Angle &angle, std::string_view field) {
	const auto degrees = in.u16(field);
	angle.positive = (degrees & 0x8000) != 0;
	angle.degrees = degrees & 0x7fff;
	angle.minutes = in.u8(field);
	angle.seconds = in.u8(field);
}

void write(Writer &out, const lcaf::Angle &angle, std::string_view field) {
	if (angle.degrees > 0x7fff) out.fail(field);
	out.u16((angle.positive ? 0x8000U : 0U) | angle.degrees, field);
	out.u8(angle.minutes, field);
	out.u8(angle.seconds, field);
}

void read(Source &from, lcaf::Geo &geo) {
	read(from.in, geo.latitude, "geo latitude");
	read(from.in, geo.longitude, "geo longitude");
	const auto altitude = static_cast<std::int32_t>(from.in.u32("geo altitude"));
	if (altitude != no_altitude) geo.altitude = altitude;
	from.address(geo.address, "geo address");
}

void write(Writer &out, const lcaf::Geo &geo) {
	if (geo.altitude == no_altitude) out.fail("geo altitude", Reason::bad_value);
	write(out, geo.latitude, "geo latitude");
	write(out, geo.longitude, "geo longitude");
	out.u32(static_cast<std::uint32_t>(geo.altitude.value_or(no_altitude)), "geo altitude");
	write(out, geo.address, "geo address");
}

void read(Source &from, lcaf::OpaqueKey &key) {
	key.field_count = from.in.u8("opaque key field count");
	key.wildcards = from.in.u16("opaque key wildcards");
	key.key = from.in.rest();
}

void write(Writer &out, const lcaf::OpaqueKey &key) {
	out.u8(key.field_count, "opaque key field count");
	out.u16(key.wildcards, "opaque key wildcards");
	out.bytes(key.key, "opaque key");
}

void read(Source &from, lcaf::NatTraversal &nat) {
	nat.map_server_port = from.in.u16("nat map-server port");
	nat.etr_port = from.in.u16("nat etr port");
	from.address(nat.global_etr, "nat global etr");
	from.address(nat.map_server, "nat map-server");
	from.address(nat.private_etr, "nat private etr");
	nat.rtrs = from.until_end<Address>(0, [&](Address &rtr) { from.address(rtr, "nat rtr"); });
}

void write(Writer &out, const lcaf::NatTraversal &nat) {
	out.u16(nat.map_server_port, "nat map-server port");
	out.u16(nat.etr_port, "nat etr port");
	write(out, nat.global_etr, "nat global etr");
	write(out, nat.map_server, "nat map-server");
	write(out, nat.private_etr, "nat private etr");
	for (const auto &rtr : nat.rtrs) write(out, rtr, "nat rtr");
}

void read(Source &from, lcaf::NonceLocator &locator) {
	from.in.u8("nonce locator");
	locator.nonce = from.in.u24("nonce locator");
	from.address(locator.address, "nonce locator address");
}

void write(Writer &out, const lcaf::NonceLocator &locator) {
	out.u8(0, "nonce locator");
	out.u24(locator.nonce, "nonce locator");
	write(out, locator.address, "nonce locator address");
}

void read(Source &from, lcaf::MulticastInfo &info) {
	info.instance = from.in.u32("multicast instance id");
	from.in.u16("multicast reserved");
	info.source_mask_length = from.in.u8("multicast source mask-len");
	info.group_mask_length = from.in.u8("multicast group mask-len");
	from.address(info.source, "multicast source");
	from.address(info.group, "multicast group");
}

void write(Writer &out, const lcaf::MulticastInfo &info) {
	out.u32(info.instance, "multicast instance id");
	out.u16(0, "multicast reserved");
	out.u8(info.source_mask_length, "multicast source mask-len");
	out.u8(info.group_mask_length, "multicast group mask-len");
	write(out, info.source, "multicast source");
	write(out, info.group, "multicast group");
}

void read(Source &from, lcaf::ExplicitLocatorPath &path) {
	using lcaf::ReencapsulationHop;
	path.hops = from.until_end<ReencapsulationHop>(2, [&](ReencapsulationHop &hop) {
		const auto flags = from.in.u16("path hop flags");
		hop.lookup = (flags & 4) != 0;
		hop.probe = (flags & 2) != 0;
		hop.strict = (flags & 1) != 0;
		from.address(hop.address, "path hop");
	});
}

void write(Writer &out, const lcaf::ExplicitLocatorPath &path) {
	for (const auto &hop : path.hops) {
		out.u16((hop.lookup ? 4U : 0U) | (hop.probe ? 2U : 0U) | (hop.strict ? 1U : 0U),
		    "path hop flags");
		write(out, hop.address, "path hop");
	}
}

void read(Source &from, lcaf::SecurityKey &key) {
	const auto count = from.in.u8("security key count");
	from.in.u8("security key reserved");
	key.algorithm = from.in.u8("security key algorithm");
	key.revoked = (from.in.u8("security key flags") & 1) != 0;
	const auto room =
	    from.arena.array<OctetList>(std::min<std::size_t>(count, from.in.remaining() / 2));
	for (auto &material : room)
		material = from.in.take(from.in.u16("security key length"), "security key material");
	if (room.size() < count) from.in.fail(Reason::truncated, "security key length");
	if (from.in.ok()) key.keys = std::span<const OctetList>(room);
	from.address(key.address, "security key address");
}

void write(Writer &out, const lcaf::SecurityKey &key) {
	out.u8(key.keys.size(), "security key count");
	out.u8(0, "security key reserved");
	out.u8(key.algorithm, "security key algorithm");
	out.u8(key.revoked ? 1U : 0U, "security key flags");
	for (const auto &material : key.keys) {
		out.u16(material.size(), "security key length");
		out.bytes(material, "security key material");
	}
	write(out, key.address, "security key address");
}

void read(Source &from, lcaf::SourceDestinationKey &key) {
	from.in.u16("source/destination reserved");
	key.source_mask_length = from.in.u8("source mask-len");
	key.destination_mask_length = from.in.u8("destination mask-len");
	from.address(key.source, "source prefix");
	from.address(key.destination, "destination prefix");
}

void write(Writer &out, const lcaf::SourceDestinationKey &key) {
	out.u16(0, "source/destination reserved");
	out.u8(key.source_mask_length, "source mask-len");
	out.u8(key.destination_mask_length, "destination mask-len");
	write(out, key.source, "source prefix");
	write(out, key.destination, "destination prefix");
}

void read(Source &from, lcaf::ReplicationList &list) {
	using lcaf::ReplicationEntry;
	list.entries = from.until_end<ReplicationEntry>(4, [&](ReplicationEntry &entry) {
		from.in.u24("replication reserved");
		entry.level = from.in.u8("replication level");
		from.address(entry.address, "replication address");
	});
}

void write(Writer &out, const lcaf::ReplicationList &list) {
	for (const auto &entry : list.entries) {
		out.u24(0, "replication reserved");
		out.u8(entry.level, "replication level");
		write(out, entry.address, "replication address");
	}
}

void read(Source &from, lcaf::Json &json) {
	json.text = from.in.take(from.in.u16("json length"), "json");
	if (from.in.ok() && from.in.remaining() > 0)
		from.address(json.address.emplace(), "json address");
}

void write(Writer &out, const lcaf::Json &json) {
	out.u16(json.text.size(), "json length");
	out.bytes(json.text, "json");
	if (json.address) write(out, *json.address, "json address");
}

void read(Source &from, lcaf::KeyValue &pair) {
	from.address(pair.key, "key/value key");
	from.address(pair.value, "key/value value");
}

void write(Writer &out, const lcaf::KeyValue &pair) {
	write(out, pair.key, "key/value key");
	write(out, pair.value, "key/value value");
}

void read(Source &from, lcaf::EncapsulationFormat &format) {
	const auto bits = from.in.u32("encapsulation formats");
	format.gue = (bits & 0x40) != 0;
	format.geneve = (bits & 0x20) != 0;
	format.nvgre = (bits & 0x10) != 0;
	format.vxlan_gpe = (bits & 0x08) != 0;
	format.vxlan = (bits & 0x04) != 0;
	format.layer2_lisp = (bits & 0x02) != 0;
	format.layer3_lisp = (bits & 0x01) != 0;
	from.address(format.address, "encapsulation address");
}

void write(Writer &out, const lcaf::EncapsulationFormat &format) {
	out.u32((format.gue ? 0x40U : 0U) | (format.geneve ? 0x20U : 0U) | (format.nvgre ? 0x10U : 0U) |
	            (format.vxlan_gpe ? 0x08U : 0U) | (format.vxlan ? 0x04U : 0U) |
	            (format.layer2_lisp ? 0x02U : 0U) | (format.layer3_lisp ? 0x01U : 0U),
	    "encapsulation formats");
	write(out, format.address, "encapsulation address");
}

void read(Source &from, lcaf::VendorSpecific &vendor) {
	from.in.u8("vendor reserved");
	vendor.oui = from.in.u24("vendor oui");
	vendor.data = from.in.rest();
}

void write(Writer &out, const lcaf::VendorSpecific &vendor) {
	out.u8(0, "vendor reserved");
	out.u24(vendor.oui, "vendor oui");
	out.bytes(vendor.data, "vendor data");
}

// What the octets between AFI and Length tell: they are reserved in most types.
struct Header {
	std::uint8_t flags = 0;
	std::uint8_t type = 0;
	std::uint8_t reserved2 = 0;
};

template <class T> void take_header(const Header &, T &) {}
void take_header(const Header &header, lcaf::InstanceId &id) {
	id.mask_length = header.reserved2;
}
void take_header(const Header &header, lcaf::Json &json) {
	json.binary = (header.reserved2 & 1) != 0;
}

template <class T> Header header_of(const T &) {
	return {0, T::type, 0};
}
Header header_of(const lcaf::Unknown &lcaf) {
	return {lcaf.flags, lcaf.type, lcaf.reserved2};
}
Header header_of(const lcaf::InstanceId &id) {
	return {0, id.type, id.mask_length};
}
Header header_of(const lcaf::Json &json) {
	return {0, json.type, json.binary ? std::uint8_t{1} : std::uint8_t{0}};
}

void write(Writer &out, const lcaf::Unknown &lcaf) {
	out.bytes(lcaf.octets, "lcaf");
}

// Reads as the alternative of that type, if there is one.
template <std::size_t... I>
bool read_known(Source &from, const Header &header, LcafValue &value, std::index_sequence<I...>) {
	const auto read_if = [&]<std::size_t N>() {
		using T = std::variant_alternative_t<N, LcafValue>;
		if (header.type != T::type) return false;
		auto &known = value.emplace<N>();
		take_header(header, known);
		read(from, known);
		return true;
	};
	return (read_if.template operator()<I + 1>() || ...);
}

} // namespace

void read_lcaf(Reader &in, Arena &arena, LcafBody &body, unsigned nesting) {
	Header header;
	in.u8("lcaf reserved");
	header.flags = in.u8("lcaf flags");
	header.type = in.u8("lcaf type");
	header.reserved2 = in.u8("lcaf reserved");
	Reader inside = in.sub(in.u16("lcaf length"), "lcaf length");
	Source from{inside, arena, nesting};
	constexpr std::make_index_sequence<std::variant_size_v<LcafValue> - 1> known;
	if (read_known(from, header, body.value, known))
		body.rest = inside.rest();
	else
		body.value = lcaf::Unknown{header.type, header.flags, header.reserved2, inside.rest()};
	in.absorb(inside);
}

void write_lcaf(Writer &out, const LcafBody &body) {
	const auto header = std::visit([](const auto &value) { return header_of(value); }, body.value);
	out.u8(0, "lcaf reserved");
	out.u8(header.flags, "lcaf flags");
	out.u8(header.type, "lcaf type");
	out.u8(header.reserved2, "lcaf reserved");
	const auto length_at = out.size();
	out.u16(0, "lcaf length");
	std::visit([&](const auto &value) { write(out, value); }, body.value);
	out.bytes(body.rest, "lcaf");
	out.patch_u16(length_at, out.size() - length_at - 2, "lcaf length");
}

} // namespace lisp
