#include "engine/reply_limit.h"

#include <gtest/gtest.h>

namespace lisp {
namespace {

using namespace std::chrono_literals;

IpAddress address(std::uint32_t number) {
	return IpAddress::v4(0x0a000000 + number);
}

TEST(ReplyLimit, C084_ABucketFillsAtTheRateAndNotBeyondTheBurst) {
	ReplyLimit limit{{0.5, 3}, 1};
	Instant now{};
	const auto taken = [&] {
		int count = 0;
		while (limit.allow(address(1), now)) ++count;
		return count;
	};
	EXPECT_EQ(taken(), 3);
	now += 1999ms;
	EXPECT_EQ(taken(), 0);
	now += 1ms;
	EXPECT_EQ(taken(), 1);
	now += 24h;
	EXPECT_EQ(taken(), 3);
}

TEST(ReplyLimit, C084_ZeroIsNoLimit) {
	ReplyLimit limit{{0, 1}, 1};
	for (int i = 0; i < 1000; ++i) EXPECT_TRUE(limit.allow(address(1), Instant{}));
}

// The table is far smaller than this crowd: newcomers get their burst all the same, and the one
// that keeps asking is held to its rate as long as it owes more than they do.
TEST(ReplyLimit, ACrowdOfAddressesNeitherLocksOutNorSetsFree) {
	ReplyLimit limit{{1, 4}, 7};
	Instant now{};
	int allowed = 0;
	for (std::uint32_t i = 1; i <= 200000; ++i) {
		EXPECT_TRUE(limit.allow(address(i), now));
		if (limit.allow(address(0), now)) ++allowed;
		now += 10us;
	}
	EXPECT_LE(allowed, 4 + 2);
}

} // namespace
} // namespace lisp
