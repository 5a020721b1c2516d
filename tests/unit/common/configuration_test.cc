#include "common/configuration.h"

#include <gtest/gtest.h>

namespace lisp {
namespace {

TEST(FirstError, PassesOverWarningsAndCountsTheRest) {
	Diagnostics found;
	found.warning({1, 1}, "odd");
	EXPECT_EQ(first_error(found, "lisp.conf"), "");
	found.error({12, 9}, "300 is no priority, expected 0 to 255");
	EXPECT_EQ(
	    first_error(found, "lisp.conf"), "lisp.conf:12:9: 300 is no priority, expected 0 to 255");
	found.error({13, 1}, "wrong");
	found.warning({14, 1}, "odd");
	found.error({15, 1}, "wrong");
	EXPECT_EQ(first_error(found, "lisp.conf"),
	    "lisp.conf:12:9: 300 is no priority, expected 0 to 255 (and 2 more)");
}

} // namespace
} // namespace lisp
