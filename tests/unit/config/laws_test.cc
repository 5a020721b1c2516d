// What holds for every configuration: it is read back as it was printed, and no text whatever makes
// a parser fail in another way than by telling.
#include "config/found.h"
#include "config/generator.h"
#include "config/key_file.h"

namespace lisp {
namespace {

MapServerConfig without_places(MapServerConfig config) {
	for (auto &site : config.sites) {
		site.position = {};
		for (auto &eid : site.eids) eid.position = {};
	}
	for (auto &line : config.elsewhere) line.position = {};
	for (auto &mapping : config.statics) mapping.position = {};
	return config;
}

TEST(ConfigLaws, ASiteIsReadBackAsItWasPrinted) {
	for (unsigned seed = 0; seed < 2000; ++seed) {
		const auto config = ConfigGenerator{seed}.site();
		const auto text = print_site_config(config);
		Diagnostics found;
		const auto back = parse_site_config(text, found);
		ASSERT_FALSE(found.has_errors()) << lines(found)[0] << '\n' << text;
		ASSERT_EQ(without_places(back), config) << text;
		ASSERT_EQ(print_site_config(back), text);
	}
}

TEST(ConfigLaws, AMapServerIsReadBackAsItWasPrinted) {
	for (unsigned seed = 0; seed < 2000; ++seed) {
		const auto config = ConfigGenerator{seed}.map_server();
		const auto text = print_mapserver_config(config);
		Diagnostics found;
		const auto back = parse_mapserver_config(text, found);
		ASSERT_FALSE(found.has_errors()) << lines(found)[0] << '\n' << text;
		ASSERT_EQ(without_places(back), config) << text;
		ASSERT_EQ(print_mapserver_config(back), text);
	}
}

// What a parser makes of any text can be printed, and that is stable.
template <class Parse, class Print>
void expect_stable(std::string_view text, Parse parse, Print print) {
	// Of exactly this size, so that AddressSanitizer sees any step beyond.
	const std::vector<char> copy(text.begin(), text.end());
	Diagnostics found;
	const auto printed = print(parse({copy.data(), copy.size()}, found));
	if (found.has_errors()) return;
	Diagnostics again;
	ASSERT_EQ(print(parse(printed, again)), printed) << text;
	ASSERT_FALSE(again.has_errors()) << lines(again)[0] << '\n' << printed;
}

TEST(ConfigLaws, NoTruncationAndNoDamageIsTooMuch) {
	for (unsigned seed = 0; seed < 100; ++seed) {
		ConfigGenerator generator{seed};
		const auto site = print_site_config(generator.site());
		const auto server = print_mapserver_config(generator.map_server());
		for (std::size_t size = 0; size <= site.size(); ++size)
			expect_stable(
			    std::string_view{site}.substr(0, size), parse_site_config, print_site_config);
		for (std::size_t size = 0; size <= server.size(); ++size)
			expect_stable(std::string_view{server}.substr(0, size), parse_mapserver_config,
			    print_mapserver_config);
		for (int i = 0; i < 50; ++i) {
			expect_stable(generator.damaged(site), parse_site_config, print_site_config);
			expect_stable(
			    generator.damaged(server), parse_mapserver_config, print_mapserver_config);
			Diagnostics found;
			parse_key_file(generator.damaged("192.0.2.1 a\n::/0 b\nkey-id=3 c\n* d\n"), found);
		}
	}
}

} // namespace
} // namespace lisp
