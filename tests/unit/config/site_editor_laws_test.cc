// What holds for every edit of every lisp.conf.
#include "config/found.h"
#include "config/generator.h"
#include "config/lexer.h"
#include "config/site_editor.h"

namespace lisp {
namespace {

using Random = std::mt19937;

std::size_t below(Random &random, std::size_t end) {
	return std::uniform_int_distribution<std::size_t>{0, end - 1}(random);
}

template <class T> const T &any_of(Random &random, const std::vector<T> &list) {
	return list[below(random, list.size())];
}

// The same words with other blanks, comments, empty lines, line ends.
std::string scribbled(std::string_view text, Random &random) {
	const std::vector<std::string> blanks{"\t", " ", "  ", " \t ", "\v"};
	const std::vector<std::string> additions{
	    "", "", "", "", "\n", " \n", "# 192.0.2.1 1 1 1\n", "\n\n#@EID\n", "  # x\n\t\n"};
	std::string result;
	Lexer lexer{text};
	while (lexer.next_line()) {
		result += any_of(random, additions);
		for (const auto &word : lexer.words()) {
			if (word.column > 1 || below(random, 4) == 0) result += any_of(random, blanks);
			result += word.text;
		}
		if (below(random, 4) == 0) result += "\t#c @EID";
		result += '\n';
	}
	result += any_of(random, additions);
	if (below(random, 2) == 0) {
		std::string with_cr;
		for (const char c : result) with_cr += c == '\n' ? std::string("\r\n") : std::string(1, c);
		result = std::move(with_cr);
	}
	if (below(random, 3) == 0)
		while (result.ends_with('\n') || result.ends_with('\r')) result.pop_back();
	return result;
}

SiteConfig parsed(std::string_view text) {
	Diagnostics found;
	auto config = parse_site_config(text, found);
	EXPECT_FALSE(found.has_errors()) << lines(found)[0] << '\n' << text;
	return config;
}

std::vector<std::string_view> words_of(std::string_view text) {
	std::vector<std::string_view> words;
	Lexer lexer{text};
	while (lexer.next_line())
		for (const auto &word : lexer.words()) words.push_back(word.text);
	return words;
}

EidPrefix any_eid(const SiteConfig &config, Random &random) {
	return config.eids.empty() ? EidPrefix{} : any_of(random, config.eids).eid;
}

IpAddress any_rloc(const SiteConfig &config, Random &random) {
	return config.rlocs.empty() ? IpAddress::v4(1) : any_of(random, config.rlocs).rloc;
}

std::string edited(std::string_view text, std::span<const SiteEdit> edits, bool &refused) {
	// Of exactly this size, so that AddressSanitizer sees any step beyond.
	const std::vector<char> copy(text.begin(), text.end());
	Diagnostics found;
	auto result = edit_site_text({copy.data(), copy.size()}, edits, found);
	refused = !result;
	EXPECT_EQ(found.has_errors(), refused);
	return result ? std::move(result->text) : std::string(text);
}

TEST(SiteEditorLaws, APriorityIsOneWordOfTheText) {
	std::size_t done = 0;
	for (unsigned seed = 0; seed < 1000; ++seed) {
		Random random{seed};
		const auto text = scribbled(print_site_config(ConfigGenerator{seed}.site()), random);
		auto config = parsed(text);
		for (auto &section : config.eids) {
			if (section.rloc_count == 0) continue;
			auto &rloc = config.rlocs[section.first_rloc + below(random, section.rloc_count)];
			const auto value = static_cast<std::uint8_t>(below(random, 256));
			const std::string old = std::to_string(rloc.priority);
			const bool same = rloc.priority == value;
			bool refused = false;
			const SiteEdit edit = SetRloc{section.eid, rloc.rloc, RlocField::priority, value};
			const auto result = edited(text, std::span(&edit, 1), refused);
			ASSERT_FALSE(refused) << text;
			auto expected = config;
			expected.rlocs[static_cast<std::size_t>(&rloc - config.rlocs.data())].priority = value;
			ASSERT_EQ(parsed(result), expected) << text;
			// Old and new text begin and end alike, but for the one word.
			const auto before = words_of(text);
			const auto after = words_of(result);
			ASSERT_EQ(before.size(), after.size());
			std::size_t other = 0;
			for (std::size_t i = 0; i < before.size(); ++i) {
				if (before[i] == after[i]) continue;
				++other;
				const auto at = static_cast<std::size_t>(before[i].data() - text.data());
				ASSERT_EQ(std::string(text).replace(at, before[i].size(), after[i]), result);
				ASSERT_EQ(before[i], old);
				ASSERT_EQ(after[i], std::to_string(value));
			}
			ASSERT_EQ(other, same ? 0U : 1U);
			++done;
		}
	}
	EXPECT_GT(done, 1000U);
}

// With few names, so that edits meet.
SiteEdit any_edit(const SiteConfig &config, Random &random) {
	auto eid = any_eid(config, random);
	const auto rloc = any_rloc(config, random);
	const auto host = eid.address;
	if (below(random, 4) == 0) eid = EidPrefix::host(host, eid.instance);
	const auto number = static_cast<std::uint8_t>(below(random, 3));
	switch (below(random, 5)) {
	case 0: return AddRloc{eid, rloc, number, 7, true, number == 0 ? "tag" : ""};
	case 1: {
		auto other = host;
		other.octets[3] = static_cast<std::uint8_t>(other.octets[3] | below(random, 3));
		return SplitHost{eid, other};
	}
	case 2: return RemoveEid{eid};
	default: return SetRloc{eid, rloc, static_cast<RlocField>(below(random, 3)), number};
	}
}

TEST(SiteEditorLaws, ManyAtOnceAreOneAfterTheOther) {
	std::size_t done = 0;
	for (unsigned seed = 0; seed < 700; ++seed) {
		Random random{seed};
		const auto text = scribbled(print_site_config(ConfigGenerator{seed}.site()), random);
		const auto config = parsed(text);
		std::vector<SiteEdit> edits;
		std::string expected = text;
		for (int i = 0; i < 30; ++i) {
			const auto edit = any_edit(config, random);
			bool refused = false;
			auto next = edited(expected, std::span(&edit, 1), refused);
			if (refused) continue;
			expected = std::move(next);
			parsed(expected);
			edits.push_back(edit);
		}
		bool refused = false;
		ASSERT_EQ(edited(text, edits, refused), expected) << seed << '\n' << text;
		ASSERT_FALSE(refused);
		done += edits.size();
	}
	EXPECT_GT(done, 3000U);
}

TEST(SiteEditorLaws, AHostThatCameAndWentLeavesTheTextAsItWas) {
	for (unsigned seed = 0; seed < 500; ++seed) {
		Random random{seed};
		auto text = scribbled(print_site_config(ConfigGenerator{seed}.site()), random);
		if (!text.ends_with('\n')) text += '\n';
		for (const auto &section : parsed(text).eids) {
			auto host = section.eid.address;
			auto &last = host.octets[host.width() / 8 - 1];
			if (section.eid.length < host.width()) last = static_cast<std::uint8_t>(last | 1);
			bool refused = false;
			const SiteEdit split = SplitHost{section.eid, host};
			const auto with = edited(text, std::span(&split, 1), refused);
			if (refused) continue;
			const SiteEdit remove = RemoveEid{EidPrefix::host(host, section.eid.instance)};
			ASSERT_EQ(edited(with, std::span(&remove, 1), refused), text);
			ASSERT_FALSE(refused);
		}
	}
}

TEST(SiteEditorLaws, NoDamageIsTooMuch) {
	for (unsigned seed = 0; seed < 100; ++seed) {
		Random random{seed};
		ConfigGenerator generator{seed};
		const auto whole = scribbled(print_site_config(generator.site()), random);
		for (int i = 0; i < 20; ++i) {
			const auto text = generator.damaged(whole);
			Diagnostics found;
			const auto config = parse_site_config(text, found);
			bool refused = false;
			const auto edit = any_edit(config, random);
			const auto result = edited(text, std::span(&edit, 1), refused);
			if (!found.has_errors()) parsed(result);
		}
	}
}

} // namespace
} // namespace lisp
