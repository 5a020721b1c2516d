#include "net/os_file_events.h"
#include "net/os_interface_events.h"
#include "net/os_socket.h"

#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <sys/event.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace lisp::os {

void set_length(sockaddr *address, socklen_t size) {
	address->sa_len = static_cast<unsigned char>(size);
}

int ask_destination(int descriptor) {
	const int on = 1;
	return setsockopt(descriptor, IPPROTO_IP, IP_RECVDSTADDR, &on, sizeof on);
}

int share_port(int descriptor) {
	const int on = 1;
	return setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT_LB, &on, sizeof on);
}

int set_receive_buffer(int descriptor, int octets) {
	return setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
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

// While it is open, no other file has its number.
struct Opened {
	std::string path;
	bool is_directory = false;
	dev_t device{};
	ino_t number{};
	int descriptor = -1;
	bool added = true; // since the last drop_others()
};

} // namespace

struct FileEvents::State {
	int queue = kqueue();
	int error = queue < 0 ? errno : 0;
	std::vector<Opened> opened;

	~State() {
		for (const auto &one : opened) close(one.descriptor);
		if (queue >= 0) close(queue);
	}

	int add(const std::string &path, bool is_directory); // 0 or the error
};

// One that is watched already keeps its descriptor: events go with those that are closed.
int FileEvents::State::add(const std::string &path, bool is_directory) {
	if (error != 0) return error;
	struct stat status {};
	if (stat(path.c_str(), &status) < 0) return errno;
	for (auto &one : opened) {
		if (one.path != path || one.is_directory != is_directory || one.device != status.st_dev ||
		    one.number != status.st_ino)
			continue;
		one.added = true;
		return 0;
	}
	// O_NONBLOCK: a FIFO must not hang the daemon.
	const int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | (is_directory ? O_DIRECTORY : 0);
	const int descriptor = open(path.c_str(), flags);
	if (descriptor < 0) return errno;
	struct kevent change {};
	change.ident = static_cast<uintptr_t>(descriptor);
	change.filter = EVFILT_VNODE;
	change.flags = EV_ADD | EV_CLEAR;
	change.fflags = is_directory ? entries : changes;
	change.udata = is_directory ? &of_a_directory : &of_a_file;
	if (fstat(descriptor, &status) < 0 || kevent(queue, &change, 1, nullptr, 0, nullptr) < 0) {
		const int failure = errno;
		close(descriptor);
		return failure;
	}
	opened.push_back({path, is_directory, status.st_dev, status.st_ino, descriptor});
	return 0;
}

FileEvents::FileEvents() : state_(std::make_unique<State>()) {
	if (state_->queue >= 0) fcntl(state_->queue, F_SETFD, FD_CLOEXEC);
}

FileEvents::~FileEvents() = default;

int FileEvents::descriptor() const {
	return state_->queue;
}

std::error_code FileEvents::add_directory(const std::string &path) {
	return {state_->add(path, true), std::generic_category()};
}

std::error_code FileEvents::add_file(const std::string &path) {
	const int error = state_->add(path, false);
	return {error == EACCES ? 0 : error, std::generic_category()};
}

void FileEvents::drop_others() {
	std::erase_if(state_->opened, [](Opened &one) {
		if (std::exchange(one.added, false)) return false;
		close(one.descriptor);
		return true;
	});
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

namespace {

// What all messages of the route socket begin with.
struct RouteMessageHead {
	unsigned short length;
	unsigned char version;
	unsigned char type;
};
static_assert(offsetof(rt_msghdr, rtm_type) == offsetof(RouteMessageHead, type));

// Routes come and go all the time; their messages are not asked about.
bool is_of_an_interface(unsigned char type) {
	return type == RTM_NEWADDR || type == RTM_DELADDR || type == RTM_IFINFO ||
	       type == RTM_IFANNOUNCE;
}

} // namespace

InterfaceEvents::InterfaceEvents()
    : descriptor_(socket(PF_ROUTE, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, AF_UNSPEC)) {
	if (descriptor_ < 0) failure_ = {errno, std::generic_category()};
#ifdef SO_RERROR
	// Else a loss of messages is not told.
	const int on = 1;
	if (descriptor_ >= 0) setsockopt(descriptor_, SOL_SOCKET, SO_RERROR, &on, sizeof on);
#endif
}

InterfaceEvents::~InterfaceEvents() {
	if (descriptor_ >= 0) close(descriptor_);
}

bool InterfaceEvents::take() {
	bool any = false;
	for (;;) {
		RouteMessageHead head{};
		const auto got = recv(descriptor_, &head, sizeof head, 0);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0 && errno == EAGAIN) return any;
		if (got < 0 && errno != ENOBUFS) return true;
		any = any || got < static_cast<ssize_t>(sizeof head) || is_of_an_interface(head.type);
	}
}

} // namespace lisp::os
