#include "address/eid_prefix.h"

#include "address/lcaf.h"

namespace lisp {

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
	if (other.family != address.family) return false;
	const auto upper = other.upper() ^ address.upper();
	if (length <= 64) return length == 0 || upper >> (64 - length) == 0;
	return upper == 0 && (other.lower() ^ address.lower()) >> (128 - length) == 0;
}

bool EidPrefix::covers(const EidPrefix &other) const {
	return instance == other.instance && length <= other.length && covers(other.address);
}

void append(Text &out, const EidPrefix &prefix) {
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
	Text text;
	append(text, prefix);
	return text.str();
}

std::optional<EidPrefix> eid_prefix(const Address &address, unsigned mask_length) {
	if (const auto *ip = std::get_if<IpAddress>(&address)) return EidPrefix::make(*ip, mask_length);
	const auto inner = instance_address(address);
	if (!inner) return std::nullopt;
	return EidPrefix::make(inner->second, mask_length, inner->first);
}

std::optional<std::pair<std::uint32_t, IpAddress>> instance_address(const Address &address) {
	const auto *id = as_lcaf<lcaf::InstanceId>(address);
	const auto *ip = id != nullptr ? std::get_if<IpAddress>(&id->address) : nullptr;
	if (ip == nullptr) return std::nullopt;
	return std::pair{id->instance, *ip};
}

unsigned max_mask_length(const Address &eid) {
	const auto *ip = as_ip(eid);
	return ip != nullptr ? ip->width() : 255;
}

void require_mask_length(
    Reader &in, unsigned mask_length, const Address &eid, std::size_t offset) noexcept {
	if (in.ok() && mask_length > max_mask_length(eid))
		in.fail_at(Reason::bad_value, "eid mask-len", offset);
}

void write_mask_length(Writer &out, unsigned mask_length, const Address &eid) noexcept {
	if (mask_length > max_mask_length(eid)) out.fail("eid mask-len", Reason::bad_value);
	out.u8(mask_length, "eid mask-len");
}

Address eid_address(const EidPrefix &prefix, Arena &arena) {
	if (prefix.instance == 0) return prefix.address;
	return make_lcaf(arena, lcaf::InstanceId{0, prefix.instance, prefix.address});
}

} // namespace lisp
