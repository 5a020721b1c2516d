// Daemons as other processes see them: each runs in a child.
#include "common/daemon.h"
#include "scratch_directory.h"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <pwd.h>
#include <sstream>
#include <unistd.h>
#include <utility>

namespace lisp {
namespace {

DaemonOptions options_in(const ScratchDirectory &scratch) {
	DaemonOptions options;
	options.run_directory = scratch.file("run");
	options.state_directory = scratch.file("state");
	return options;
}

std::string contents(const std::string &path) {
	std::ostringstream text;
	text << std::ifstream{path}.rdbuf();
	return text.str();
}

// A child that runs `body`, and all that it says on standard error.
class Child {
public:
	explicit Child(const std::function<int()> &body) {
		int ends[2];
		EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
		pid_ = fork();
		if (pid_ == 0) {
			dup2(ends[1], STDERR_FILENO);
			// Stays open when standard error is closed: the parent sees when the last process ends.
			_exit(guarded("lisp-testd", body));
		}
		close(ends[1]);
		talk_ = ends[0];
	}
	~Child() {
		close(talk_);
		if (pid_ > 0 && !ended_) {
			kill(pid_, SIGKILL);
			wait();
		}
	}
	Child(const Child &) = delete;
	Child &operator=(const Child &) = delete;

	// Up to and including a line that begins with `word`, or to the end.
	std::string read_until(const std::string &word) {
		std::string all;
		std::string line;
		char octet = 0;
		while (::read(talk_, &octet, 1) == 1) {
			all += octet;
			line += octet;
			if (octet != '\n') continue;
			if (line.starts_with(word)) return all;
			line.clear();
		}
		return all;
	}
	std::string read_all() { return read_until("no line begins like this"); }
	void signal(int number) const { kill(pid_, number); }
	int wait() {
		int status = 0;
		ended_ = true;
		EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
		return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	pid_t pid() const { return pid_; }

private:
	pid_t pid_ = -1;
	int talk_ = -1;
	bool ended_ = false;
};

struct Extra {
	std::uint64_t answered = 17;
	std::string note = "quiet";
};

} // namespace

template <>
inline constexpr auto fields<Extra> =
    std::tuple{Field{"answered", &Extra::answered}, Field{"note", &Extra::note}};

namespace {

int serve(const DaemonOptions &options) {
	Daemon daemon{"lisp-testd", options};
	daemon.on_query("status", [](QueryReply &reply) { reply.print(Extra{}); });
	daemon.on_query("counters", [](QueryReply &reply) { reply.print(Extra{}); });
	daemon.on_query("eids", [](QueryReply &reply) {
		for (int n = 0; n < 2; ++n) reply.print(Extra{});
		reply.line("two of them");
	});
	int reloads = 0;
	daemon.on_reload([&]() -> std::optional<std::string> {
		if (++reloads == 1) return std::nullopt;
		return "lisp.conf:1:1: wrong";
	});
	daemon.on_message("datagram", [&](const std::vector<std::string_view> &words, Bytes octets) {
		daemon.log().info("handed on from {}: {}", words.at(1), to_hex(octets));
	});
	daemon.on_metrics([](Text &out) { out += "lisp_answered_total 17\n"; });
	return daemon.run(
	    {Endpoint{*IpAddress::parse("127.0.0.1"), 4342}, Endpoint{*IpAddress::parse("::1"), 4342}});
}

std::string ask(const ScratchDirectory &scratch, const std::string &question) {
	std::string answer;
	const auto refused = ask_local(scratch.file("run/lisp-testd.sock"), question,
	    [&](std::string_view reply) { answer += reply; });
	return refused ? "refused: " + *refused : answer;
}

TEST(Daemon, SaysWhereItListensAnswersAndEndsCleanly) {
	const ScratchDirectory scratch;
	Child child{[&] { return serve(options_in(scratch)); }};
	const auto said = child.read_until("ready");
	EXPECT_NE(("\n" + said).find("\nready 127.0.0.1:4342 [::1]:4342\n"), std::string::npos) << said;
	const auto head = "{\"daemon\":\"lisp-testd\",\"pid\":" + std::to_string(child.pid()) +
	                  ",\"version\":\"" LISP_VERSION
	                  "\",\"listen\":[\"127.0.0.1:4342\",\"[::1]:4342\"]";
	const auto status = ask(scratch, "query status json\n");
	EXPECT_EQ(status.find(head + ",\"uptime\":"), 0U) << status;
	EXPECT_NE(status.find(",\"answered\":17,\"note\":\"quiet\"}\n"), std::string::npos) << status;
	EXPECT_EQ(
	    ask(scratch, "query counters json\n"), head + ",\"answered\":17,\"note\":\"quiet\"}\n");
	EXPECT_EQ(ask(scratch, "query eids json\n"),
	    "{\"answered\":17,\"note\":\"quiet\"}\n{\"answered\":17,\"note\":\"quiet\"}\n");
	const auto text = ask(scratch, "query eids\n");
	EXPECT_TRUE(text.ends_with("two of them\n")) << text;
	EXPECT_EQ(ask(scratch, "query bogus\n"),
	    "refused: unknown query 'bogus' (known: status reload counters eids)");
	child.signal(SIGTERM);
	EXPECT_EQ(child.wait(), 0);
	EXPECT_FALSE(std::filesystem::exists(scratch.file("run/lisp-testd.sock")));
}

TEST(Daemon, ReloadsOnRequestAndOnHangup) {
	const ScratchDirectory scratch;
	Child child{[&] { return serve(options_in(scratch)); }};
	child.read_until("ready");
	const auto first = ask(scratch, "query reload json\n");
	EXPECT_NE(first.find("\"reloaded\":true}"), std::string::npos) << first;
	EXPECT_EQ(ask(scratch, "query reload\n"), "refused: not reloaded: lisp.conf:1:1: wrong");
	child.signal(SIGHUP);
	child.signal(SIGINT);
	EXPECT_EQ(child.wait(), 0);
	const auto said = child.read_all();
	EXPECT_EQ(said, "lisp-testd: reloaded\n"
	                "lisp-testd: error: not reloaded: lisp.conf:1:1: wrong\n"
	                "lisp-testd: error: not reloaded: lisp.conf:1:1: wrong\n");
}

TEST(Daemon, TakesWhatOthersHandOn) {
	const ScratchDirectory scratch;
	Child child{[&] { return serve(options_in(scratch)); }};
	child.read_until("ready");
	LocalSender sender{scratch.file("run/lisp-testd.sock")};
	EXPECT_TRUE(sender.send("unheard of", as_bytes("x")));
	EXPECT_TRUE(sender.send("datagram 192.0.2.1:4342 192.0.2.9", as_bytes("ab")));
	EXPECT_EQ(child.read_until("lisp-testd: handed"),
	    "lisp-testd: handed on from 192.0.2.1:4342: 6162\n");
}

TEST(Daemon, KeepsAMetricsFile) {
	const ScratchDirectory scratch;
	auto options = options_in(scratch);
	options.metrics = scratch.file("lisp.prom");
	std::ofstream{scratch.file("precious")} << "kept";
	std::filesystem::create_hard_link(scratch.file("precious"), options.metrics + ".new");
	Child child{[&] { return serve(options); }};
	child.read_until("ready");
	EXPECT_EQ(contents(options.metrics), "lisp_answered_total 17\n");
	EXPECT_EQ(contents(scratch.file("precious")), "kept");
	std::filesystem::remove(options.metrics);
	child.signal(SIGTERM);
	EXPECT_EQ(child.wait(), 0);
	EXPECT_EQ(contents(options.metrics), "lisp_answered_total 17\n");
}

TEST(Daemon, RefusesThePidFileOfARunningOne) {
	const ScratchDirectory scratch;
	auto options = options_in(scratch);
	options.pidfile = scratch.file("testd.pid");
	std::ofstream{options.pidfile} << "999999 left over\n";
	Child child{[&] { return serve(options); }};
	child.read_until("ready");
	EXPECT_EQ(contents(options.pidfile), std::to_string(child.pid()) + "\n");

	auto other = options;
	other.run_directory = scratch.file("other");
	Child second{[&] { return serve(other); }};
	EXPECT_EQ(second.wait(), 1);
	const auto said = second.read_all();
	EXPECT_NE(
	    said.find("already running as process " + std::to_string(child.pid())), std::string::npos)
	    << said;

	child.signal(SIGTERM);
	EXPECT_EQ(child.wait(), 0);
	EXPECT_FALSE(std::filesystem::exists(options.pidfile));
}

TEST(Daemon, DetachesWhenReady) {
	const ScratchDirectory scratch;
	auto options = options_in(scratch);
	options.detach = true;
	options.pidfile = scratch.file("testd.pid");
	Child child{[&] { return serve(options); }};
	EXPECT_EQ(child.wait(), 0);
	EXPECT_NE(child.read_until("ready").find("ready 127.0.0.1:4342"), std::string::npos);
	const auto pid = std::stoi(contents(options.pidfile));
	EXPECT_NE(pid, child.pid());
	const auto status = ask(scratch, "query status json\n");
	EXPECT_NE(status.find("\"pid\":" + std::to_string(pid)), std::string::npos) << status;
	EXPECT_EQ(kill(pid, SIGTERM), 0);
	EXPECT_EQ(child.read_all(), ""); // to its end; standard error was closed before
	EXPECT_FALSE(std::filesystem::exists(options.pidfile));
}

TEST(Daemon, RunDirectoryThatCannotBeMadeIsOneWarning) {
	const ScratchDirectory scratch;
	auto options = options_in(scratch);
	std::ofstream{scratch.file("file")} << "in the way";
	options.run_directory = scratch.file("file/run");
	Child child{[&] { return serve(options); }};
	const auto said = child.read_until("ready");
	EXPECT_NE(said.find("warning: no local socket: "), std::string::npos) << said;
	child.signal(SIGTERM);
	EXPECT_EQ(child.wait(), 0);
}

TEST(Daemon, SecondOneLeavesTheSocketToTheFirst) {
	const ScratchDirectory scratch;
	Child first{[&] { return serve(options_in(scratch)); }};
	first.read_until("ready");
	Child second{[&] { return serve(options_in(scratch)); }};
	EXPECT_NE(second.read_until("ready").find("Address already in use"), std::string::npos);
	second.signal(SIGTERM);
	EXPECT_EQ(second.wait(), 0);
	EXPECT_NE(
	    ask(scratch, "query status json\n").find(std::to_string(first.pid())), std::string::npos);
}

TEST(Daemon, MakesItsStateDirectory) {
	const ScratchDirectory scratch;
	const auto options = options_in(scratch);
	Daemon daemon{"lisp-testd", options};
	EXPECT_EQ(daemon.state_directory(), options.state_directory);
	struct stat status {};
	ASSERT_EQ(stat(options.state_directory.c_str(), &status), 0);
	EXPECT_EQ(status.st_mode & 0777, 0750U);
	EXPECT_EQ(daemon.local_socket("lisp-mapsync"), scratch.file("run/lisp-mapsync.sock"));
	std::ofstream{scratch.file("file")} << "in the way";
	auto bad = options;
	bad.state_directory = scratch.file("file/state");
	EXPECT_THROW((Daemon{"lisp-testd", bad}.state_directory()), std::system_error);
	std::filesystem::create_symlink(scratch.file("nowhere"), scratch.file("dangling"));
	for (const auto *name : {"dangling", "dangling/state"}) {
		bad.state_directory = scratch.file(name);
		EXPECT_THROW((Daemon{"lisp-testd", bad}.state_directory()), std::system_error) << name;
	}
}

TEST(Daemon, WhatRootMadeBelongsToTheUserThatItBecomes) {
	const auto *nobody = getpwnam("nobody");
	if (geteuid() != 0 || nobody == nullptr) GTEST_SKIP() << "not root";
	const ScratchDirectory scratch;
	ASSERT_EQ(chmod(scratch.path().c_str(), 0755), 0);
	auto options = options_in(scratch);
	options.user = "nobody";
	Child child{[&] {
		Daemon daemon{"lisp-testd", options};
		const auto state = daemon.state_directory();
		std::ofstream{state + "/stranger"} << "not the daemon's";
		return daemon.run({});
	}};
	child.read_until("ready");
	const auto owner = [&](const std::string &name) {
		struct stat status {};
		EXPECT_EQ(lstat(scratch.file(name).c_str(), &status), 0) << name;
		return status.st_uid;
	};
	for (const auto *name : {"run", "run/lisp-testd.sock", "state"})
		EXPECT_EQ(owner(name), nobody->pw_uid) << name;
	EXPECT_EQ(owner("state/stranger"), 0U);
	child.signal(SIGTERM);
	EXPECT_EQ(child.wait(), 0);
	EXPECT_FALSE(std::filesystem::exists(scratch.file("run/lisp-testd.sock")));
}

TEST(Daemon, RefusesAnUnknownLogFormat) {
	DaemonOptions options;
	options.log_format = "xml";
	EXPECT_THROW((Daemon{"lisp-testd", options}), UsageError);
}

TEST(Daemon, GoesOnWithoutAWatchAfterOneWarning) {
	const ScratchDirectory scratch;
	auto options = options_in(scratch);
	options.config = scratch.file("lisp.conf");
	// The sanitizer needs descriptors itself when it first meets a kind of error.
	EXPECT_NE(std::error_code(EINVAL, std::system_category()), std::errc::too_many_files_open);
	EXPECT_NE(std::error_code(EINVAL, std::generic_category()), std::errc::too_many_files_open);
	Child child{[&] {
		Daemon daemon{"lisp-testd", options};
		daemon.on_reload([] { return std::nullopt; });
		daemon.on_edit([] {});
		rlimit limit{};
		getrlimit(RLIMIT_NOFILE, &limit);
		const auto before = std::exchange(limit.rlim_cur, 0);
		setrlimit(RLIMIT_NOFILE, &limit);
		daemon.watch_configuration();
		limit.rlim_cur = before;
		setrlimit(RLIMIT_NOFILE, &limit);
		return daemon.run({});
	}};
	const auto said = child.read_until("ready");
	const auto warning = "warning: " + options.config + ": cannot be watched";
	EXPECT_NE(said.find(warning), std::string::npos) << said;
	EXPECT_EQ(said.find(warning), said.rfind(warning)) << said;
	child.signal(SIGHUP);
	EXPECT_EQ(child.read_until("lisp-testd: reloaded"), "lisp-testd: reloaded\n");
	child.signal(SIGTERM);
	EXPECT_EQ(child.wait(), 0);
	EXPECT_EQ(child.read_all(), "");
}

TEST(Daemon, TellsItsSupervisor) {
	const ScratchDirectory scratch;
	const auto path = scratch.file("notify");
	const int supervisor = socket(AF_UNIX, SOCK_DGRAM, 0);
	sockaddr_un address{};
	address.sun_family = AF_UNIX;
	path.copy(address.sun_path, sizeof address.sun_path - 1);
	ASSERT_EQ(bind(supervisor, reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
	Child child{[&] {
		setenv("NOTIFY_SOCKET", path.c_str(), 1);
		return serve(options_in(scratch));
	}};
	char room[100] = {};
	ASSERT_GT(recv(supervisor, room, sizeof room, 0), 0);
	EXPECT_STREQ(room, "READY=1");
	close(supervisor);
}

} // namespace
} // namespace lisp
