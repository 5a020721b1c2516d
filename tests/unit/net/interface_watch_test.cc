#include "net/interface_watch.h"
#include "net/udp_socket.h"
#include "scratch_directory.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

namespace lisp {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char *inside = "LISP_TEST_IN_NAMESPACE";

bool run(const std::string &command) {
	return std::system(command.c_str()) == 0;
}

// Addresses come and go in a network namespace of the test's own: there the program runs the same
// test again.
class Interfaces : public testing::Test {
protected:
	void SetUp() override {
		if (getenv(inside) != nullptr) {
			ASSERT_TRUE(run("ip link set lo up"));
			return;
		}
		std::string maker;
		for (const auto *one : {"unshare -n", "unshare -rn"})
			if (maker.empty() && run(one + std::string(" ip link >/dev/null 2>&1"))) maker = one;
		std::error_code error;
		const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
		if (maker.empty() || error) GTEST_SKIP() << "no network namespace to be had";
		const auto &test = *testing::UnitTest::GetInstance()->current_test_info();
		const auto name = std::string{test.test_suite_name()} + '.' + test.name();
		EXPECT_TRUE(run(fmt::format("{}=1 {} {} --gtest_color=no --gtest_filter={}", inside, maker,
		    program.string(), name)));
	}

	// Until a handler finds it so.
	void run_until(const std::function<bool()> &condition) {
		condition_ = condition;
		Loop::Timer end{loop, [this] {
			                ADD_FAILURE() << "nothing was told";
			                loop.stop();
		                }};
		end.set(Clock::now() + 20s);
		loop.run();
		condition_ = [] { return false; };
	}

	Loop loop;
	int calls = 0;
	InterfaceWatch watch{loop, [this] {
		                     ++calls;
		                     if (condition_()) loop.stop();
	                     }};

private:
	std::function<bool()> condition_ = [] { return false; };
};

TEST_F(Interfaces, TellOfAddressesOfBothFamilies) {
	if (getenv(inside) == nullptr) return;
	ASSERT_FALSE(watch.failure());
	for (const auto *text : {"192.0.2.1", "2001:db8::1"}) {
		const auto address = IpAddress::parse(text).value();
		const auto is_own = [&] { return can_bind(address) == true; };
		ASSERT_FALSE(is_own());
		ASSERT_TRUE(run(std::string{"ip addr add dev lo "} + text));
		run_until(is_own);
		ASSERT_TRUE(
		    run(std::string{"ip addr del dev lo "} + text + (address.is_v6() ? "/128" : "/32")));
		run_until([&] { return !is_own(); });
	}
}

TEST_F(Interfaces, TellOfLinksThatAreGone) {
	if (getenv(inside) == nullptr) return;
	const auto address = IpAddress::parse("192.0.2.1").value();
	if (!run("ip link add lisp0 type veth peer name lisp1")) GTEST_SKIP() << "no links to be had";
	ASSERT_TRUE(run("ip addr add dev lisp0 192.0.2.1/24"));
	run_until([&] { return can_bind(address) == true; });
	ASSERT_TRUE(run("ip link del lisp0"));
	run_until([&] { return can_bind(address) == false; });
}

// RFC 4862 section 5.4: an IPv6 address is tentative until no other host has claimed it.
TEST_F(Interfaces, TellWhenAnAddressIsTentativeNoMore) {
	if (getenv(inside) == nullptr) return;
	const auto address = IpAddress::parse("2001:db8::1").value();
	if (!run("ip link add lisp0 type veth peer name lisp1")) GTEST_SKIP() << "no links to be had";
	ASSERT_TRUE(run("ip link set lisp0 up && ip link set lisp1 up"));
	ASSERT_TRUE(run("ip addr add dev lisp0 2001:db8::1/64"));
	EXPECT_EQ(can_bind(address), false);
	run_until([&] { return can_bind(address) == true; });
	EXPECT_GT(calls, 1);
}

TEST_F(Interfaces, AreToldWhenTheyHaveBeenQuietOrForLongEnoughNotQuiet) {
	if (getenv(inside) == nullptr) return;
	Instant first{};
	Instant last{};
	int steps = 0;
	Loop::Timer rush{loop, [&] {
		                 last = Clock::now();
		                 if (first == Instant{}) first = last;
		                 run("ip addr add dev lo 192.0.2." + std::to_string(++steps) + "/32");
		                 if (steps < 100) rush.set(Clock::now() + 1ms);
	                 }};
	rush.set(Clock::now());
	run_until([&] {
		const auto now = Clock::now();
		const bool quiet = now - last >= InterfaceWatch::quiet_time;
		EXPECT_TRUE(quiet || now - first >= InterfaceWatch::patience);
		first = {};
		return steps == 100;
	});
	EXPECT_LT(calls, 50);
}

TEST_F(Interfaces, TellAlsoWhenThereWereTooManyChangesToBeKept) {
	if (getenv(inside) == nullptr) return;
	const ScratchDirectory scratch;
	{
		std::ofstream batch{scratch.file("batch")};
		for (int i = 0; i < 4000; ++i)
			batch << "addr add dev lo 10.0." << i / 250 << '.' << i % 250 << "/32\n";
	}
	ASSERT_TRUE(run("ip -batch " + scratch.file("batch")));
	const auto last = IpAddress::parse("10.0.15.249").value();
	run_until([&] { return can_bind(last) == true; });
	ASSERT_TRUE(run("ip addr del dev lo 10.0.15.249/32"));
	run_until([&] { return can_bind(last) == false; });
}

// Sockets change nothing, and what was told is told but once more.
TEST_F(Interfaces, AreQuietOtherwise) {
	if (getenv(inside) == nullptr) return;
	ASSERT_TRUE(run("ip addr add dev lo 192.0.2.1/32"));
	run_until([&] { return calls == 2; });
	Loop::Timer end{loop, [this] { loop.stop(); }};
	end.set(Clock::now() + 50ms);
	EXPECT_EQ(can_bind(IpAddress::parse("192.0.2.1").value()), true);
	loop.run();
	EXPECT_EQ(calls, 2);
}

TEST(CanBind, AllOfTheLoopbackPrefixAndNothingThatIsNoAddressOfThisHost) {
	EXPECT_EQ(can_bind(IpAddress::parse("127.0.0.1").value()), true);
	EXPECT_EQ(can_bind(IpAddress::parse("127.254.253.252").value()), true);
	// TEST-NET-1 and the documentation prefix: no host has these. RFC 5737, RFC 3849.
	EXPECT_EQ(can_bind(IpAddress::parse("192.0.2.1").value()), false);
	EXPECT_EQ(can_bind(IpAddress::parse("2001:db8::1").value()), false);
	EXPECT_EQ(can_bind(IpAddress::parse("fe80::1").value()), false); // of which link?
}

} // namespace
} // namespace lisp
