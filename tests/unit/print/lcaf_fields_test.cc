#include "lcaf_vectors.h"
#include "print/json_sink.h"
#include "print/lcaf_fields.h"
#include "print/metrics_sink.h"
#include "print/text_sink.h"

#include <gtest/gtest.h>

namespace lisp {

struct Place {
	Address where;
	List<Address> more;
};

template <>
inline constexpr auto fields<Place> = std::tuple{
    Field{"where", &Place::where},
    Detail{"where-lcaf", lcaf_in<&Place::where>},
    Detail{"more-lcafs", lcafs_in<&Place::more>},
};

namespace {

std::string json_of(const Place &place) {
	Text text;
	JsonSink out{text};
	out.open({});
	describe_fields(out, place);
	out.close();
	return text.str();
}

TEST(LcafFields, C037_EveryTypeAsAnObject) {
	for (const auto &vector : lcaf_vectors) {
		const auto octets = parse_hex(vector.hex).value();
		const ReadAddress found{octets};
		Text where;
		append_json_string(where, vector.text);
		EXPECT_EQ(json_of({found.address, {}}),
		    "{\"where\":" + where.str() + ",\"where-lcaf\":" + vector.json + '}');
	}
}

TEST(LcafFields, LcafsInsideAreObjectsToo) {
	Arena arena;
	const auto inner = make_lcaf(arena, lcaf::AsNumber{1, {}});
	const Address list[] = {IpAddress::v4(0x0a000001), inner};
	const lcaf::ReencapsulationHop hops[] = {{false, false, true, inner}};
	EXPECT_EQ(json_of({make_lcaf(arena, lcaf::AfiList{list}), {}}),
	    R"_({"where":"afi-list(10.0.0.1, as(1))","where-lcaf":{"type":"afi-list","number":1,)_"
	    R"_("addresses":["10.0.0.1","as(1)"],"address-lcafs":[{"type":"as-number","number":3,)_"
	    R"_("as-number":1,"address":"-"}]}})_");
	EXPECT_EQ(json_of({make_lcaf(arena, lcaf::ExplicitLocatorPath{hops}), {}}),
	    R"_({"where":"path(as(1) S)","where-lcaf":{"type":"explicit-locator-path","number":10,)_"
	    R"_("hops":[{"address":"as(1)","address-lcaf":{"type":"as-number","number":3,)_"
	    R"_("as-number":1,"address":"-"},"lookup":false,"probe":false,"strict":true}]}})_");
}

TEST(LcafFields, OctetsAfterTheFieldsAreShown) {
	const std::uint8_t rest[] = {0xbe, 0xef};
	const LcafBody body{lcaf::Null{}, rest};
	EXPECT_EQ(json_of({Lcaf{body}, {}}),
	    R"_({"where":"null(rest beef)","where-lcaf":{"type":"null","number":0,"rest":"beef"}})_");
}

TEST(LcafFields, OfAListOnlyThoseThatAreLcafs) {
	Arena arena;
	const Address plain[] = {IpAddress::v4(1), IpAddress::v4(2)};
	EXPECT_EQ(json_of({{}, plain}), R"({"where":"-"})");
	const Address mixed[] = {make_lcaf(arena, lcaf::Null{}), IpAddress::v4(1),
	    make_lcaf(arena, lcaf::AfiList{}), IpAddress::v4(2)};
	EXPECT_EQ(json_of({{}, mixed}), R"({"where":"-","more-lcafs":[{"type":"null","number":0},)"
	                                R"({"type":"afi-list","number":1,"addresses":[]}]})");
}

TEST(LcafFields, OnlySinksThatAskForThemSeeDetails) {
	static_assert(is_row<Place>);
	Arena arena;
	const Place place{make_lcaf(arena, lcaf::AsNumber{1, IpAddress::v4(0x0a000001)}), {}};
	Text text;
	TextSink out{text};
	describe_fields(out, place);
	EXPECT_EQ(text.view(), "where = as(1, 10.0.0.1)\n");
	Text metrics;
	MetricsSink numbers{metrics, "lisp"};
	describe_fields(numbers, place);
	EXPECT_TRUE(metrics.empty());
}

} // namespace
} // namespace lisp
