#include "common/edit_watch.h"
#include "scratch_directory.h"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

namespace lisp {
namespace {

using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

class Edits : public testing::Test {
protected:
	Edits() {
		write("one\n");
		watch.begin();
	}
	void write(const std::string &text) const { std::ofstream{path} << text; }

	ScratchDirectory scratch;
	std::string path = scratch.file("lisp.conf");
	Loop loop;
	std::vector<Instant> told;
	EditWatch watch{loop, path,
	    [this] {
		    told.push_back(Steady::now());
		    loop.stop();
	    },
	    [](const std::string &, std::error_code) { ADD_FAILURE(); }};
};

TEST_F(Edits, AreToldOnceWhenTheFileHasBeenQuiet) {
	Instant last{};
	int steps = 0;
	Loop::Timer writer{loop, [&] {
		                   write("step\n");
		                   last = Steady::now();
		                   if (++steps < 20) writer.set(last + 2ms);
	                   }};
	writer.set(Steady::now());
	loop.run();
	// A machine that does much else meanwhile may make a pause of a step, but none shorter.
	ASSERT_EQ(told.size(), 1U);
	EXPECT_GE(told[0] - last, EditWatch::quiet_time);
}

TEST_F(Edits, InTheTurnInWhichTheTimeIsUpAreNotMissed) {
	const auto begin = Steady::now();
	Instant last{};
	Loop::Timer busy{loop, [&] {
		                 while (Steady::now() < begin + 2 * EditWatch::quiet_time) {
		                 }
	                 }};
	Loop::Timer writer{loop, [&] {
		                   write("two\n");
		                   last = Steady::now();
	                   }};
	watch.tell_soon();
	busy.set(begin);
	writer.set(begin + 1ms);
	loop.run();
	ASSERT_EQ(told.size(), 1U);
	EXPECT_GE(told[0] - last, EditWatch::quiet_time);
}

TEST_F(Edits, ThatWereTakenAreNotTold) {
	EXPECT_FALSE(watch.take());
	write("two\n");
	EXPECT_TRUE(watch.take());
	EXPECT_FALSE(watch.take());
	watch.tell_soon();
	EXPECT_TRUE(watch.take());
	Loop::Timer end{loop, [&] { loop.stop(); }};
	end.set(Steady::now() + EditWatch::quiet_time + 5ms);
	loop.run();
	EXPECT_TRUE(told.empty());
}

TEST_F(Edits, OfOtherFilesCountAsThoseOfTheFile) {
	const auto key = scratch.file("key");
	watch.also({key});
	std::ofstream{key} << "secret\n";
	loop.run();
	EXPECT_EQ(told.size(), 1U);
	watch.end();
	watch.begin();
	std::ofstream{key} << "another\n";
	loop.run();
	EXPECT_EQ(told.size(), 2U);
	watch.also({});
	std::ofstream{key} << "nobody's\n";
	EXPECT_FALSE(watch.take());
}

TEST_F(Edits, BeforeOtherFilesAreNamedAreNotLost) {
	write("two\n");
	watch.also({scratch.file("key")});
	loop.run();
	EXPECT_EQ(told.size(), 1U);
}

TEST_F(Edits, AreWatchedForAgainAfterAnEnd) {
	watch.end();
	write("two\n");
	EXPECT_FALSE(watch.take());
	watch.begin();
	write("three\n");
	loop.run();
	EXPECT_EQ(told.size(), 1U);
	EXPECT_TRUE(watch.failures().empty());
}

} // namespace
} // namespace lisp
