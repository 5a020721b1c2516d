#include "net/local_socket.h"
#include "net/loop.h"
#include "scratch_directory.h"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace lisp {
namespace {

using Steady = std::chrono::steady_clock;
using Outcome = LocalServer::Outcome;

int connected(const std::string &path) {
	sockaddr_un address{};
	address.sun_family = AF_UNIX;
	std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
	const int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
	EXPECT_EQ(connect(descriptor, reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
	return descriptor;
}

// A socket file that nobody listens at, as a killed daemon leaves it.
void leave_stale_socket(const std::string &path) {
	sockaddr_un address{};
	address.sun_family = AF_UNIX;
	std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
	const int descriptor = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	ASSERT_EQ(bind(descriptor, reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
	close(descriptor);
}

// Asks on a thread while this one runs the daemon's loop.
struct Asked {
	std::string answer;
	std::size_t messages = 0;
	std::optional<std::string> refused;
	std::optional<std::error_code> error;

	Asked(Loop &loop, const std::string &path, const std::string &question) {
		// Writing to a pipe is how another thread reaches the loop.
		int ends[2];
		EXPECT_EQ(pipe(ends), 0);
		const auto end = loop.on_readable(ends[0], [&loop] { loop.stop(); });
		std::thread client{[&] {
			try {
				refused = ask_local(path, question, [this](std::string_view reply) {
					answer += reply;
					++messages;
				});
			} catch (const std::system_error &failure) {
				error = failure.code();
			}
			EXPECT_EQ(write(ends[1], "x", 1), 1);
		}};
		loop.run();
		client.join();
		close(ends[0]);
		close(ends[1]);
	}
};

TEST(LocalMessage, FirstLineAndOctets) {
	const auto both = split_local_message(as_bytes("datagram 192.0.2.1:1\nab\ncd"));
	EXPECT_EQ(both.line, "datagram 192.0.2.1:1");
	EXPECT_EQ(to_hex(both.octets), to_hex(as_bytes("ab\ncd")));
	EXPECT_EQ(split_local_message(as_bytes("query status")).line, "query status");
	EXPECT_TRUE(split_local_message(as_bytes("query status\n")).octets.empty());
	EXPECT_TRUE(split_local_message({}).line.empty());
}

TEST(LocalServer, AnswersWithAllMessagesAndKnowsWhoAsks) {
	const ScratchDirectory scratch;
	Loop loop;
	const LocalServer server{loop, scratch.file("d.sock"),
	    [](const LocalMessage &message, const PeerCredentials &peer,
	        std::vector<std::string> &replies) {
		    EXPECT_EQ(message.line, "query status");
		    EXPECT_EQ(peer.uid, geteuid());
		    EXPECT_TRUE(peer.may_control());
		    replies = {"one\n", "", "two\n"};
		    return Outcome::done;
	    }};
	const Asked asked{loop, scratch.file("d.sock"), "query status\n"};
	EXPECT_FALSE(asked.error);
	EXPECT_FALSE(asked.refused);
	EXPECT_EQ(asked.answer, "one\ntwo\n");
}

TEST(LocalServer, SaysWhyItRefuses) {
	const ScratchDirectory scratch;
	Loop loop;
	const LocalServer server{loop, scratch.file("d.sock"),
	    [](const LocalMessage &, const PeerCredentials &, std::vector<std::string> &replies) {
		    replies = {"unknown query"};
		    return Outcome::refused;
	    }};
	const Asked asked{loop, scratch.file("d.sock"), "query x\n"};
	EXPECT_EQ(asked.refused, "unknown query");
	EXPECT_EQ(asked.answer, "");
}

TEST(LocalServer, AnEmptyAnswerEndsToo) {
	const ScratchDirectory scratch;
	Loop loop;
	const LocalServer server{loop, scratch.file("d.sock"),
	    [](const LocalMessage &, const PeerCredentials &, std::vector<std::string> &) {
		    return Outcome::done;
	    }};
	const Asked asked{loop, scratch.file("d.sock"), "query x\n"};
	EXPECT_FALSE(asked.error);
	EXPECT_EQ(asked.messages, 0U);
}

TEST(LocalServer, AnswersLater) {
	const ScratchDirectory scratch;
	Loop loop;
	std::optional<LocalServer> server;
	Loop::Timer timer{loop, [&] {
		                  EXPECT_TRUE(server->is_waiting(1));
		                  server->answer(1, Outcome::refused, {"text", "why"});
		                  EXPECT_FALSE(server->is_waiting(1));
		                  server->answer(1, Outcome::done, {"twice"});
	                  }};
	server.emplace(loop, scratch.file("d.sock"),
	    [&](const LocalMessage &message, const PeerCredentials &, std::vector<std::string> &) {
		    if (message.line == "now")
			    server->answer(server->asker(), Outcome::done, {"at once"});
		    else
			    timer.set(Steady::now());
		    return Outcome::later;
	    });
	const Asked later{loop, scratch.file("d.sock"), "later\n"};
	EXPECT_EQ(later.answer, "text");
	EXPECT_EQ(later.refused, "why");
	const Asked now{loop, scratch.file("d.sock"), "now\n"};
	EXPECT_EQ(now.answer, "at once");
	EXPECT_FALSE(now.refused);
}

TEST(LocalServer, WhoDoesNotWaitGetsNoLateAnswer) {
	const ScratchDirectory scratch;
	Loop loop;
	std::vector<LocalServer::Asker> askers;
	std::optional<LocalServer> server;
	server.emplace(loop, scratch.file("d.sock"),
	    [&](const LocalMessage &, const PeerCredentials &, std::vector<std::string> &) {
		    askers.push_back(server->asker());
		    loop.stop();
		    return Outcome::later;
	    });
	const int gone = connected(scratch.file("d.sock"));
	ASSERT_EQ(send(gone, "x", 1, 0), 1);
	loop.run();
	close(gone);
	const int hasty = connected(scratch.file("d.sock"));
	ASSERT_EQ(send(hasty, "x", 1, 0), 1);
	loop.run();
	ASSERT_EQ(send(hasty, "y", 1, 0), 1);
	const auto dropped = loop.on_readable(hasty, [&] { loop.stop(); });
	loop.run();
	char octet = 0;
	EXPECT_LE(recv(hasty, &octet, 1, 0), 0);
	ASSERT_EQ(askers.size(), 2U);
	EXPECT_NE(askers[0], askers[1]);
	for (const auto asker : askers) {
		EXPECT_FALSE(server->is_waiting(asker));
		server->answer(asker, Outcome::done, {"late"});
	}
	close(hasty);
}

TEST(LocalServer, StreamsAnswersOfManyMegaoctets) {
	const ScratchDirectory scratch;
	Loop loop;
	std::string expected;
	for (int n = 0; expected.size() < 8'000'000; ++n)
		expected += std::string(1000, static_cast<char>('a' + n % 26)) + std::to_string(n) + '\n';
	const LocalServer server{loop, scratch.file("d.sock"),
	    [&](const LocalMessage &, const PeerCredentials &, std::vector<std::string> &replies) {
		    // In pieces of every size, one of them far too long for one message.
		    replies.push_back(expected.substr(0, 1));
		    replies.push_back(expected.substr(1, max_local_message));
		    replies.push_back(expected.substr(1 + max_local_message));
		    return Outcome::done;
	    }};
	const Asked asked{loop, scratch.file("d.sock"), "query table\n"};
	EXPECT_FALSE(asked.error);
	EXPECT_TRUE(asked.answer == expected);
}

// 400 messages of the longest kind, each made when there is room for it; counts them.
LocalServer::NextPart many_parts(int &made, std::shared_ptr<int> kept = nullptr) {
	return [&made, kept = std::move(kept)](std::vector<std::string> &replies) {
		replies.emplace_back(max_local_message, static_cast<char>('a' + made % 26));
		return ++made < 400;
	};
}

TEST(LocalServer, MakesAnAnswerWhileItIsRead) {
	const ScratchDirectory scratch;
	Loop loop;
	int made = 0;
	std::optional<LocalServer> server;
	server.emplace(loop, scratch.file("d.sock"),
	    [&](const LocalMessage &, const PeerCredentials &, std::vector<std::string> &) {
		    server->answer(server->asker(), many_parts(made));
		    return Outcome::later;
	    });
	for (int n = 0; n < 2; ++n) {
		made = 0;
		const Asked asked{loop, scratch.file("d.sock"), "query table\n"};
		EXPECT_FALSE(asked.error);
		EXPECT_EQ(asked.messages, 400U);
		ASSERT_EQ(asked.answer.size(), 400 * max_local_message);
		EXPECT_EQ(asked.answer.back(), 'a' + 399 % 26);
	}
}

TEST(LocalServer, MakesNoMoreThanIsReadAndForgetsWhoIsGone) {
	const ScratchDirectory scratch;
	Loop loop;
	int made = 0;
	const auto kept = std::make_shared<int>();
	std::optional<LocalServer> server;
	server.emplace(loop, scratch.file("d.sock"),
	    [&](const LocalMessage &message, const PeerCredentials &, std::vector<std::string> &) {
		    if (message.line == "short") return Outcome::done;
		    server->answer(server->asker(), many_parts(made, kept));
		    return Outcome::later;
	    });
	const int silent = connected(scratch.file("d.sock"));
	ASSERT_EQ(send(silent, "table", 5, 0), 5);
	EXPECT_FALSE((Asked{loop, scratch.file("d.sock"), "short"}).error);
	EXPECT_FALSE((Asked{loop, scratch.file("d.sock"), "short"}).error);
	EXPECT_GT(made, 0);
	EXPECT_LT(made, 40); // what buffers hold
	EXPECT_GT(kept.use_count(), 1);
	close(silent);
	EXPECT_FALSE((Asked{loop, scratch.file("d.sock"), "short"}).error);
	EXPECT_EQ(kept.use_count(), 1);
}

TEST(LocalServer, PeersThatNeverReadDoNotBlockIt) {
	const ScratchDirectory scratch;
	Loop loop;
	const LocalServer server{loop, scratch.file("d.sock"),
	    [](const LocalMessage &message, const PeerCredentials &,
	        std::vector<std::string> &replies) {
		    replies.push_back(message.line == "long" ? std::string(2'000'000, 'x') : "short");
		    return Outcome::done;
	    }};
	std::vector<int> silent;
	for (int n = 0; n < 8; ++n) {
		silent.push_back(connected(scratch.file("d.sock")));
		ASSERT_EQ(send(silent.back(), "long", 4, 0), 4);
		ASSERT_EQ(send(silent.back(), "long", 4, 0), 4);
	}
	EXPECT_EQ((Asked{loop, scratch.file("d.sock"), "short"}).answer, "short");
	for (const int descriptor : silent) close(descriptor);
	EXPECT_EQ((Asked{loop, scratch.file("d.sock"), "short"}).answer, "short");
}

TEST(LocalServer, ManyConnectionsCannotCrowdOutItsMemory) {
	const ScratchDirectory scratch;
	Loop loop;
	const LocalServer server{loop, scratch.file("d.sock"),
	    [](const LocalMessage &, const PeerCredentials &, std::vector<std::string> &) {
		    return Outcome::done;
	    }};
	std::vector<int> idle;
	for (int n = 0; n < 100; ++n) {
		idle.push_back(connected(scratch.file("d.sock")));
		send(idle.back(), "x", 1, MSG_NOSIGNAL);
		const auto seen = loop.on_readable(idle.back(), [&] { loop.stop(); });
		loop.run(); // until it is answered or turned away
	}
	char octet = 0;
	EXPECT_EQ(recv(idle.front(), &octet, 1, 0), 1);
	const auto turned_away = recv(idle.back(), &octet, 1, 0);
	EXPECT_TRUE(turned_away == 0 || errno == ECONNRESET);
	for (const int descriptor : idle) close(descriptor);
	EXPECT_FALSE((Asked{loop, scratch.file("d.sock"), "x"}).error);
}

TEST(LocalServer, OversizedMessageCostsTheConnection) {
	const ScratchDirectory scratch;
	Loop loop;
	const LocalServer server{loop, scratch.file("d.sock"),
	    [](const LocalMessage &, const PeerCredentials &, std::vector<std::string> &) {
		    ADD_FAILURE() << "handled";
		    return Outcome::done;
	    }};
	const Asked asked{loop, scratch.file("d.sock"), std::string(max_local_message + 1, 'x')};
	EXPECT_EQ(asked.error, std::errc::connection_reset);
}

TEST(LocalServer, SocketIsForOwnerAndGroupAndGoesWithTheServer) {
	const ScratchDirectory scratch;
	const auto path = scratch.file("d.sock");
	Loop loop;
	{
		const LocalServer server{loop, path, nullptr};
		struct stat status {};
		ASSERT_EQ(stat(path.c_str(), &status), 0);
		EXPECT_TRUE(S_ISSOCK(status.st_mode));
		EXPECT_EQ(status.st_mode & 0777, 0660U);
	}
	EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(LocalServer, ReplacesAStaleSocketButNothingElse) {
	const ScratchDirectory scratch;
	Loop loop;
	leave_stale_socket(scratch.file("stale.sock"));
	EXPECT_NO_THROW((LocalServer{loop, scratch.file("stale.sock"), nullptr}));

	const LocalServer first{loop, scratch.file("taken.sock"), nullptr};
	EXPECT_THROW((LocalServer{loop, scratch.file("taken.sock"), nullptr}), std::system_error);
	EXPECT_TRUE(std::filesystem::exists(scratch.file("taken.sock")));

	std::ofstream{scratch.file("file.sock")} << "precious";
	EXPECT_THROW((LocalServer{loop, scratch.file("file.sock"), nullptr}), std::system_error);
	EXPECT_TRUE(std::filesystem::is_regular_file(scratch.file("file.sock")));

	EXPECT_THROW((LocalServer{loop, scratch.file("absent/d.sock"), nullptr}), std::system_error);
	EXPECT_THROW(
	    (LocalServer{loop, scratch.file(std::string(200, 'x')), nullptr}), std::system_error);
}

TEST(AskLocal, ThrowsWhereNoDaemonIs) {
	const ScratchDirectory scratch;
	const auto ignore = [](std::string_view) {};
	try {
		ask_local(scratch.file("d.sock"), "query status\n", ignore);
		FAIL() << "answered";
	} catch (const std::system_error &error) {
		EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
	}
	leave_stale_socket(scratch.file("d.sock"));
	try {
		ask_local(scratch.file("d.sock"), "query status\n", ignore);
		FAIL() << "answered";
	} catch (const std::system_error &error) {
		EXPECT_EQ(error.code(), std::errc::connection_refused);
	}
}

TEST(LocalSender, DeliversLosesAndFindsTheDaemonAgain) {
	const ScratchDirectory scratch;
	const auto path = scratch.file("d.sock");
	Loop loop;
	std::vector<std::string> seen;
	const auto note = [&](const LocalMessage &message, const PeerCredentials &,
	                      std::vector<std::string> &) {
		seen.push_back(std::string{message.line} + "|" + to_hex(message.octets));
		loop.stop();
		return Outcome::unanswered;
	};
	LocalSender sender{path};
	EXPECT_FALSE(sender.send("datagram 1"));
	EXPECT_EQ(sender.lost(), 1U);
	for (int life = 0; life < 2; ++life) {
		const LocalServer server{loop, path, note};
		EXPECT_TRUE(sender.send("datagram 2", as_bytes("\n\n")));
		loop.run();
	}
	EXPECT_FALSE(sender.send("datagram 3"));
	EXPECT_EQ(sender.lost(), 2U);
	EXPECT_EQ(seen, (std::vector<std::string>{"datagram 2|0a0a", "datagram 2|0a0a"}));
}

TEST(LocalSender, PathThatNoSocketCanHaveLosesMessages) {
	LocalSender sender{"/run/" + std::string(200, 'x') + "/d.sock"};
	EXPECT_FALSE(sender.send("datagram 1"));
	EXPECT_EQ(sender.lost(), 1U);
}

TEST(LocalSender, AFloodForNobodyIsLostWithoutAsking) {
	const ScratchDirectory scratch;
	const auto path = scratch.file("d.sock");
	Loop loop;
	LocalSender sender{path};
	Instant now{};
	for (int n = 0; n < 1000; ++n) EXPECT_FALSE(sender.send("datagram", {}, now));
	const LocalServer server{loop, path, nullptr};
	EXPECT_FALSE(sender.send("datagram", {}, now));
	EXPECT_EQ(sender.lost(), 1001U);
	now += std::chrono::milliseconds(10);
	EXPECT_TRUE(sender.send("datagram", {}, now));
	for (int n = 0; n < 100; ++n) EXPECT_TRUE(sender.send("datagram", {}, now));
}

TEST(LocalSender, NeverBlocksOnADaemonThatDoesNotRead) {
	const ScratchDirectory scratch;
	Loop loop;
	const LocalServer server{loop, scratch.file("d.sock"), nullptr};
	LocalSender sender{scratch.file("d.sock")};
	const Octets datagram(60000);
	for (int n = 0; n < 200; ++n) sender.send("datagram", datagram);
	EXPECT_GT(sender.lost(), 0U);
}

} // namespace
} // namespace lisp
