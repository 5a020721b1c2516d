#include "net/os_file_events.h"
#include "net/os_socket.h"

#include <netinet/in.h>
#include <sys/inotify.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <unistd.h>

namespace lisp::os {

void set_length(sockaddr *, socklen_t) {}

int ask_destination(int descriptor) {
	const int on = 1;
	return setsockopt(descriptor, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
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

std::size_t send_several(int descriptor, std::span<const msghdr> messages) {
	constexpr std::size_t batch = 64;
	std::array<mmsghdr, batch> several; // NOLINT(*-member-init): as many as are sent are filled
	const auto count = std::min(messages.size(), batch);
	for (std::size_t i = 0; i < count; ++i) several[i] = {messages[i], 0};
	const auto sent =
	    sendmmsg(descriptor, several.data(), static_cast<unsigned>(count), MSG_NOSIGNAL);
	return sent > 0 ? static_cast<std::size_t>(sent) : 0;
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

	~State() {
		if (queue >= 0) close(queue);
	}
};

FileEvents::FileEvents() : state_(std::make_unique<State>()) {}

FileEvents::~FileEvents() = default;

int FileEvents::descriptor() const {
	return state_->queue;
}

std::error_code FileEvents::watch(
    const std::string &file, const std::vector<std::string> &directories) {
	std::map<int, bool> wanted;
	const auto add = [&](const std::string &path, bool is_directory) {
		const int number =
		    inotify_add_watch(state_->queue, path.c_str(), is_directory ? entries : changes);
		if (number >= 0) wanted[number] = is_directory;
		return number >= 0 ? 0 : errno;
	};
	int error = state_->error;
	for (const auto &directory : directories)
		if (error == 0) error = add(directory, true);
	if (error == 0 && !file.empty()) {
		error = add(file, false);
		if (error == EACCES) error = 0;
	}
	for (const auto &[number, is_directory] : state_->is_directory)
		if (!wanted.contains(number)) inotify_rm_watch(state_->queue, number);
	state_->is_directory = std::move(wanted);
	return {error, std::generic_category()};
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

} // namespace lisp::os
