#include "address/eid_prefix.h"

namespace lisp {

namespace {

constexpr std::uint8_t lcaf_instance_id = 2; // RFC 8060 section 4.1

} // namespace

bool has_host_bits(const IpAddress &address, unsigned length) {
	return length < address.width() && address != address.masked(length);
}

std::optional<EidPrefix> EidPrefix::make(
    const IpAddress &address, unsigned length, std::uint32_t instance) {
	if (address.is_none() || length > address.width()) return std::nullopt;
	return EidPrefix{instance, address.masked(length), static_cast<std::uint8_t>(length)};
}

std::optional<EidPrefix> EidPrefix::parse(std::string_view text) {
	std::uint32_t instance = 0;
	if (text.starts_with('[')) {
		const auto close = text.find(']');
		if (close == text.npos) return std::nullopt;
		const auto number = parse_number(text.substr(1, close - 1), 0xffffffff);
		if (!number) return std::nullopt;
		instance = static_cast<std::uint32_t>(*number);
		text.remove_prefix(close + 1);
	}
	const auto slash = text.find('/');
	const auto address = IpAddress::parse(text.substr(0, slash));
	if (!address) return std::nullopt;
	if (slash == text.npos) return host(*address, instance);
	const auto length = parse_number(text.substr(slash + 1), address->width());
	if (!length) return std::nullopt;
	return make(*address, static_cast<unsigned>(*length), instance);
}

EidPrefix EidPrefix::host(const IpAddress &address, std::uint32_t instance) {
	return {instance, address, static_cast<std::uint8_t>(address.width())};
}

bool EidPrefix::covers(const IpAddress &other) const {
	return other.family == address.family && other.masked(length) == address;
}

bool EidPrefix::covers(const EidPrefix &other) const {
	return instance == other.instance && length <= other.length && covers(other.address);
}

void append(std::string &out, const EidPrefix &prefix) {
	if (prefix.instance != 0) {
		out += '[';
		out += std::to_string(prefix.instance);
		out += ']';
	}
	append(out, prefix.address);
	out += '/';
	out += std::to_string(prefix.length);
}

std::string to_string(const EidPrefix &prefix) {
	std::string text;
	append(text, prefix);
	return text;
}

std::optional<EidPrefix> eid_prefix(const Address &address, unsigned mask_length) {
	if (const auto *ip = std::get_if<IpAddress>(&address)) return EidPrefix::make(*ip, mask_length);
	const auto *lcaf = std::get_if<Lcaf>(&address);
	const auto inner = lcaf != nullptr ? instance_address(*lcaf) : std::nullopt;
	if (!inner) return std::nullopt;
	return EidPrefix::make(inner->second, mask_length, inner->first);
}

std::optional<std::pair<std::uint32_t, IpAddress>> instance_address(const Lcaf &lcaf) {
	if (lcaf.type != lcaf_instance_id) return std::nullopt;
	Reader in{lcaf.body};
	const auto instance = in.u32("instance id");
	Address inner;
	read(in, inner, "instance id address");
	const auto *ip = std::get_if<IpAddress>(&inner);
	if (!in.ok() || ip == nullptr) return std::nullopt;
	return std::pair{instance, *ip};
}

Address eid_address(const EidPrefix &prefix, Arena &arena) {
	if (prefix.instance == 0) return prefix.address;
	const auto room = arena.array<std::uint8_t>(4 + 2 + prefix.address.width() / 8);
	Writer out{room};
	out.u32(prefix.instance, "instance id");
	write(out, Address{prefix.address}, "instance id address");
	return Lcaf{lcaf_instance_id, 0, 0, out.written()};
}

} // namespace lisp
