#include "net/os_file_events.h"
#include "net/os_interface_events.h"
#include "net/os_socket.h"

#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/inotify.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <unistd.h>
#include <utility>

namespace lisp::os {

void set_length(sockaddr *, socklen_t) {}

int ask_destination(int descriptor) {
	const int on = 1;
	return setsockopt(descriptor, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
}

int share_port(int descriptor) {
	const int on = 1;
	return setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
}

int set_receive_buffer(int descriptor, int octets) {
	if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof octets) == 0) return 0;
	return setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
}

IpAddress destination(const cmsghdr &control) {
	if (control.cmsg_level != IPPROTO_IP || control.cmsg_type != IP_PKTINFO) return {};
	in_pktinfo info{};
	std::memcpy(&info, CMSG_DATA(&control), sizeof info);
	return IpAddress::v4(ntohl(info.ipi_addr.s_addr));
}

std::size_t put_source(cmsghdr &control, const IpAddress &source) {
	control.cmsg_level = IPPROTO_IP;
	control.cmsg_type = IP_PKTINFO;
	control.cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
	in_pktinfo info{};
	std::memcpy(&info.ipi_spec_dst, source.octets.data(), sizeof info.ipi_spec_dst);
	std::memcpy(CMSG_DATA(&control), &info, sizeof info);
	return CMSG_SPACE(sizeof info);
}

bool peer_credentials(int descriptor, uid_t &uid, gid_t &gid) {
	ucred peer{};
	socklen_t size = sizeof peer;
	if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) return false;
	uid = peer.uid;
	gid = peer.gid;
	return true;
}

namespace {

constexpr std::uint32_t changes =
    IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
// IN_ATTRIB: a file that this process may not read cannot be watched itself.
constexpr std::uint32_t entries = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB |
                                  IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

} // namespace

struct FileEvents::State {
	int queue = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	int error = queue < 0 ? errno : 0;
	std::map<int, bool> is_directory; // by the number of the watch
	std::map<int, bool> added;        // of these, since the last drop_others()

	~State() {
		if (queue >= 0) close(queue);
	}

	int add(const std::string &path, bool directory) { // 0 or the error
		if (error != 0) return error;
		const int number = inotify_add_watch(queue, path.c_str(), directory ? entries : changes);
		if (number < 0) return errno;
		is_directory[number] = added[number] = directory;
		return 0;
	}
};

FileEvents::FileEvents() : state_(std::make_unique<State>()) {}

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
	for (const auto &[number, is_directory] : state_->is_directory)
		if (!state_->added.contains(number)) inotify_rm_watch(state_->queue, number);
	state_->is_directory = std::exchange(state_->added, {});
}

FileEvents::Seen FileEvents::take() {
	Seen seen;
	alignas(inotify_event) char room[16 * 1024];
	for (;;) {
		const auto got = read(state_->queue, room, sizeof room);
		if (got < 0 && errno == EINTR) continue;
		if (got <= 0) return seen;
		inotify_event event{};
		for (std::size_t at = 0; at < static_cast<std::size_t>(got);
		     at += sizeof event + event.len) {
			std::memcpy(&event, room + at, sizeof event);
			const auto watch = state_->is_directory.find(event.wd);
			if ((event.mask & IN_Q_OVERFLOW) != 0)
				seen = {true, true};
			else if (watch != state_->is_directory.end()) // else of one that was taken away
				(watch->second ? seen.directory : seen.file) = true;
		}
	}
}

InterfaceEvents::InterfaceEvents()
    : descriptor_(socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE)) {
	sockaddr_nl groups{};
	groups.nl_family = AF_NETLINK;
	groups.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
	const auto *address = reinterpret_cast<const sockaddr *>(&groups);
	if (descriptor_ < 0 || bind(descriptor_, address, sizeof groups) < 0)
		failure_ = {errno, std::generic_category()};
}

InterfaceEvents::~InterfaceEvents() {
	if (descriptor_ >= 0) close(descriptor_);
}

// What changed is not read: after a loss of messages, which is an error here, it could not be.
bool InterfaceEvents::take() {
	bool any = false;
	for (;;) {
		char room[1];
		if (recv(descriptor_, room, sizeof room, 0) < 0 && errno != EINTR) {
			if (errno == EAGAIN) return any;
			if (errno != ENOBUFS) return true;
		}
		any = true;
	}
}

} // namespace lisp::os
