// Unix SOCK_SEQPACKET sockets: how the daemons of one host speak to each other and to lisp-status.
//
// A message is one line of words, then, after its newline, any octets: "query status json\n",
// "datagram 192.0.2.1:4342 192.0.2.9\n<octets>".
#pragma once

#include "engine/reply_limit.h"
#include "wire/octets.h"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lisp {

class Loop;

struct PeerCredentials {
	uid_t uid = static_cast<uid_t>(-1);
	gid_t gid = static_cast<gid_t>(-1);
	bool may_control() const; // root, or the user that this process runs as
};

// One message: its first line and the octets after.
struct LocalMessage {
	std::string_view line;
	Bytes octets;
};
LocalMessage split_local_message(Bytes message);

inline constexpr std::size_t max_local_message = 96 * 1024; // octets

// Listens at a path; removes a stale socket there first, and its own at the end. The socket is open
// to its owner and group. A peer that does not read its answer is asked nothing more, and dropped
// after half a minute; nothing here blocks.
class LocalServer {
public:
	enum class Outcome : std::uint8_t {
		unanswered, // a message that wants no answer
		done,       // all of `replies` is the answer
		refused,    // the last of `replies` says why
		later,      // answer() will be called
	};
	// Answers by appending to `replies`. One longer than max_local_message is sent in pieces.
	using Handler = std::function<Outcome(const LocalMessage &message, const PeerCredentials &peer,
	    std::vector<std::string> &replies)>;
	// Throws std::system_error; also when another process is listening there.
	LocalServer(Loop &loop, const std::string &path, Handler handler);
	~LocalServer();
	LocalServer(const LocalServer &) = delete;
	LocalServer &operator=(const LocalServer &) = delete;

	// Who sent the message that the handler is looking at; no two are the same. One who sends
	// another before its answer is dropped.
	using Asker = std::uint64_t;
	Asker asker() const;
	// For whom the handler returned `later`, or is about to: `done` or `refused`. Without effect
	// where they did not wait.
	void answer(Asker asker, Outcome outcome, std::vector<std::string> replies);
	// The same for an answer that is made while it is read: `next` appends some of it each time
	// that the asker has taken what was before, in a turn of the loop of its own, and returns false
	// with the last. It is dropped with the asker.
	using NextPart = std::function<bool(std::vector<std::string> &replies)>;
	void answer(Asker asker, NextPart next);
	bool is_waiting(Asker asker) const;

private:
	struct State;
	std::unique_ptr<State> state_;
};

// One-way messages to another daemon, which may be absent: connects when first needed and again
// after it went, but no more than a hundred times a second where it does not come, so that a flood
// of messages for nobody costs little. Never blocks; what cannot be sent is lost and counted.
class LocalSender {
public:
	explicit LocalSender(std::string path);
	~LocalSender();
	LocalSender(const LocalSender &) = delete;
	LocalSender &operator=(const LocalSender &) = delete;
	bool send(
	    std::string_view line, Bytes octets = {}, Instant now = std::chrono::steady_clock::now());
	std::uint64_t lost() const { return lost_; }

private:
	bool connect(Instant now);

	std::string path_;
	int descriptor_ = -1;
	TokenRate connects_{100, 16};
	Instant connects_full_ = Instant::min();
	std::uint64_t lost_ = 0;
};

// Asks and waits for the whole answer; for commands, not for daemons. Returns why the daemon
// refused, if it did. Throws std::system_error when there is no daemon, it breaks off, or is silent
// for longer than `patience`.
std::optional<std::string> ask_local(const std::string &path, std::string_view question,
    const std::function<void(std::string_view)> &on_reply,
    std::chrono::milliseconds patience = std::chrono::seconds(5));

} // namespace lisp
