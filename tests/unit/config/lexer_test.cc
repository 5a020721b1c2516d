#include "config/found.h"
#include "config/lexer.h"

namespace lisp {
namespace {

// Each line's words joined by "|", with its number and the columns.
Lines words_of(std::string_view text) {
	Lines result;
	Lexer lexer{text};
	while (lexer.next_line()) {
		auto line = std::to_string(lexer.line());
		for (const auto &word : lexer.words())
			line += '|' + std::to_string(word.column) + ' ' + std::string(word.text);
		result.push_back(line);
	}
	return result;
}

TEST(Lexer, SplitsAtBlanksAndTabs) {
	EXPECT_EQ(words_of("a b\tc \t d\n"), (Lines{"1|1 a|3 b|5 c|9 d"}));
	EXPECT_EQ(words_of("  a  \n\tb\t\n"), (Lines{"1|3 a", "2|2 b"}));
}

TEST(Lexer, NeedsNoNewlineAtTheEnd) {
	EXPECT_EQ(words_of("a\nb c"), (Lines{"1|1 a", "2|1 b|3 c"}));
	EXPECT_EQ(words_of(""), Lines{});
	EXPECT_EQ(words_of("\n\n"), Lines{});
	EXPECT_EQ(words_of(" "), Lines{});
}

TEST(Lexer, TakesCarriageReturnsForBlanks) {
	EXPECT_EQ(words_of("a b\r\n\r\nc\r"), (Lines{"1|1 a|3 b", "3|1 c"}));
}

TEST(Lexer, AHashBeginsACommentOnlyAtTheStartOfAWord) {
	EXPECT_EQ(words_of("#a\n \t# b\nc # d\ne#f g\n"), (Lines{"3|1 c", "4|1 e#f|5 g"}));
	EXPECT_EQ(words_of("a #"), (Lines{"1|1 a"}));
	EXPECT_EQ(words_of("#"), Lines{});
}

TEST(Lexer, KnowsWhereALineEnds) {
	Lexer lexer{"ab cd  # x\n"};
	ASSERT_TRUE(lexer.next_line());
	EXPECT_EQ(lexer.end_column(), 6U);
	EXPECT_EQ(lexer.offset(), 11U);
}

TEST(Shown, EscapesControlCharactersAndCutsLongText) {
	EXPECT_EQ(shown("a\x1b[31m"), "a\\x1b[31m");
	EXPECT_EQ(shown(""), "\"\"");
	EXPECT_EQ(shown(std::string(100, 'x')), std::string(64, 'x').append("..."));
}

TEST(Diagnostics, SayWhatCannotBeListed) {
	Diagnostics found;
	for (std::uint32_t i = 1; i <= Diagnostics::limit + 10; ++i) found.error({i, 1}, "wrong");
	found.warning({1, 1}, "odd");
	ASSERT_EQ(found.all().size(), Diagnostics::limit + 2);
	EXPECT_EQ(found.all()[Diagnostics::limit].text, "too many errors");
	EXPECT_EQ(found.all().back().text, "odd");
}

TEST(Diagnostics, TextHasFilePositionAndKind) {
	EXPECT_EQ(to_string("a.conf", {{12, 9}, false, "what"}), "a.conf:12:9: what");
	EXPECT_EQ(to_string("a.conf", {{12, 9}, true, "what"}), "a.conf:12:9: warning: what");
	EXPECT_EQ(to_string("a.conf", {{}, false, "what"}), "a.conf: what");
}

} // namespace
} // namespace lisp
