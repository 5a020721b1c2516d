#include "print/fields.h"
#include "print/metrics_sink.h"

#include <gtest/gtest.h>

namespace lisp {

struct Measured {
	std::uint64_t map_replies = 7;
	bool up = true;
	std::string name = "left out";
	std::vector<std::uint64_t> numbers{1, 2};
};

template <>
inline constexpr auto fields<Measured> = std::tuple{
    Field{"map-replies", &Measured::map_replies},
    Field{"up", &Measured::up},
    Field{"name", &Measured::name},
    Field{"numbers", &Measured::numbers},
};

namespace {

TEST(MetricsSink, WritesNumbersAndFlags) {
	Text out;
	MetricsSink sink{out, "lisp_daemon"};
	describe_fields(sink, Measured{});
	EXPECT_EQ(out.view(), "lisp_daemon_map_replies 7\nlisp_daemon_up 1\n");
}

} // namespace
} // namespace lisp
