#include "net/os_file_events.h"
#include "net/os_socket.h"

#include <netinet/in.h>
#include <sys/event.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace lisp::os {

void set_length(sockaddr *address, socklen_t size) {
	address->sa_len = static_cast<unsigned char>(size);
}

int ask_destination(int descriptor) {
	const int on = 1;
	return setsockopt(descriptor, IPPROTO_IP, IP_RECVDSTADDR, &on, sizeof on);
}

IpAddress destination(const cmsghdr &control) {
	if (control.cmsg_level != IPPROTO_IP || control.cmsg_type != IP_RECVDSTADDR) return {};
	in_addr address{};
	std::memcpy(&address, CMSG_DATA(&control), sizeof address);
	return IpAddress::v4(ntohl(address.s_addr));
}

std::size_t put_source(cmsghdr &control, const IpAddress &source) {
	control.cmsg_level = IPPROTO_IP;
	control.cmsg_type = IP_SENDSRCADDR;
	control.cmsg_len = CMSG_LEN(sizeof(in_addr));
	std::memcpy(CMSG_DATA(&control), source.octets.data(), sizeof(in_addr));
	return CMSG_SPACE(sizeof(in_addr));
}

std::size_t send_several(int descriptor, std::span<const msghdr> messages) {
	std::size_t sent = 0;
	while (sent < messages.size() && sendmsg(descriptor, &messages[sent], MSG_NOSIGNAL) >= 0)
		++sent;
	return sent;
}

bool peer_credentials(int descriptor, uid_t &uid, gid_t &gid) {
	return getpeereid(descriptor, &uid, &gid) == 0;
}

namespace {

constexpr unsigned changes =
    NOTE_WRITE | NOTE_EXTEND | NOTE_ATTRIB | NOTE_LINK | NOTE_DELETE | NOTE_RENAME | NOTE_REVOKE;
constexpr unsigned entries = NOTE_WRITE | NOTE_LINK | NOTE_DELETE | NOTE_RENAME | NOTE_REVOKE;

// What the user data of an event say.
char of_a_file;
char of_a_directory;

void close_all(const std::vector<int> &descriptors) {
	for (const int descriptor : descriptors) close(descriptor);
}

// Opens and watches. Returns the error.
int add(int queue, const std::string &path, bool is_directory, std::vector<int> &opened) {
	// O_NONBLOCK: a FIFO must not hang the daemon.
	const int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | (is_directory ? O_DIRECTORY : 0);
	const int descriptor = open(path.c_str(), flags);
	if (descriptor < 0) return errno;
	opened.push_back(descriptor);
	struct kevent change {};
	change.ident = static_cast<uintptr_t>(descriptor);
	change.filter = EVFILT_VNODE;
	change.flags = EV_ADD | EV_CLEAR;
	change.fflags = is_directory ? entries : changes;
	change.udata = is_directory ? &of_a_directory : &of_a_file;
	return kevent(queue, &change, 1, nullptr, 0, nullptr) < 0 ? errno : 0;
}

} // namespace

struct FileEvents::State {
	int queue = kqueue();
	int error = queue < 0 ? errno : 0;
	std::vector<int> opened;

	~State() {
		close_all(opened);
		if (queue >= 0) close(queue);
	}
};

FileEvents::FileEvents() : state_(std::make_unique<State>()) {
	if (state_->queue >= 0) fcntl(state_->queue, F_SETFD, FD_CLOEXEC);
}

FileEvents::~FileEvents() = default;

int FileEvents::descriptor() const {
	return state_->queue;
}

std::error_code FileEvents::watch(
    const std::string &file, const std::vector<std::string> &directories) {
	std::vector<int> opened;
	int error = state_->error;
	for (const auto &directory : directories)
		if (error == 0) error = add(state_->queue, directory, true, opened);
	if (error == 0 && !file.empty()) {
		error = add(state_->queue, file, false, opened);
		if (error == EACCES) error = 0;
	}
	// Their events go with them: the new ones are there before, so that none is missed.
	close_all(state_->opened);
	state_->opened = std::move(opened);
	return {error, std::generic_category()};
}

FileEvents::Seen FileEvents::take() {
	Seen seen;
	struct kevent event {};
	const timespec at_once{};
	for (;;) {
		const int got = kevent(state_->queue, nullptr, 0, &event, 1, &at_once);
		if (got < 0 && errno == EINTR) continue;
		if (got <= 0) return seen;
		(event.udata == &of_a_directory ? seen.directory : seen.file) = true;
	}
}

} // namespace lisp::os
