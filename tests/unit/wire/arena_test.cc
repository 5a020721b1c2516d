#include "wire/arena.h"

#include <gtest/gtest.h>

namespace lisp {
namespace {

TEST(Arena, HandsOutDistinctInitialisedObjects) {
	Arena arena;
	const auto a = arena.array<std::uint64_t>(1000);
	const auto b = arena.array<std::uint64_t>(1000);
	std::fill(a.begin(), a.end(), 1);
	std::fill(b.begin(), b.end(), 2);
	EXPECT_EQ(a[999], 1U);
	EXPECT_EQ(*arena.make<int>(7), 7);
}

TEST(Arena, GrowsNoMoreOnceItHeldTheLargest) {
	Arena arena;
	const auto fill = [&] {
		arena.reset();
		for (int i = 0; i < 100; ++i) arena.array<char>(1000);
	};
	for (int i = 0; i < 3; ++i) fill(); // until one chunk holds it all
	const auto grown = arena.capacity();
	for (int i = 0; i < 1000; ++i) fill();
	EXPECT_EQ(arena.capacity(), grown);
	EXPECT_LE(grown, 512U * 1024);
}

TEST(List, ComparesByElement) {
	const int a[] = {1, 2, 3};
	const std::vector<int> b{1, 2, 3};
	const std::vector<int> c{1, 2};
	EXPECT_EQ(List<int>(a), List<int>(b));
	EXPECT_NE(List<int>(a), List<int>(c));
	EXPECT_EQ(List<int>(), List<int>());
}

} // namespace
} // namespace lisp
