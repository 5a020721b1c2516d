#include "common/process.h"

#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <system_error>
#include <unistd.h>

namespace lisp {

namespace {

[[noreturn]] void fail(const std::string &what) {
	throw std::system_error(errno, std::generic_category(), what);
}

const passwd &account(const std::string &user) {
	errno = 0;
	const auto *found = getpwnam(user.c_str());
	if (found != nullptr) return *found;
	if (errno == 0) errno = EINVAL;
	fail("user '" + user + "'");
}

bool write_all(int descriptor, std::string_view text) {
	while (!text.empty()) {
		const auto written = write(descriptor, text.data(), text.size());
		if (written < 0 && errno != EINTR) return false;
		if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
	}
	return true;
}

} // namespace

std::error_code sync_directory(const std::string &path) {
	const int directory = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const bool synced = directory >= 0 && fsync(directory) == 0;
	const std::error_code error{synced ? 0 : errno, std::generic_category()};
	if (directory >= 0) close(directory);
	return error;
}

void make_directory(const std::string &path, mode_t mode, const std::string &user) {
	const auto slash = path.find_last_of('/');
	const auto parent = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
	if (mkdir(path.c_str(), mode) == 0) {
		// mkdir() heeds the umask, which was meant for files.
		if (chmod(path.c_str(), mode) < 0) fail(path);
		if (!user.empty()) give_to(path, user);
		if (const auto error = sync_directory(parent)) throw std::system_error(error, parent);
		return;
	}
	const int error = errno;
	struct stat status {};
	if (error == EEXIST && stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return;
	if (error != ENOENT || slash == std::string::npos || slash == 0)
		throw std::system_error(error, std::generic_category(), path);
	make_directory(parent, 0755, {});
	make_directory(path, mode, user);
}

void give_to(const std::string &path, const std::string &user) {
	const auto &owner = account(user);
	if (lchown(path.c_str(), owner.pw_uid, owner.pw_gid) < 0) fail(path);
}

Owner owner_in(const std::string &directory, const std::string &user) {
	if (!user.empty()) {
		const auto &owner = account(user);
		return {owner.pw_uid, owner.pw_gid};
	}
	struct stat status {};
	if (stat(directory.c_str(), &status) < 0) fail(directory);
	return {status.st_uid, status.st_gid};
}

bool give_file(int descriptor, const Owner &owner) {
	if (geteuid() != 0) return true;
	struct stat status {};
	if (fstat(descriptor, &status) < 0) return false;
	if (!S_ISREG(status.st_mode) || status.st_uid != 0 || status.st_size != 0 ||
	    status.st_nlink != 1)
		return true;
	return fchown(descriptor, owner.user, owner.group) == 0;
}

void become(const std::string &user) {
	const auto &target = account(user);
	if (initgroups(user.c_str(), target.pw_gid) < 0 || setgid(target.pw_gid) < 0 ||
	    setuid(target.pw_uid) < 0)
		fail("becoming user '" + user + "'");
	if (target.pw_uid != 0 && (setuid(0) == 0 || geteuid() == 0)) {
		errno = EPERM;
		fail("still root as user '" + user + "'");
	}
}

PidFile::PidFile(const std::string &path) : path_(path) {
	if (path.empty()) return;
	descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (descriptor_ < 0) fail(path);
	if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
	char holder[32] = {};
	[[maybe_unused]] const auto size = read(descriptor_, holder, sizeof holder - 1);
	holder[strcspn(holder, "\n")] = '\0';
	close(descriptor_);
	throw std::system_error(
	    EEXIST, std::generic_category(), path + ": already running as process " + holder);
}

PidFile::~PidFile() {
	if (descriptor_ < 0) return;
	// In a directory that the dropped privileges cannot change it stays, but empty.
	if (unlink(path_.c_str()) < 0 && ftruncate(descriptor_, 0) < 0) perror(path_.c_str());
	close(descriptor_);
}

void PidFile::write() {
	if (descriptor_ < 0) return;
	const auto text = std::to_string(getpid()) + '\n';
	if (ftruncate(descriptor_, 0) < 0 || lseek(descriptor_, 0, SEEK_SET) < 0 ||
	    !write_all(descriptor_, text))
		fail(path_);
}

Detachment::Detachment() {
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0) fail("pipe");
	const auto child = fork();
	if (child < 0) fail("fork");
	if (child == 0) {
		close(ends[0]);
		parent_ = ends[1];
		setsid();
		return;
	}
	close(ends[1]);
	char ready = 0;
	if (read(ends[0], &ready, 1) == 1) _exit(0);
	int status = 0;
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status)) _exit(1);
	_exit(WEXITSTATUS(status));
}

void Detachment::ready() {
	const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int standard = STDIN_FILENO; nothing >= 0 && standard <= STDERR_FILENO; ++standard)
		dup2(nothing, standard);
	if (nothing > STDERR_FILENO) close(nothing);
	if (!write_all(parent_, "r")) return;
	close(parent_);
}

void notify_supervisor(std::string_view state) {
	const char *path = std::getenv("NOTIFY_SOCKET");
	sockaddr_un address{};
	if (path == nullptr || std::strlen(path) < 2 || std::strlen(path) >= sizeof address.sun_path)
		return;
	address.sun_family = AF_UNIX;
	std::memcpy(address.sun_path, path, std::strlen(path));
	// Its abstract sockets are written with @ for the zero octet.
	if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
	const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0) return;
	const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
	sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL,
	    reinterpret_cast<const sockaddr *>(&address), size);
	close(descriptor);
}

bool replace_file(const std::string &path, std::string_view text) {
	const auto fresh = path + ".new";
	// Whatever another user of the directory has put there is not written to.
	if (unlink(fresh.c_str()) < 0 && errno != ENOENT) return false;
	const int descriptor =
	    open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (descriptor < 0) return false;
	const bool written = write_all(descriptor, text);
	const bool closed = close(descriptor) == 0;
	if (written && closed && rename(fresh.c_str(), path.c_str()) == 0) return true;
	const int error = errno;
	unlink(fresh.c_str());
	errno = error;
	return false;
}

} // namespace lisp
