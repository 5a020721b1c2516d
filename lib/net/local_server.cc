#include "net/local_socket.h"
#include "net/loop.h"
#include "net/os_socket.h"
#include "net/socket_address.h"
#include "net/unix_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <list>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace lisp {

namespace {

constexpr std::size_t max_clients = 64;
constexpr int messages_a_turn = 64; // so that a busy client does not starve the network
constexpr auto patience = std::chrono::seconds(30);
constexpr auto pause_without_descriptors = std::chrono::seconds(1);
constexpr mode_t socket_mode = 0660;

struct File {
	dev_t device = 0;
	ino_t number = 0;
	bool operator==(const File &) const = default;
};

std::optional<File> socket_at(const std::string &path) {
	struct stat status {};
	if (lstat(path.c_str(), &status) < 0 || !S_ISSOCK(status.st_mode)) return std::nullopt;
	return File{status.st_dev, status.st_ino};
}

// A socket that nobody listens at refuses connections; whatever else is there stays.
bool remove_stale(const std::string &path) {
	const int probe = connect_unix_socket(path);
	if (probe >= 0) close(probe);
	if (probe >= 0 || errno != ECONNREFUSED || !socket_at(path)) return false;
	return unlink(path.c_str()) == 0;
}

// With its mode from the beginning: a moment later the name could be another file's.
int bind_at(int descriptor, const SocketAddress &address) {
	const auto before = umask(0777 & ~socket_mode);
	const int result = bind(descriptor, address.get(), address.size());
	umask(before);
	return result;
}

// Bound and listening. 0, or errno.
int listen_at(int descriptor, const std::string &path) {
	const auto address = SocketAddress::unix_path(path);
	if (!address) return errno;
	if (bind_at(descriptor, *address) < 0) {
		if (errno != EADDRINUSE) return errno;
		if (!remove_stale(path)) return EADDRINUSE;
		if (bind_at(descriptor, *address) < 0) return errno;
	}
	return listen(descriptor, static_cast<int>(max_clients)) < 0 ? errno : 0;
}

} // namespace

struct LocalServer::State {
	struct Client {
		Client(State &server, int accepted) : descriptor(accepted), stalled(server.loop, [] {}) {}
		~Client() {
			readable = {};
			writable = {};
			close(descriptor);
		}
		Client(const Client &) = delete;
		Client &operator=(const Client &) = delete;

		bool is_answered() const { return !unsent.empty() || next; }

		int descriptor;
		Asker number = 0;
		bool asked = false; // and was not answered yet
		PeerCredentials credentials;
		std::deque<std::string> unsent; // the rest of one answer, or of a part of it
		NextPart next;                  // what makes more of it, if there is more
		bool waiting = false;           // until the socket takes more of it
		Loop::Watch readable;
		Loop::Watch writable;
		Loop::Timer stalled;
	};
	using Position = std::list<Client>::iterator;

	State(Loop &where, const std::string &socket_path, Handler asked)
	    : loop(where), path(socket_path), handler(std::move(asked)),
	      out_of_descriptors(where, [this] { listen_on(); }), room(max_local_message) {}

	void listen_on() {
		acceptable = loop.on_readable(descriptor, [this] { accept_client(); });
	}
	void accept_client();
	void await_questions(Position client);
	void read_questions(Position client);
	void ask(Client &client, Bytes message);
	void answer(Client &client, Outcome outcome, std::vector<std::string> replies);
	void queue(Client &client, std::vector<std::string> replies);
	void queue_next(Client &client);
	Position waiting(Asker asker);
	void send_answer(Position client);

	Loop &loop;
	std::string path;
	Handler handler;
	int descriptor = -1;
	std::optional<File> own;
	Loop::Watch acceptable;
	Loop::Timer out_of_descriptors;
	Octets room;
	std::list<Client> clients;
	Asker last_number = 0;
	Asker asking = 0; // whose message the handler is looking at
};

void LocalServer::State::accept_client() {
	const int accepted = accept4(descriptor, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (accepted < 0) {
		if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM) return;
		// The connection stays in the queue, so that the socket stays readable.
		acceptable = {};
		out_of_descriptors.set(std::chrono::steady_clock::now() + pause_without_descriptors);
		return;
	}
	PeerCredentials credentials;
	if (clients.size() >= max_clients ||
	    !os::peer_credentials(accepted, credentials.uid, credentials.gid)) {
		close(accepted);
		return;
	}
	allow_longest_message(accepted);
	const auto client = clients.emplace(clients.end(), *this, accepted);
	client->number = ++last_number;
	client->credentials = credentials;
	client->stalled = Loop::Timer{loop, [this, client] { clients.erase(client); }};
	await_questions(client);
}

void LocalServer::State::await_questions(Position client) {
	client->waiting = false;
	client->writable = {};
	client->stalled.cancel();
	client->readable =
	    loop.on_readable(client->descriptor, [this, client] { read_questions(client); });
}

void LocalServer::State::read_questions(Position client) {
	for (int left = messages_a_turn; left > 0; --left) {
		iovec part{room.data(), room.size()};
		msghdr message{};
		message.msg_iov = &part;
		message.msg_iovlen = 1;
		const auto size = recvmsg(client->descriptor, &message, 0);
		if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
		if (size <= 0 || (message.msg_flags & MSG_TRUNC) != 0 || client->asked) {
			clients.erase(client);
			return;
		}
		ask(*client, Bytes{room}.first(static_cast<std::size_t>(size)));
		if (client->is_answered()) return send_answer(client);
	}
}

void LocalServer::State::ask(Client &client, Bytes message) {
	std::vector<std::string> replies;
	client.asked = true;
	asking = client.number;
	const auto outcome = handler(split_local_message(message), client.credentials, replies);
	asking = 0;
	if (outcome == Outcome::later) return;
	client.asked = false;
	if (outcome != Outcome::unanswered) answer(client, outcome, std::move(replies));
}

LocalServer::State::Position LocalServer::State::waiting(Asker asker) {
	return std::find_if(clients.begin(), clients.end(),
	    [&](const Client &client) { return client.number == asker && client.asked; });
}

void LocalServer::State::answer(Client &client, Outcome outcome, std::vector<std::string> replies) {
	client.asked = false;
	std::string end(1, answer_ends);
	if (outcome == Outcome::refused && !replies.empty()) {
		end += replies.back();
		replies.pop_back();
	}
	replies.push_back(std::move(end));
	queue(client, std::move(replies));
}

// One part a turn: the network comes in between.
void LocalServer::State::queue_next(Client &client) {
	std::vector<std::string> replies;
	const bool more = client.next(replies);
	if (!more) {
		client.next = {};
		replies.emplace_back(1, answer_ends);
	}
	queue(client, std::move(replies));
}

void LocalServer::State::queue(Client &client, std::vector<std::string> replies) {
	for (auto &reply : replies) {
		if (reply.size() <= max_local_message && !reply.empty())
			client.unsent.push_back(std::move(reply));
		else
			for (std::size_t at = 0; at < reply.size(); at += max_local_message)
				client.unsent.push_back(reply.substr(at, max_local_message));
	}
}

void LocalServer::State::send_answer(Position client) {
	if (client->unsent.empty() && client->next) queue_next(*client);
	const auto before = client->unsent.size();
	while (!client->unsent.empty()) {
		if (!send_local(client->descriptor, client->unsent.front())) {
			if (errno == EAGAIN || errno == ENOBUFS || errno == EINTR) break;
			clients.erase(client);
			return;
		}
		client->unsent.pop_front();
	}
	if (!client->is_answered()) {
		if (client->waiting) await_questions(client);
		return;
	}
	const bool begins = !std::exchange(client->waiting, true);
	if (begins || client->unsent.size() < before)
		client->stalled.set(std::chrono::steady_clock::now() + patience);
	if (!begins) return;
	client->readable = {};
	client->writable =
	    loop.on_writable(client->descriptor, [this, client] { send_answer(client); });
}

LocalServer::LocalServer(Loop &loop, const std::string &path, Handler handler)
    : state_(std::make_unique<State>(loop, path, std::move(handler))) {
	state_->descriptor = make_unix_socket();
	const int error = state_->descriptor < 0 ? errno : listen_at(state_->descriptor, path);
	if (error != 0) {
		if (state_->descriptor >= 0) close(state_->descriptor);
		throw std::system_error(error, std::generic_category(), path);
	}
	state_->own = socket_at(path);
	state_->listen_on();
}

LocalServer::Asker LocalServer::asker() const {
	return state_->asking;
}

void LocalServer::answer(Asker asker, Outcome outcome, std::vector<std::string> replies) {
	const auto client = state_->waiting(asker);
	if (client == state_->clients.end()) return;
	state_->answer(*client, outcome, std::move(replies));
	// The answer of one whose handler has not returned is sent when it has.
	if (asker != state_->asking) state_->send_answer(client);
}

void LocalServer::answer(Asker asker, NextPart next) {
	const auto client = state_->waiting(asker);
	if (client == state_->clients.end()) return;
	client->asked = false;
	client->next = std::move(next);
	if (asker != state_->asking) state_->send_answer(client);
}

bool LocalServer::is_waiting(Asker asker) const {
	return state_->waiting(asker) != state_->clients.end();
}

LocalServer::~LocalServer() {
	state_->clients.clear();
	state_->acceptable = {};
	if (state_->own && socket_at(state_->path) == state_->own) unlink(state_->path.c_str());
	close(state_->descriptor);
}

} // namespace lisp
