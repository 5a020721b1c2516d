// Any text as lisp.conf, mapserver.conf and a key file.
//
// What has no errors is printed, read back without any, and printed the same.
#include "config/key_file.h"
#include "config/mapserver_config.h"
#include "config/site_config.h"

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

} // namespace
} // namespace lisp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *octets, std::size_t size) {
	using namespace lisp;
	const std::string_view text{reinterpret_cast<const char *>(octets), size};
	read_and_print(text, parse_site_config, print_site_config);
	read_and_print(text, parse_mapserver_config, print_mapserver_config);
	make_records(text);
	Diagnostics found;
	parse_key_file(text, found);
	read_diagnostics(found);
	return 0;
}
