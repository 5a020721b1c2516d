// Preloaded into a program, records in order what it asks of the disk and what it says to others,
// from which power_loss.py tells what a power cut may leave. Linux, for tests.
//
//   LISP_POWER_LOG=FILE LISP_POWER_DIRECTORY=DIRECTORY LD_PRELOAD=libpower_shim.so PROGRAM...
//
// A line is written to FILE after each system call that has succeeded on what is in DIRECTORY.
// INODE is a decimal number, PATH is from DIRECTORY on, "." itself, OCTETS are hexadecimal digits:
//
//   create INODE PATH            mkdir PATH
//   write INODE OFFSET OCTETS    truncate INODE SIZE     mode INODE OCTAL
//   rename PATH PATH             link PATH PATH          unlink PATH
//   sync INODE SIZE              sync-directory PATH
//   tell OCTETS                  on standard output
//   send OCTETS                  a datagram
//
// LISP_POWER_OMIT=sync or =sync-directory makes the program leave out such calls.
// LISP_POWER_LEAP=SECONDS sets the clock forward with every look at it.
//
// Each function makes the system call itself: nothing is looked up in the library that it hides,
// and it works below the interceptors of the sanitizers.
#include <climits>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace {

const char *setting(const char *name) {
	const auto *value = std::getenv(name);
	return value != nullptr ? value : "";
}

// The calls below leave errno as the one that they follow has set it.
class KeptErrno {
public:
	KeptErrno() : number_(errno) {}
	~KeptErrno() { errno = number_; }
	KeptErrno(const KeptErrno &) = delete;
	KeptErrno &operator=(const KeptErrno &) = delete;

private:
	int number_;
};

void record(std::string line) {
	line += '\n';
	const auto file = static_cast<int>(syscall(SYS_openat, AT_FDCWD, setting("LISP_POWER_LOG"),
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
	const auto written = syscall(SYS_write, file, line.data(), line.size());
	syscall(SYS_close, file);
	if (written != static_cast<long>(line.size())) std::abort();
}

std::string hexadecimal(const void *octets, std::size_t size) {
	static const char digits[] = "0123456789abcdef";
	std::string text;
	const auto *at = static_cast<const std::uint8_t *>(octets);
	for (const auto *end = at + size; at != end; ++at) {
		text += digits[*at >> 4];
		text += digits[*at & 15];
	}
	return text;
}

// From the directory on; empty for what is not in it.
std::string inside(std::string path) {
	const std::string directory = setting("LISP_POWER_DIRECTORY");
	if (directory.empty() || path.compare(0, directory.size(), directory) != 0) return {};
	path.erase(0, directory.size());
	if (path.empty()) return ".";
	return path[0] == '/' ? path.substr(1) : std::string{};
}

std::string path_of(int file) {
	char path[PATH_MAX];
	const auto link = "/proc/self/fd/" + std::to_string(file);
	const auto size = readlink(link.c_str(), path, sizeof path);
	return size < 0 ? std::string{} : std::string(path, static_cast<std::size_t>(size));
}

std::string inside(int file) {
	return inside(path_of(file));
}

// Names are told whole: `directory` as openat() has it.
std::string inside(int directory, const char *name) {
	if (name[0] == '/') return inside(std::string{name});
	const auto from = directory == AT_FDCWD ? std::string{} : path_of(directory);
	if (!from.empty()) return inside(from + '/' + name);
	char here[PATH_MAX];
	return getcwd(here, sizeof here) == nullptr ? std::string{}
	                                            : inside(std::string(here) + '/' + name);
}

struct stat status_of(int file) {
	struct stat status {};
	fstat(file, &status);
	return status;
}

std::string inode(int file) {
	return std::to_string(status_of(file).st_ino);
}

void record_mode(int file) {
	char mode[16];
	std::snprintf(mode, sizeof mode, "%o", status_of(file).st_mode & 07777U);
	record("mode " + inode(file) + ' ' + mode);
}

int opened(int directory, const char *path, int flags, mode_t mode) {
	struct stat before {};
	bool is_new = false;
	{
		const KeptErrno kept;
		is_new = (flags & O_CREAT) != 0 && fstatat(directory, path, &before, 0) < 0;
	}
	const auto file = static_cast<int>(syscall(SYS_openat, directory, path, flags, mode));
	if (file < 0) return file;
	const KeptErrno kept;
	const auto name = inside(file);
	if (name.empty() || S_ISDIR(status_of(file).st_mode)) return file;
	if (is_new) {
		record("create " + inode(file) + ' ' + name);
		record_mode(file);
	}
	if ((flags & O_TRUNC) != 0 && !is_new) record("truncate " + inode(file) + " 0");
	return file;
}

// `end`: where the file is written to next.
void record_write(int file, const std::string &octets, off_t end) {
	if (file == STDOUT_FILENO) record("tell " + octets);
	if (inside(file).empty()) return;
	const auto offset = end - static_cast<off_t>(octets.size() / 2);
	record("write " + inode(file) + ' ' + std::to_string(offset) + ' ' + octets);
}

std::string gathered(const iovec *parts, int count, std::size_t size) {
	std::string octets;
	for (int i = 0; i < count && size > 0; ++i) {
		const auto length = parts[i].iov_len < size ? parts[i].iov_len : size;
		octets += hexadecimal(parts[i].iov_base, length);
		size -= length;
	}
	return octets;
}

bool omits(const char *what) {
	return std::strcmp(setting("LISP_POWER_OMIT"), what) == 0;
}

// The disk is spared the work: that it was asked is all that counts here, and what for.
int synced(int file) {
	struct stat status {};
	if (fstat(file, &status) < 0) return -1;
	const KeptErrno kept;
	const auto name = inside(file);
	const bool is_directory = S_ISDIR(status.st_mode);
	if (name.empty() || omits(is_directory ? "sync-directory" : "sync")) return 0;
	if (is_directory)
		record("sync-directory " + name);
	else
		record("sync " + inode(file) + ' ' + std::to_string(status.st_size));
	return 0;
}

// What has a name outside as well is told with "?" for it, which nobody understands.
int two_names(const char *what, long status, const std::string &from, const std::string &to) {
	const KeptErrno kept;
	if (status == 0 && !(from.empty() && to.empty()))
		record(
		    std::string(what) + ' ' + (from.empty() ? "?" : from) + ' ' + (to.empty() ? "?" : to));
	return static_cast<int>(status);
}

int one_name(const char *what, long status, const std::string &name) {
	const KeptErrno kept;
	if (status == 0 && !name.empty()) record(std::string(what) + ' ' + name);
	return static_cast<int>(status);
}

ssize_t sent(ssize_t size, int file, const std::string &octets) {
	const KeptErrno kept;
	sockaddr_storage address{};
	socklen_t length = sizeof address;
	if (size >= 0 && getsockname(file, reinterpret_cast<sockaddr *>(&address), &length) == 0 &&
	    (address.ss_family == AF_INET || address.ss_family == AF_INET6))
		record("send " + octets);
	return size;
}

mode_t mode_in(int flags, va_list arguments) {
	const bool makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
	return makes ? va_arg(arguments, mode_t) : 0;
}

} // namespace

extern "C" {

int open(const char *path, int flags, ...) {
	va_list arguments;
	va_start(arguments, flags);
	const auto mode = mode_in(flags, arguments);
	va_end(arguments);
	return opened(AT_FDCWD, path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...) {
	va_list arguments;
	va_start(arguments, flags);
	const auto mode = mode_in(flags, arguments);
	va_end(arguments);
	return opened(directory, path, flags, mode);
}

int open64(const char *, int, ...) __attribute__((alias("open")));
int openat64(int, const char *, int, ...) __attribute__((alias("openat")));

int creat(const char *path, mode_t mode) {
	return opened(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}
int creat64(const char *, mode_t) __attribute__((alias("creat")));

ssize_t write(int file, const void *octets, size_t size) {
	const auto written = syscall(SYS_write, file, octets, size);
	if (written < 0) return written;
	const KeptErrno kept;
	record_write(
	    file, hexadecimal(octets, static_cast<std::size_t>(written)), lseek(file, 0, SEEK_CUR));
	return written;
}

ssize_t pwrite(int file, const void *octets, size_t size, off_t offset) {
	const auto written = syscall(SYS_pwrite64, file, octets, size, offset);
	if (written < 0) return written;
	const KeptErrno kept;
	record_write(file, hexadecimal(octets, static_cast<std::size_t>(written)), offset + written);
	return written;
}
ssize_t pwrite64(int, const void *, size_t, off64_t) __attribute__((alias("pwrite")));

ssize_t writev(int file, const iovec *parts, int count) {
	const auto written = syscall(SYS_writev, file, parts, count);
	if (written < 0) return written;
	const KeptErrno kept;
	record_write(
	    file, gathered(parts, count, static_cast<std::size_t>(written)), lseek(file, 0, SEEK_CUR));
	return written;
}

int ftruncate(int file, off_t size) noexcept {
	const auto status = syscall(SYS_ftruncate, file, size);
	const KeptErrno kept;
	if (status == 0 && !inside(file).empty())
		record("truncate " + inode(file) + ' ' + std::to_string(size));
	return static_cast<int>(status);
}
int ftruncate64(int, off64_t) noexcept __attribute__((alias("ftruncate")));

int truncate(const char *path, off_t size) noexcept {
	const auto file = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC));
	if (file < 0) return -1;
	const auto status = ftruncate(file, size);
	const KeptErrno kept;
	syscall(SYS_close, file);
	return status;
}
int truncate64(const char *, off64_t) noexcept __attribute__((alias("truncate")));

int fchmod(int file, mode_t mode) noexcept {
	const auto status = syscall(SYS_fchmod, file, mode);
	const KeptErrno kept;
	if (status == 0 && !inside(file).empty()) record_mode(file);
	return static_cast<int>(status);
}

int fsync(int file) {
	return synced(file);
}

int fdatasync(int file) {
	return synced(file);
}

int renameat2(int old_directory, const char *old_name, int new_directory, const char *new_name,
    unsigned flags) noexcept {
	const auto status =
	    syscall(SYS_renameat2, old_directory, old_name, new_directory, new_name, flags);
	// An exchange is another operation.
	return two_names(flags == 0 ? "rename" : "exchange", status, inside(old_directory, old_name),
	    inside(new_directory, new_name));
}

int renameat(
    int old_directory, const char *old_name, int new_directory, const char *new_name) noexcept {
	return renameat2(old_directory, old_name, new_directory, new_name, 0);
}

int rename(const char *old_name, const char *new_name) noexcept {
	return renameat2(AT_FDCWD, old_name, AT_FDCWD, new_name, 0);
}

int linkat(int old_directory, const char *old_name, int new_directory, const char *new_name,
    int flags) noexcept {
	const auto status =
	    syscall(SYS_linkat, old_directory, old_name, new_directory, new_name, flags);
	return two_names(
	    "link", status, inside(old_directory, old_name), inside(new_directory, new_name));
}

int link(const char *old_name, const char *new_name) noexcept {
	return linkat(AT_FDCWD, old_name, AT_FDCWD, new_name, 0);
}

int unlinkat(int directory, const char *name, int flags) noexcept {
	const auto status = syscall(SYS_unlinkat, directory, name, flags);
	return one_name("unlink", status, inside(directory, name));
}

int unlink(const char *name) noexcept {
	return unlinkat(AT_FDCWD, name, 0);
}

int mkdirat(int directory, const char *name, mode_t mode) noexcept {
	const auto status = syscall(SYS_mkdirat, directory, name, mode);
	return one_name("mkdir", status, inside(directory, name));
}

int mkdir(const char *name, mode_t mode) noexcept {
	return mkdirat(AT_FDCWD, name, mode);
}

ssize_t sendto(int file, const void *octets, size_t size, int flags, const sockaddr *address,
    socklen_t length) {
	return sent(syscall(SYS_sendto, file, octets, size, flags, address, length), file,
	    hexadecimal(octets, size));
}

ssize_t send(int file, const void *octets, size_t size, int flags) {
	return sendto(file, octets, size, flags, nullptr, 0);
}

ssize_t sendmsg(int file, const msghdr *message, int flags) {
	const auto size = syscall(SYS_sendmsg, file, message, flags);
	return sent(
	    size, file, gathered(message->msg_iov, static_cast<int>(message->msg_iovlen), SIZE_MAX));
}

int sendmmsg(int file, mmsghdr *messages, unsigned count, int flags) {
	unsigned done = 0;
	for (; done < count; ++done) {
		const auto size = sendmsg(file, &messages[done].msg_hdr, flags);
		if (size < 0) return done == 0 ? -1 : static_cast<int>(done);
		messages[done].msg_len = static_cast<unsigned>(size);
	}
	return static_cast<int>(done);
}

int clock_gettime(clockid_t clock, timespec *time) noexcept {
	static std::int64_t ahead = 0;
	const auto status = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
	if (clock == CLOCK_REALTIME && status == 0)
		time->tv_sec += ahead += std::atol(setting("LISP_POWER_LEAP"));
	return status;
}
}
