#include "common/cli.h"

#include <gtest/gtest.h>

#include <sys/wait.h>

#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace lisp {
namespace {

struct Parsed {
	std::optional<int> status;
	std::string out;
	std::string error;
	bool json = false;
	unsigned verbosity = 0;
	std::string file = "lisp.conf";
	std::vector<std::string> listen;
	std::uint64_t count = 3;
	double timeout = 10;
	std::vector<std::string> eids;

	explicit Parsed(std::vector<std::string> words, bool eid_required = false) {
		Cli cli{"lisp-test", "tests command lines"};
		cli.flag("-j,--json", json, "print JSON");
		cli.count("-v,--verbose", verbosity, "say more");
		cli.option("-f", file, "configuration file", "FILE");
		cli.option("-l,--listen", listen, "listen at ADDR", "ADDR");
		cli.option("--count", count, "this many", 100);
		cli.option("--timeout", timeout, "give up after S seconds");
		cli.option("eid", eids, "what to ask for", "EID");
		if (eid_required) cli.required("eid");
		cli.footer("Exit status: none.");
		words.insert(words.begin(), "/usr/bin/whatever");
		std::vector<char *> argv;
		for (auto &word : words) argv.push_back(word.data());
		argv.push_back(nullptr);
		testing::internal::CaptureStdout();
		testing::internal::CaptureStderr();
		status = cli.parse(static_cast<int>(words.size()), argv.data());
		std::fflush(stdout);
		out = testing::internal::GetCapturedStdout();
		error = testing::internal::GetCapturedStderr();
	}
};

using Words = std::vector<std::string>;

TEST(Cli, DefaultsAreWhatTheVariablesHold) {
	const Parsed parsed{{}};
	EXPECT_FALSE(parsed.status);
	EXPECT_EQ(parsed.file, "lisp.conf");
	EXPECT_EQ(parsed.count, 3U);
	EXPECT_EQ(parsed.timeout, 10);
	EXPECT_EQ(parsed.out + parsed.error, "");
}

TEST(Cli, OptionsInEveryForm) {
	const Parsed parsed{{"-vvj", "-f", "x", "--count=7", "--timeout", "0.25", "-v"}};
	EXPECT_FALSE(parsed.status) << parsed.error;
	EXPECT_TRUE(parsed.json);
	EXPECT_EQ(parsed.verbosity, 3U);
	EXPECT_EQ(parsed.file, "x");
	EXPECT_EQ(parsed.count, 7U);
	EXPECT_EQ(parsed.timeout, 0.25);
}

TEST(Cli, RepeatedOptionsTakeOneValueEach) {
	const Parsed parsed{{"-l", "[::1]", "153.16.38.0/24", "--listen=127.0.0.1:0", "[::1]", "-l",
	    "[2001:db8::1]:4342", "-j"}};
	EXPECT_FALSE(parsed.status) << parsed.error;
	EXPECT_EQ(parsed.listen, (Words{"[::1]", "127.0.0.1:0", "[2001:db8::1]:4342"}));
	EXPECT_EQ(parsed.eids, (Words{"153.16.38.0/24", "[::1]"}));
	EXPECT_TRUE(parsed.json);
}

TEST(Cli, OptionsMayFollowPositionalsAndTheLastOfTwoValuesWins) {
	const Parsed parsed{{"a", "-f", "one", "b", "-f", "two", "--json"}};
	EXPECT_FALSE(parsed.status) << parsed.error;
	EXPECT_EQ(parsed.eids, (Words{"a", "b"}));
	EXPECT_EQ(parsed.file, "two");
	EXPECT_TRUE(parsed.json);
}

TEST(Cli, ALoneDashIsAWordAndDashesAfterTwoAreNoOptions) {
	const Parsed parsed{{"-f", "-", "-", "--", "--json", "-x"}};
	EXPECT_FALSE(parsed.status) << parsed.error;
	EXPECT_EQ(parsed.file, "-");
	EXPECT_EQ(parsed.eids, (Words{"-", "--json", "-x"}));
	EXPECT_FALSE(parsed.json);
}

TEST(Cli, EmptyAndOddValuesAreValues) {
	const Parsed parsed{{"-f", "", "-l", "{}", "-l", "a,b", "-l", "\"q\"", "", "a=b"}};
	EXPECT_FALSE(parsed.status) << parsed.error;
	EXPECT_EQ(parsed.file, "");
	EXPECT_EQ(parsed.listen, (Words{"{}", "a,b", "\"q\""}));
	EXPECT_EQ(parsed.eids, (Words{"", "a=b"}));
}

TEST(Cli, VersionAndHelpGoToStandardOutput) {
	const Parsed version{{"--version"}};
	EXPECT_EQ(version.status, 0);
	EXPECT_EQ(version.out, "lisp-test " LISP_VERSION "\n");
	EXPECT_EQ(version.error, "");
	const Parsed help{{"--help"}, true};
	EXPECT_EQ(help.status, 0);
	for (const auto *word : {"tests command lines", "lisp-test", "--listen", "ADDR", "--timeout",
	         "configuration file", "Exit status: none."})
		EXPECT_NE(help.out.find(word), std::string::npos) << word << '\n' << help.out;
}

class WrongUsage : public testing::TestWithParam<std::pair<Words, std::string>> {};

TEST_P(WrongUsage, IsOneClearLineAndStatus2) {
	const auto &[words, message] = GetParam();
	const Parsed parsed{words, true};
	EXPECT_EQ(parsed.status, 2);
	EXPECT_EQ(parsed.out, "");
	EXPECT_EQ(parsed.error, "lisp-test: " + message + "\ntry 'lisp-test --help'\n");
}

INSTANTIATE_TEST_SUITE_P(Cli, WrongUsage,
    testing::Values(std::pair{Words{}, "eid is required"},
        std::pair{Words{"--bogus"}, "unknown option '--bogus'"},
        std::pair{Words{"x", "-q"}, "unknown option '-q'"},
        std::pair{Words{"x", "--jsonx"}, "unknown option '--jsonx'"},
        std::pair{Words{"x", "--count", "101"}, "--count: '101' is not a number from 0 to 100"},
        std::pair{Words{"x", "--count", "-1"}, "--count: '-1' is not a number from 0 to 100"},
        std::pair{Words{"x", "--count", "4x"}, "--count: '4x' is not a number from 0 to 100"},
        std::pair{Words{"x", "--timeout", "nan"}, "--timeout: 'nan' is not a number of at least 0"},
        std::pair{Words{"x", "--timeout", "1s"}, "--timeout: '1s' is not a number of at least 0"},
        std::pair{Words{"x", "-f"}, "-f needs a value"},
        std::pair{Words{"x", "--json=maybe"}, "--json takes no value"}));

TEST(Guarded, StandardDescriptorsAreNobodyElses) {
	const auto child = fork();
	ASSERT_GE(child, 0);
	if (child == 0) {
		for (int standard = 0; standard <= STDERR_FILENO; ++standard) close(standard);
		_exit(guarded("lisp-test", [] { return dup(STDERR_FILENO); }));
	}
	int status = 0;
	ASSERT_EQ(waitpid(child, &status, 0), child);
	ASSERT_TRUE(WIFEXITED(status));
	EXPECT_GT(WEXITSTATUS(status), STDERR_FILENO);
	EXPECT_LT(WEXITSTATUS(status), 255); // -1: standard error was not open
}

TEST(Guarded, TellsFailuresFromWrongUsage) {
	testing::internal::CaptureStderr();
	EXPECT_EQ(guarded("lisp-test", [] { return 7; }), 7);
	EXPECT_EQ(guarded("lisp-test", []() -> int { throw UsageError{"no"}; }), 2);
	EXPECT_EQ(guarded("lisp-test", []() -> int { throw std::runtime_error("broken"); }), 1);
	EXPECT_EQ(testing::internal::GetCapturedStderr(),
	    "lisp-test: no\ntry 'lisp-test --help'\nlisp-test: broken\n");
}

} // namespace
} // namespace lisp
