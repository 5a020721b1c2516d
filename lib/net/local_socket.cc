#include "net/local_socket.h"

#include "net/socket_address.h"
#include "net/unix_socket.h"

#include <sys/socket.h>

#include <cerrno>
#include <poll.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace lisp {

namespace {

[[noreturn]] void fail(int error, const std::string &what) {
	throw std::system_error(error, std::generic_category(), what);
}

struct Connection {
	int descriptor;
	const std::string &path;
	std::chrono::milliseconds patience;
};

void await(const Connection &connection, short what) {
	const auto &path = connection.path;
	pollfd waiting{connection.descriptor, what, 0};
	const int ready = poll(&waiting, 1, static_cast<int>(connection.patience.count()));
	if (ready == 0) fail(ETIMEDOUT, path);
	if (ready < 0 && errno != EINTR) fail(errno, path);
}

// Hands out the messages of one answer until the one that ends it.
std::optional<std::string> read_answer(
    const Connection &connection, const std::function<void(std::string_view)> &on_reply) {
	const auto &path = connection.path;
	std::string room(max_local_message, '\0');
	for (;;) {
		const auto size = recv(connection.descriptor, room.data(), room.size(), 0);
		if (size == 0) fail(ECONNRESET, path);
		if (size < 0) {
			if (errno != EAGAIN && errno != EINTR) fail(errno, path);
			await(connection, POLLIN);
			continue;
		}
		const auto message = std::string_view{room}.substr(0, static_cast<std::size_t>(size));
		if (message.front() != answer_ends)
			on_reply(message);
		else if (message.size() == 1)
			return std::nullopt;
		else
			return std::string{message.substr(1)};
	}
}

class Closing {
public:
	explicit Closing(int descriptor) : descriptor_(descriptor) {}
	~Closing() { close(descriptor_); }
	Closing(const Closing &) = delete;
	Closing &operator=(const Closing &) = delete;

private:
	int descriptor_;
};

} // namespace

int make_unix_socket() {
	const int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (descriptor >= 0) allow_longest_message(descriptor);
	return descriptor;
}

void allow_longest_message(int descriptor) {
	const int octets = 2 * max_local_message;
	setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &octets, sizeof octets);
	setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
}

int connect_unix_socket(const std::string &path) {
	const auto address = SocketAddress::unix_path(path);
	if (!address) return -1;
	const int descriptor = make_unix_socket();
	if (descriptor < 0 || connect(descriptor, address->get(), address->size()) == 0)
		return descriptor;
	const int error = errno;
	close(descriptor);
	errno = error;
	return -1;
}

bool send_local(int descriptor, std::string_view message) {
	return send(descriptor, message.data(), message.size(), MSG_NOSIGNAL) >= 0;
}

bool PeerCredentials::may_control() const {
	return uid == 0 || uid == geteuid();
}

LocalMessage split_local_message(Bytes message) {
	const std::string_view text{reinterpret_cast<const char *>(message.data()), message.size()};
	const auto end = text.find('\n');
	if (end == std::string_view::npos) return {text, {}};
	return {text.substr(0, end), message.subspan(end + 1)};
}

LocalSender::LocalSender(std::string path) : path_(std::move(path)) {}

LocalSender::~LocalSender() {
	if (descriptor_ >= 0) close(descriptor_);
}

bool LocalSender::connect(Instant now) {
	if (descriptor_ < 0 && connects_.take(connects_full_, now))
		descriptor_ = connect_unix_socket(path_);
	return descriptor_ >= 0;
}

bool LocalSender::send(std::string_view line, Bytes octets, Instant now) {
	std::string message{line};
	message += '\n';
	message.append(reinterpret_cast<const char *>(octets.data()), octets.size());
	// The second try is for a daemon that was started again since the last message.
	for (int attempt = 0; attempt < 2; ++attempt) {
		if (!connect(now)) break;
		if (send_local(descriptor_, message)) return true;
		if (errno == EAGAIN || errno == ENOBUFS || errno == EMSGSIZE) break;
		close(std::exchange(descriptor_, -1));
	}
	++lost_;
	return false;
}

std::optional<std::string> ask_local(const std::string &path, std::string_view question,
    const std::function<void(std::string_view)> &on_reply, std::chrono::milliseconds patience) {
	const int descriptor = connect_unix_socket(path);
	if (descriptor < 0) fail(errno, path);
	const Closing closing{descriptor};
	const Connection connection{descriptor, path, patience};
	while (!send_local(descriptor, question)) {
		if (errno != EAGAIN && errno != EINTR) fail(errno, path);
		await(connection, POLLOUT);
	}
	return read_answer(connection, on_reply);
}

} // namespace lisp
