// LCAFs as text: "kind(item, item)". RFC 8060, RFC 9306.
#include "address/lcaf.h"

#include <utility>

namespace lisp {

namespace {

// In the order of LcafValue. An Instance ID has brackets in place of a name.
constexpr std::array<std::string_view, std::variant_size_v<LcafValue>> kinds{"lcaf-", "null",
    "afi-list", "", "as", "application", "geo", "opaque-key", "nat", "nonce", "multicast", "path",
    "security-key", "source-destination", "replication", "json", "key-value", "encapsulation",
    "vendor"};

// What stands between the brackets of one LCAF.
class Items {
public:
	explicit Items(Text &out) : out_(out) {}

	// Where the next item goes, after its label.
	Text &next(std::string_view label = {}) {
		if (!std::exchange(first_, false)) out_ += ", ";
		return out_ += label;
	}

	// Where what belongs to the last item goes.
	Text &same() { return out_; }

	void number(std::string_view label, std::unsigned_integral auto value) {
		append_number(next(label), value);
	}
	void octets(std::string_view label, Bytes octets) {
		if (octets.empty())
			next(label) += '-';
		else
			append_hex(next(label), octets);
	}
	void address(std::string_view label, const Address &address) { append(next(label), address); }
	void prefix(const Address &address, std::uint8_t mask_length) {
		append(next(), address);
		out_ += '/';
		append_number(out_, mask_length);
	}

	// The one address that this LCAF adds something to; none is not worth an item.
	void subject(const Address &of) {
		if (afi(of) != Afi::none) address({}, of);
	}

private:
	Text &out_;
	bool first_ = true;
};

void append_items(Items &items, const lcaf::Unknown &lcaf) {
	if (lcaf.flags != 0) append_hex_digits(items.next("flags 0x"), lcaf.flags, 2);
	if (lcaf.reserved2 != 0) append_hex_digits(items.next("rsvd2 0x"), lcaf.reserved2, 2);
	if (!lcaf.octets.empty()) items.octets({}, lcaf.octets);
}

void append_items(Items &, const lcaf::Null &) {}

void append_items(Items &items, const lcaf::AfiList &list) {
	for (const auto &address : list.addresses) items.address({}, address);
}

// The mask length is for ranges, that is for AFI 0: beside an address, some write 0 and some 32.
bool is_range(const lcaf::InstanceId &id) {
	const bool beside_address = afi(id.address) != Afi::none;
	return id.mask_length != 0 && !(beside_address && id.mask_length == 32);
}

void append_items(Items &items, const lcaf::InstanceId &id) {
	items.number({}, id.instance);
	if (!is_range(id)) return;
	append_number(items.same() += '/', id.mask_length);
}

void append_items(Items &items, const lcaf::AsNumber &as) {
	items.number({}, as.as_number);
	items.subject(as.address);
}

void append_ports(Text &out, const lcaf::PortRange &ports) {
	append_number(out, ports.low);
	out += '-';
	append_number(out, ports.high);
}

void append_items(Items &items, const lcaf::ApplicationData &data) {
	append_hex_digits(items.next("class 0x"), data.traffic_class, 6);
	items.number("protocol ", data.protocol);
	append_ports(items.next("local "), data.local);
	append_ports(items.next("remote "), data.remote);
	items.subject(data.address);
}

void append_angle(Text &out, const lcaf::Angle &angle, char positive, char negative) {
	append_number(out, angle.degrees);
	out += 'd';
	append_number(out, angle.minutes);
	out += 'm';
	append_number(out, angle.seconds);
	out += "s ";
	out += angle.positive ? positive : negative;
}

void append_items(Items &items, const lcaf::Geo &geo) {
	append_angle(items.next(), geo.latitude, 'N', 'S');
	append_angle(items.next(), geo.longitude, 'E', 'W');
	if (geo.altitude) {
		append_number(items.next(), *geo.altitude);
		items.same() += " m";
	}
	items.subject(geo.address);
}

void append_items(Items &items, const lcaf::OpaqueKey &key) {
	items.number("field-num ", key.field_count);
	append_hex_digits(items.next("wildcards 0x"), key.wildcards, 4);
	items.octets("key ", key.key);
}

void append_items(Items &items, const lcaf::NatTraversal &nat) {
	items.number("ms-port ", nat.map_server_port);
	items.number("etr-port ", nat.etr_port);
	items.address("global-etr ", nat.global_etr);
	items.address("map-server ", nat.map_server);
	items.address("private-etr ", nat.private_etr);
	for (const auto &rtr : nat.rtrs) items.address("rtr ", rtr);
}

void append_items(Items &items, const lcaf::NonceLocator &locator) {
	append_hex_digits(items.next("0x"), locator.nonce, 6);
	items.subject(locator.address);
}

void append_items(Items &items, const lcaf::MulticastInfo &info) {
	items.number("iid ", info.instance);
	items.prefix(info.source, info.source_mask_length);
	items.prefix(info.group, info.group_mask_length);
}

void append_items(Items &items, const lcaf::ExplicitLocatorPath &path) {
	for (const auto &hop : path.hops) {
		items.address({}, hop.address);
		if (!hop.lookup && !hop.probe && !hop.strict) continue;
		auto &out = items.same() += ' ';
		if (hop.lookup) out += 'L';
		if (hop.probe) out += 'P';
		if (hop.strict) out += 'S';
	}
}

void append_items(Items &items, const lcaf::SecurityKey &key) {
	items.number("algorithm ", key.algorithm);
	if (key.revoked) items.next("revoked");
	for (const auto &material : key.keys) items.octets("key ", material);
	items.subject(key.address);
}

void append_items(Items &items, const lcaf::SourceDestinationKey &key) {
	items.prefix(key.source, key.source_mask_length);
	items.prefix(key.destination, key.destination_mask_length);
}

void append_items(Items &items, const lcaf::ReplicationList &list) {
	for (const auto &entry : list.entries) {
		items.address({}, entry.address);
		append_number(items.same() += " level ", entry.level);
	}
}

void append_items(Items &items, const lcaf::Json &json) {
	const Bytes octets{json.text};
	if (json.binary)
		items.octets("binary ", octets);
	else
		append_quoted(items.next(), {reinterpret_cast<const char *>(octets.data()), octets.size()});
	if (json.address) items.address({}, *json.address);
}

void append_items(Items &items, const lcaf::KeyValue &pair) {
	items.address({}, pair.key);
	items.address({}, pair.value);
}

void append_items(Items &items, const lcaf::EncapsulationFormat &format) {
	if (format.gue) items.next("gue");
	if (format.geneve) items.next("geneve");
	if (format.nvgre) items.next("nvgre");
	if (format.vxlan_gpe) items.next("vxlan-gpe");
	if (format.vxlan) items.next("vxlan");
	if (format.layer2_lisp) items.next("layer2-lisp");
	if (format.layer3_lisp) items.next("layer3-lisp");
	items.subject(format.address);
}

void append_items(Items &items, const lcaf::VendorSpecific &vendor) {
	append_hex_digits(items.next(), vendor.oui, 6);
	if (!vendor.data.empty()) items.octets({}, vendor.data);
}

} // namespace

void append(Text &out, const LcafBody &body) {
	const auto *id = std::get_if<lcaf::InstanceId>(&body.value);
	const bool is_default_instance =
	    id != nullptr && id->instance == 0 && as_ip(id->address) != nullptr && !is_range(*id);
	if (is_default_instance && body.rest.empty()) return append(out, id->address);
	out += kinds[body.value.index()];
	if (const auto *unknown = std::get_if<lcaf::Unknown>(&body.value))
		append_number(out, unknown->type);
	out += id != nullptr ? '[' : '(';
	Items items{out};
	std::visit([&](const auto &value) { append_items(items, value); }, body.value);
	if (!body.rest.empty()) items.octets("rest ", body.rest);
	out += id != nullptr ? ']' : ')';
	if (id != nullptr) append(out, id->address);
}

} // namespace lisp
