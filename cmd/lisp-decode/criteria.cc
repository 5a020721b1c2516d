#include "lisp-decode/criteria.h"

#include "common/cli.h"
#include "message/addresses.h"

#include <fmt/format.h>

#include <algorithm>

namespace lisp {

namespace {

template <class T> bool contains(const std::vector<T> &values, const T &value) {
	return std::find(values.begin(), values.end(), value) != values.end();
}

// Decimal, or hexadecimal after 0x.
std::optional<std::uint64_t> parse_any_number(std::string_view text, std::uint64_t max) {
	if (!text.starts_with("0x") && !text.starts_with("0X")) return parse_number(text, max);
	std::uint64_t value = 0;
	const auto *end = text.data() + text.size();
	const auto parsed = std::from_chars(text.data() + 2, end, value, 16);
	if (parsed.ec != std::errc{} || parsed.ptr != end || value > max) return std::nullopt;
	return value;
}

template <class T, class Parse>
T parse_or_refuse(
    std::string_view option, const std::string &text, std::string_view expected, Parse parse) {
	const auto value = parse(text);
	if (!value) throw UsageError{fmt::format("{}: expected {}, not '{}'", option, expected, text)};
	return static_cast<T>(*value);
}

std::optional<std::uint64_t> nonce_in(const Message &message) {
	return std::visit(
	    [](const auto &held) -> std::optional<std::uint64_t> {
		    if constexpr (requires { held.nonce(); })
			    return held.nonce();
		    else if constexpr (requires { held.nonce; })
			    return held.nonce;
		    else
			    return std::nullopt;
	    },
	    message);
}

std::optional<std::uint32_t> data_instance(const Message &message) {
	const auto *packet = std::get_if<DataPacket>(&message);
	return packet != nullptr ? packet->instance_id() : std::nullopt;
}

// Whether one of the two covers the other.
bool overlap(const EidPrefix &a, const IpAddress &address, unsigned length) {
	if (a.address.family != address.family) return false;
	const auto shorter = std::min<unsigned>(a.length, length);
	return a.address.masked(shorter) == address.masked(shorter);
}

} // namespace

Criteria::Criteria(const Options &options) {
	for (const auto &text : options.eids)
		eids_.push_back(
		    {parse_or_refuse<EidPrefix>("eid", text,
		         "an EID-prefix such as 192.0.2.0/24 or [7]192.0.2.1", EidPrefix::parse),
		        !text.starts_with('[')});
	for (const auto &text : options.rlocs)
		rlocs_.push_back(
		    parse_or_refuse<IpAddress>("rloc", text, "an IP address", IpAddress::parse));
	for (const auto &text : options.nonces)
		nonces_.push_back(parse_or_refuse<std::uint64_t>("nonce", text,
		    "a number of 64 bits, decimal or after 0x",
		    [](const auto &number) { return parse_any_number(number, UINT64_MAX); }));
	for (const auto &text : options.instances)
		instances_.push_back(parse_or_refuse<std::uint32_t>("instance", text,
		    "a number of 32 bits, decimal or after 0x",
		    [](const auto &number) { return parse_any_number(number, UINT32_MAX); }));
}

bool Criteria::empty() const {
	return eids_.empty() && rlocs_.empty() && nonces_.empty() && instances_.empty();
}

bool Criteria::match(const Dissection &found) const {
	Met met{eids_.empty(), rlocs_.empty(), nonces_.empty(), instances_.empty()};
	bool has_ends = true;
	for (const auto *at = &found; at != nullptr; at = at->inner) {
		if (has_ends) look_at_ends(at->captured, met);
		has_ends = at->captured.data;
		if (const auto nonce = nonce_in(at->message))
			met.nonce = met.nonce || contains(nonces_, *nonce);
		met.instance = met.instance || wants_instance(data_instance(at->message));
		if (!met.eid || !met.rloc || !met.instance) look_at(at->message, met);
	}
	return met.eid && met.rloc && met.nonce && met.instance;
}

// What a message or a data packet travels between are RLOCs, also if it passes by in a data packet;
// not what is in the header inside an Encapsulated Control Message.
void Criteria::look_at_ends(const Captured &captured, Met &met) const {
	for (const auto *end : {&captured.source, &captured.destination})
		met.rloc = met.rloc || (*end && wants_rloc((*end)->address));
}

void Criteria::look_at(const Message &message, Met &met) const {
	const auto look = [&](const Address &address, AddressRole role, const AddressContext &field) {
		for_each_nested(address, field, [&](const Address &part, const AddressContext &around) {
			met.instance = met.instance || wants_instance(around.instance);
			const auto *ip = as_ip(part);
			if (ip == nullptr) return;
			if (role != AddressRole::rloc) met.eid = met.eid || wants_eid(*ip, around);
			if (role != AddressRole::eid) met.rloc = met.rloc || wants_rloc(*ip);
		});
	};
	for_each_address(message, look);
}

bool Criteria::wants_eid(const IpAddress &address, const AddressContext &around) const {
	const auto length = std::min(around.mask_length, address.width());
	return std::any_of(eids_.begin(), eids_.end(), [&](const WantedEid &wanted) {
		return (wanted.any_instance || wanted.prefix.instance == around.instance.value_or(0)) &&
		       overlap(wanted.prefix, address, length);
	});
}

bool Criteria::wants_rloc(const IpAddress &address) const {
	return contains(rlocs_, address);
}

bool Criteria::wants_instance(std::optional<std::uint32_t> instance) const {
	return instance && contains(instances_, *instance);
}

} // namespace lisp
