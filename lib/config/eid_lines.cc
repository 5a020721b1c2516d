#include "config/eid_lines.h"

#include <fmt/format.h>

namespace lisp {

namespace {

constexpr Option<EidSection> eid_options[] = {
    {"iid", "0 to 4294967295",
        [](auto &to, auto value) { return set_number(to.eid.instance, value, 0xffffffff); }},
    {"map-version", "0 to 4095",
        [](auto &to, auto value) { return set_number(to.map_version, value, 0xfff); }},
};

constexpr Option<RlocFields> rloc_options[] = {
    {"mprio", "0 to 255",
        [](auto &to, auto value) { return set_number(to.line.multicast_priority, value, 255); }},
    {"mweight", "0 to 255",
        [](auto &to, auto value) { return set_number(to.line.multicast_weight, value, 255); }},
    {"site", "a name",
        [](auto &to, auto value) {
	        to.site = value;
	        return is_plain(value);
        }},
};

} // namespace

std::optional<EidSection> read_eid_line(Line &line) {
	auto eid = line.prefix(true);
	EidSection section;
	section.ttl = RecordTtl{static_cast<std::uint32_t>(line.number("TTL", 0xffffffff).value_or(0))};
	section.register_it = line.number("flag", 1).value_or(0) == 1;
	section.eid = eid.value_or(EidPrefix{});
	line.options(eid_options, section);
	if (!eid || !line.ok()) return std::nullopt;
	return section;
}

RlocFields read_rloc_line(Line &line) {
	RlocFields fields;
	auto &rloc = fields.line;
	const auto where = line.peek();
	rloc.rloc = line.address("RLOC");
	rloc.priority = static_cast<std::uint8_t>(line.number("priority", 255).value_or(0));
	rloc.weight = static_cast<std::uint8_t>(line.number("weight", 255).value_or(0));
	rloc.local = line.number("local flag", 1).value_or(0) == 1;
	line.options(rloc_options, fields);
	if (!rloc.rloc.is_none() && !is_rloc(rloc.rloc))
		line.error(where,
		    fmt::format("{} is no RLOC, expected an address of a host", to_string(rloc.rloc)));
	return fields;
}

bool is_rloc(const IpAddress &address) {
	return !address.is_unspecified();
}

} // namespace lisp
