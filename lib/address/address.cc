#include "address/lcaf.h"

namespace lisp {

namespace {

// Here and below: what ends too soon is no address.
void read_ip(Reader &in, Address &address, Afi afi, std::string_view field) {
	const auto octets = in.take(afi == Afi::ipv4 ? 4 : 16, field);
	if (!in.ok()) return;
	auto &ip = address.emplace<IpAddress>();
	ip.family = afi;
	std::memcpy(ip.octets.data(), octets.data(), octets.size());
}

void read_mac(Reader &in, Address &address, Afi afi, std::string_view field) {
	MacAddress mac{afi, {}};
	const auto octets = in.take(mac.width(), field);
	std::copy(octets.begin(), octets.end(), mac.octets.begin());
	if (in.ok()) address = mac;
}

void read_name(Reader &in, Address &address, std::string_view field) {
	Reader ahead = in;
	const auto octets = ahead.rest();
	const auto nul = std::find(octets.begin(), octets.end(), 0);
	if (nul == octets.end()) return in.fail(Reason::truncated, field);
	const auto length = static_cast<std::size_t>(nul - octets.begin());
	address = DistinguishedName{{reinterpret_cast<const char *>(octets.data()), length}};
	in.take(length + 1, field);
}

void read_lcaf_address(Reader &in, Arena &arena, Address &address, unsigned nesting) {
	if (nesting >= max_lcaf_nesting)
		return in.fail_at(Reason::unsupported, "lcaf nesting", in.offset() - sizeof(Afi));
	auto *body = arena.make(LcafBody{});
	read_lcaf(in, arena, *body, nesting + 1);
	if (in.ok()) address = Lcaf{*body};
}

} // namespace

void read(Reader &in, Arena &arena, Address &address, std::string_view field, unsigned nesting) {
	const auto afi = static_cast<Afi>(in.u16(field));
	if (!in.ok()) return;
	switch (afi) {
	case Afi::none: address = IpAddress{}; return;
	case Afi::ipv4:
	case Afi::ipv6: return read_ip(in, address, afi, field);
	case Afi::mac48:
	case Afi::eui48:
	case Afi::eui64: return read_mac(in, address, afi, field);
	case Afi::name: return read_name(in, address, field);
	case Afi::lcaf: return read_lcaf_address(in, arena, address, nesting);
	}
	in.fail_at(Reason::unsupported, field, in.offset() - sizeof(afi));
}

void skip_address(Reader &in) {
	constexpr std::string_view field = "address";
	switch (static_cast<Afi>(in.u16(field))) {
	case Afi::none: return;
	case Afi::ipv4: in.take(4, field); return;
	case Afi::ipv6: in.take(16, field); return;
	case Afi::mac48:
	case Afi::eui48: in.take(6, field); return;
	case Afi::eui64: in.take(8, field); return;
	case Afi::name:
		while (in.u8(field) != 0) {
		}
		return;
	case Afi::lcaf:
		in.take(4, field);
		in.take(in.u16(field), field);
		return;
	}
	in.fail(Reason::unsupported, field);
}

void write(Writer &out, const Address &address, std::string_view field) {
	out.u16(static_cast<std::uint16_t>(afi(address)), field);
	if (const auto *ip = std::get_if<IpAddress>(&address)) {
		out.bytes(ip->bytes(), field);
	} else if (const auto *mac = std::get_if<MacAddress>(&address)) {
		out.bytes(Bytes{mac->octets}.first(mac->width()), field);
	} else if (const auto *name = std::get_if<DistinguishedName>(&address)) {
		if (name->text.find('\0') != name->text.npos) out.fail(field, Reason::bad_value);
		out.bytes(as_bytes(name->text), field);
		out.u8(0, field);
	} else {
		write_lcaf(out, std::get<Lcaf>(address).body());
	}
}

std::size_t encoded_size(const Address &address) {
	auto out = Writer::measuring();
	write(out, address, {});
	return out.size();
}

Afi afi(const Address &address) {
	if (const auto *ip = std::get_if<IpAddress>(&address)) return ip->family;
	if (const auto *mac = std::get_if<MacAddress>(&address)) return mac->afi;
	return std::holds_alternative<Lcaf>(address) ? Afi::lcaf : Afi::name;
}

namespace {

// An EUI has the hyphens that IEEE 802 gives it, so that it differs from a MAC address of AFI 6.
void append_mac(Text &out, const MacAddress &mac) {
	for (std::size_t i = 0; i < mac.width(); ++i) {
		if (i > 0) out += mac.afi == Afi::mac48 ? ':' : '-';
		append_hex(out, Bytes{mac.octets}.subspan(i, 1));
	}
}

} // namespace

void append(Text &out, const Address &address) {
	if (const auto *ip = std::get_if<IpAddress>(&address)) return append(out, *ip);
	if (const auto *mac = std::get_if<MacAddress>(&address)) return append_mac(out, *mac);
	if (const auto *name = std::get_if<DistinguishedName>(&address))
		return append_quoted(out, name->text);
	append(out, std::get<Lcaf>(address).body());
}

std::string to_string(const Address &address) {
	Text text;
	append(text, address);
	return text.str();
}

const IpAddress *as_ip(const Address &address) {
	const auto *ip = std::get_if<IpAddress>(&address);
	return ip != nullptr && !ip->is_none() ? ip : nullptr;
}

} // namespace lisp
