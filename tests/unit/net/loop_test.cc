#include "net/loop.h"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace lisp {
namespace {

using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

struct SocketPair {
	std::array<int, 2> ends{};
	SocketPair() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends.data()), 0); }
	~SocketPair() {
		for (const int end : ends) close(end);
	}
	void write_one() const { EXPECT_EQ(write(ends[1], "x", 1), 1); }
	void read_one() const {
		char octet = 0;
		EXPECT_EQ(read(ends[0], &octet, 1), 1);
	}
};

TEST(Loop, TimersRunInTheOrderOfTheirTimesAndNeverEarly) {
	Loop loop;
	std::vector<int> order;
	const auto start = Steady::now();
	Loop::Timer late{loop, [&] {
		                 order.push_back(3);
		                 EXPECT_GE(Steady::now(), start + 200ms);
		                 loop.stop();
	                 }};
	Loop::Timer early{loop, [&] {
		                  order.push_back(2);
		                  EXPECT_GE(Steady::now(), start + 100ms);
	                  }};
	Loop::Timer past{loop, [&] { order.push_back(1); }};
	late.set(start + 200ms);
	early.set(start + 100ms);
	past.set(start - 1h);
	loop.run();
	EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TEST(Loop, SettingATimerAgainReplacesItsTimeAndCancelForgetsIt) {
	Loop loop;
	int runs = 0;
	Loop::Timer moved{loop, [&] { ++runs; }};
	Loop::Timer cancelled{loop, [&] { runs += 100; }};
	Loop::Timer end{loop, [&] { loop.stop(); }};
	const auto now = Steady::now();
	moved.set(now);
	moved.set(now + 1ms);
	cancelled.set(now);
	cancelled.cancel();
	end.set(now + 4ms);
	loop.run();
	EXPECT_EQ(runs, 1);
}

TEST(Loop, TimerSetFromItsOwnHandlerIsPeriodicAndDoesNotStarveDescriptors) {
	Loop loop;
	const SocketPair pair;
	std::optional<Loop::Timer> timer;
	timer.emplace(loop, [&] { timer->set(Steady::now() - 1s); });
	timer->set(Steady::now());
	const auto watch = loop.on_readable(pair.ends[0], [&] { loop.stop(); });
	pair.write_one();
	loop.run();
}

TEST(Loop, HandlerMayDestroyItsOwnWatch) {
	Loop loop;
	const SocketPair pair;
	pair.write_one();
	pair.write_one();
	auto captured = std::make_shared<int>(0);
	std::optional<Loop::Watch> watch;
	watch = loop.on_readable(pair.ends[0], [&, captured] {
		watch.reset();
		++*captured; // what the handler holds must live until it returns
		EXPECT_EQ(*captured, 1);
	});
	Loop::Timer end{loop, [&] { loop.stop(); }};
	end.set(Steady::now() + 3ms);
	loop.run();
	EXPECT_EQ(*captured, 1);
	EXPECT_EQ(captured.use_count(), 1);
}

TEST(Loop, HandlerMayReplaceItsOwnWatchAndDestroyItsTimer) {
	Loop loop;
	const SocketPair pair;
	std::vector<std::string> seen;
	Loop::Watch watch;
	std::optional<Loop::Timer> timer;
	timer.emplace(loop, [&] {
		timer.reset();
		seen.emplace_back("timer");
		pair.write_one();
	});
	watch = loop.on_readable(pair.ends[0], [&] {
		pair.read_one();
		seen.emplace_back("first");
		watch = loop.on_readable(pair.ends[0], [&] {
			seen.emplace_back("second");
			loop.stop();
		});
		pair.write_one();
	});
	timer->set(Steady::now());
	loop.run();
	EXPECT_EQ(seen, (std::vector<std::string>{"timer", "first", "second"}));
}

TEST(Loop, HandlerMayDestroyAnotherThatIsDueInTheSameTurn) {
	Loop loop;
	const SocketPair one;
	const SocketPair two;
	one.write_one();
	two.write_one();
	std::array<std::optional<Loop::Watch>, 2> watches;
	int runs = 0;
	watches[0] = loop.on_readable(one.ends[0], [&] {
		++runs;
		watches[1].reset();
		loop.stop();
	});
	watches[1] = loop.on_readable(two.ends[0], [&] {
		++runs;
		watches[0].reset();
		loop.stop();
	});
	loop.run();
	EXPECT_EQ(runs, 1);
}

TEST(Loop, TellsWhenADescriptorTakesOctets) {
	Loop loop;
	const SocketPair pair;
	bool writable = false;
	const auto watch = loop.on_writable(pair.ends[0], [&] {
		writable = true;
		loop.stop();
	});
	loop.run();
	EXPECT_TRUE(writable);
}

TEST(Loop, SignalsRunTheirHandlers) {
	Loop loop;
	std::vector<int> seen;
	const auto usr1 = loop.on_signal(SIGUSR1, [&] {
		seen.push_back(SIGUSR1);
		std::raise(SIGUSR2);
	});
	const auto usr2 = loop.on_signal(SIGUSR2, [&] {
		seen.push_back(SIGUSR2);
		loop.stop();
	});
	std::raise(SIGUSR1);
	loop.run();
	EXPECT_EQ(seen, (std::vector{SIGUSR1, SIGUSR2}));
}

TEST(Loop, WhatAHandlerThrowsComesOutOfRunAndTheLoopGoesOn) {
	Loop loop;
	Loop::Timer bad{loop, [] { throw std::runtime_error("disk on fire"); }};
	bad.set(Steady::now());
	EXPECT_THROW(loop.run(), std::runtime_error);
	Loop::Timer end{loop, [&] { loop.stop(); }};
	end.set(Steady::now());
	loop.run();
}

TEST(Loop, ForkedChildHasTimersDescriptorsAndSignalsOfItsOwn) {
	Loop loop;
	const SocketPair pair;
	int steps = 0;
	const auto watch = loop.on_readable(pair.ends[0], [&] {
		pair.read_one();
		++steps;
		std::raise(SIGUSR1);
	});
	const auto signal = loop.on_signal(SIGUSR1, [&] {
		++steps;
		loop.stop();
	});
	Loop::Timer timer{loop, [&] { pair.write_one(); }};
	timer.set(Steady::now());
	const auto child = fork();
	ASSERT_GE(child, 0);
	if (child == 0) {
		loop.forked();
		loop.run();
		_exit(steps == 2 ? 0 : 1);
	}
	int status = -1;
	ASSERT_EQ(waitpid(child, &status, 0), child);
	EXPECT_EQ(status, 0);
}

TEST(Loop, TellsThatItCannotWaitForEvents) {
	// The loop's own descriptor is the first that it opens.
	const int first = dup(STDERR_FILENO);
	ASSERT_GE(first, 0);
	close(first);
	Loop loop;
	close(first);
	EXPECT_THROW(loop.run(), std::system_error);
}

} // namespace
} // namespace lisp
