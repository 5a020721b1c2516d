// Any text as lisp.conf, mapserver.conf and a key file.
//
// What has no errors is printed, read back without any, and printed the same; and it is edited
// without getting any, each number of an RLOC as if it had been read so.
#include "config/key_file.h"
#include "config/mapserver_config.h"
#include "config/site_editor.h"

#include <cstdlib>

namespace lisp {
namespace {

void require(bool holds) {
	if (!holds) std::abort();
}

void read_diagnostics(const Diagnostics &found) {
	Position last;
	for (const auto &diagnostic : found.all()) {
		require(diagnostic.position >= last);
		require(!to_string("f", diagnostic).empty());
		last = diagnostic.position;
	}
}

template <class Parse, class Print>
void read_and_print(std::string_view text, Parse parse, Print print) {
	Diagnostics found;
	const auto printed = print(parse(text, found));
	read_diagnostics(found);
	if (found.has_errors()) return;
	Diagnostics again;
	require(print(parse(printed, again)) == printed);
	require(!again.has_errors());
}

void make_records(std::string_view text) {
	Diagnostics found;
	const auto config = parse_site_config(text, found);
	Arena arena;
	for (const auto &section : config.eids)
		require(map_record(config, section, arena).locators.size() == section.rloc_count);
}

std::optional<std::string> edited(std::string_view text, std::span<const SiteEdit> edits) {
	Diagnostics found;
	auto result = edit_site_text(text, edits, found);
	require(result.has_value() != found.has_errors());
	if (!result) return std::nullopt;
	return std::move(result->text);
}

void set_priority(std::string_view text, SiteConfig config, std::size_t eid, std::size_t rloc) {
	const auto &section = config.eids[eid];
	auto &line = config.rlocs[section.first_rloc + rloc % section.rloc_count];
	line.priority ^= 5;
	const SiteEdit edit = SetRloc{section.eid, line.rloc, RlocField::priority, line.priority};
	const auto result = edited(text, std::span(&edit, 1));
	require(result.has_value());
	Diagnostics found;
	auto read = parse_site_config(*result, found);
	require(!found.has_errors());
	// Words behind the priority stand elsewhere only on its own line.
	require(read == config);
}

// The outcome of all at once is that of one after the other.
void edit_much(std::string_view text, const EidSection &section, bool clean) {
	const auto rloc = IpAddress::v4(0xcb007101);
	const auto host = EidPrefix::host(section.eid.address, section.eid.instance);
	const SiteEdit edits[] = {
	    AddRloc{section.eid, rloc, 1, 2, true, "fuzz"},
	    SplitHost{section.eid, section.eid.address},
	    SetRloc{section.eid, rloc, RlocField::local, 0},
	    RemoveEid{host},
	    SplitHost{section.eid, section.eid.address},
	    SetRloc{host, rloc, RlocField::weight, 9},
	    RemoveEid{section.eid},
	};
	std::vector<SiteEdit> made;
	std::string last{text};
	for (const auto &edit : edits) {
		auto next = edited(last, std::span(&edit, 1));
		if (!next) continue;
		last = std::move(*next);
		made.push_back(edit);
		Diagnostics found;
		parse_site_config(last, found);
		require(!clean || !found.has_errors());
	}
	const auto at_once = edited(text, made);
	require(at_once && *at_once == last);
}

void edit(std::string_view text) {
	Diagnostics found;
	const auto config = parse_site_config(text, found);
	const std::size_t some = text.size();
	if (config.eids.empty()) return;
	const auto eid = some % config.eids.size();
	edit_much(text, config.eids[eid], !found.has_errors());
	if (!found.has_errors() && config.eids[eid].rloc_count > 0)
		set_priority(text, config, eid, some);
}

} // namespace
} // namespace lisp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *octets, std::size_t size) {
	using namespace lisp;
	const std::string_view text{reinterpret_cast<const char *>(octets), size};
	read_and_print(text, parse_site_config, print_site_config);
	read_and_print(text, parse_mapserver_config, print_mapserver_config);
	make_records(text);
	edit(text);
	Diagnostics found;
	parse_key_file(text, found);
	read_diagnostics(found);
	return 0;
}
