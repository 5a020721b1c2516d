#include "print/fields.h"
#include "print/json_sink.h"
#include "print/text_sink.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lisp {

struct Fruit {
	std::string name;
	unsigned weight = 0;
	bool ripe = false;
};
template <>
inline constexpr auto fields<Fruit> = std::tuple{
    Field{"name", &Fruit::name}, Field{"weight", &Fruit::weight}, Field{"ripe", &Fruit::ripe}};

struct Tree {
	unsigned age = 0;
	std::vector<Fruit> fruits;
};
template <>
inline constexpr auto fields<Tree> =
    std::tuple{Field{"age", &Tree::age}, Field{"fruits", &Tree::fruits}};

struct Garden {
	Fruit best;
	std::vector<Tree> trees;
	std::vector<std::string> tools;
};
template <>
inline constexpr auto fields<Garden> = std::tuple{
    Field{"best", &Garden::best}, Field{"trees", &Garden::trees}, Field{"tools", &Garden::tools}};

namespace {

const Garden garden{{"pear", 3, true},
    {{7, {{"apple", 1, false}, {"plum", 2, true}}}, {9, {{"fig", 4, true}}}}, {"saw", "rake"}};

TEST(TextSink, RowsAreALineEachAndTheRestIsIndented) {
	Text text;
	TextSink sink{text};
	describe_fields(sink, garden);
	EXPECT_EQ(text.view(), "best\n"
	                       "  name = pear\n"
	                       "  weight = 3\n"
	                       "  ripe = yes\n"
	                       "trees\n"
	                       "  age = 7\n"
	                       "  fruits: name apple, weight 1, ripe no\n"
	                       "  fruits: name plum, weight 2, ripe yes\n"
	                       "trees\n"
	                       "  age = 9\n"
	                       "  fruits: name fig, weight 4, ripe yes\n"
	                       "tools = saw\n"
	                       "tools = rake\n");
}

TEST(JsonSink, NestsTheSameFields) {
	Text text;
	JsonSink sink{text};
	describe(sink, {}, garden);
	EXPECT_EQ(text.view(), R"({"best":{"name":"pear","weight":3,"ripe":true},"trees":[)"
	                       R"({"age":7,"fruits":[{"name":"apple","weight":1,"ripe":false},)"
	                       R"({"name":"plum","weight":2,"ripe":true}]},)"
	                       R"({"age":9,"fruits":[{"name":"fig","weight":4,"ripe":true}]}],)"
	                       R"("tools":["saw","rake"]})");
}

// RFC 8259 sections 7 and 8.1.
TEST(JsonSink, StringsAreAlwaysUtf8AndEscaped) {
	Text text;
	append_json_string(text, std::string_view{"\"\\\n\x7f\xc3\xa9\xff\xed\xa0\x80\0x", 12});
	EXPECT_EQ(text.view(),
	    "\"\\\"\\\\\\u000a\\u007f\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
	    "\\u0000x\"");
}

} // namespace
} // namespace lisp
