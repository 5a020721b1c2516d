#include "config/text_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <functional>
#include <limits>
#include <unistd.h>

namespace lisp {

namespace {

constexpr std::int64_t second = 1'000'000'000;

std::int64_t nanoseconds(const timespec &time) {
	return std::int64_t{time.tv_sec} * second + time.tv_nsec;
}

FileVersion version_of(const struct stat &status) {
	return {status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim), 0};
}

// A kernel's clock for files goes in steps of up to 10 ms, and some file systems keep seconds.
bool is_within_tick(std::int64_t modified, std::int64_t as_of) {
	return modified + (modified % second == 0 ? 2 * second : second / 50) > as_of;
}

std::size_t digest_of(std::string_view text) {
	const auto digest = std::hash<std::string_view>{}(text);
	return digest == 0 ? 1 : digest;
}

std::nullopt_t unreadable(Diagnostics &found, int error) {
	found.error({}, std::string("cannot be read: ") + std::strerror(error));
	return std::nullopt;
}

// Reads to the end, whatever the size was beforehand: a file may grow or shrink meanwhile.
bool read_all(int file, std::string &text) {
	std::size_t filled = 0;
	for (;;) {
		if (filled == text.size()) text.resize(text.size() + text.size() / 8 + 4096);
		const auto got = read(file, text.data() + filled, text.size() - filled);
		if (got < 0 && errno == EINTR) continue;
		if (got <= 0) {
			text.resize(filled);
			return got == 0;
		}
		filled += static_cast<std::size_t>(got);
	}
}

std::optional<TextFile> read_open(const Descriptor &file, Diagnostics &found) {
	struct stat status {};
	if (!file.is_open() || fstat(file.number(), &status) != 0) return unreadable(found, errno);
	if (!S_ISREG(status.st_mode)) {
		found.error({}, "not a regular file");
		return std::nullopt;
	}
	if (status.st_size > std::numeric_limits<std::uint32_t>::max()) {
		found.error({}, "larger than 4 GiB");
		return std::nullopt;
	}
	TextFile result;
	result.open_to_others = (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
	result.text.resize(static_cast<std::size_t>(status.st_size) + 1);
	// The version is that of before: what is modified while it is read has another one.
	result.version = version_of(status);
	const auto as_of = file_clock();
	if (!read_all(file.number(), result.text)) return unreadable(found, errno);
	if (is_within_tick(result.version.modified, as_of))
		result.version.digest = digest_of(result.text);
	return result;
}

// O_NONBLOCK: a FIFO must not hang the daemon before it can be told from a file.
constexpr int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;

} // namespace

Descriptor::~Descriptor() {
	if (number_ >= 0) close(number_);
}

bool FileVersion::is_same_file(const FileVersion &other) const {
	return device == other.device && inode == other.inode && size == other.size &&
	       modified == other.modified;
}

bool FileVersion::is_kept_by(const FileVersion &later, std::string_view text) const {
	return is_same_file(later) && (digest == 0 || digest == digest_of(text));
}

std::int64_t file_clock() {
	timespec now{};
	clock_gettime(CLOCK_REALTIME, &now);
	return nanoseconds(now);
}

bool read_version(FileVersion &version, int file, std::string_view text, std::int64_t as_of) {
	struct stat status {};
	if (fstat(file, &status) != 0) return false;
	version = version_of(status);
	if (is_within_tick(version.modified, as_of)) version.digest = digest_of(text);
	return true;
}

std::optional<TextFile> read_file(const std::string &path, Diagnostics &found) {
	return read_open(Descriptor{open(path.c_str(), flags)}, found);
}

std::optional<TextFile> read_file(
    const Descriptor &directory, const std::string &name, Diagnostics &found) {
	return read_open(
	    Descriptor{openat(directory.number(), name.c_str(), flags | O_NOFOLLOW)}, found);
}

} // namespace lisp
