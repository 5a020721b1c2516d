#include "config/file_save.h"

#include "config/os_names.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

namespace lisp {

namespace {

void failure(Diagnostics &found, const char *what) {
	found.error({}, std::string(what) + ": " + std::strerror(errno));
}

// Without symbolic links; empty and errno on failure.
std::string resolved(const std::string &path) {
	const std::unique_ptr<char, decltype(&std::free)> result{
	    realpath(path.c_str(), nullptr), &std::free};
	return result ? std::string(result.get()) : std::string{};
}

bool lock(int file) {
	int status = 0;
	do status = flock(file, LOCK_EX);
	while (status != 0 && errno == EINTR);
	return status == 0;
}

bool write_all(int file, std::string_view text) {
	while (!text.empty()) {
		const auto written = ::write(file, text.data(), text.size());
		if (written < 0 && errno != EINTR) return false;
		if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
	}
	return true;
}

} // namespace

// The temporary file, removed unless it is kept.
class LockedFile::Fresh {
public:
	Fresh(int directory, std::string name) : directory_(directory), name_(std::move(name)) {
		// What a killed program has left is not written to, nor what another user put there.
		unlinkat(directory_, name_.c_str(), 0);
		file_ = Descriptor{openat(directory_, name_.c_str(),
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR)};
	}
	~Fresh() {
		if (file_.is_open() && !kept_) unlinkat(directory_, name_.c_str(), 0);
	}
	Fresh(const Fresh &) = delete;
	Fresh &operator=(const Fresh &) = delete;

	bool is_open() const { return file_.is_open(); }
	int number() const { return file_.number(); }
	const std::string &name() const { return name_; } // it is removed, whatever file has it then
	bool exchange_with(const std::string &name) {
		return os::exchange_names(directory_, name_.c_str(), name.c_str()) == 0;
	}
	bool rename_to(const std::string &name) {
		kept_ = renameat(directory_, name_.c_str(), directory_, name.c_str()) == 0;
		return kept_;
	}

private:
	int directory_;
	std::string name_;
	Descriptor file_;
	bool kept_ = false;
};

std::optional<LockedFile> LockedFile::open(const std::string &path, Diagnostics &found) {
	for (;;) {
		const auto target = resolved(path);
		if (target.empty()) {
			failure(found, "cannot be read");
			return std::nullopt;
		}
		const auto slash = target.rfind('/');
		const auto folder = target.substr(0, std::max<std::size_t>(slash, 1));
		Descriptor directory{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
		if (!directory.is_open() || !lock(directory.number())) {
			failure(found, "its directory cannot be locked");
			return std::nullopt;
		}
		// A link may have been turned elsewhere while another program had the lock.
		if (resolved(path) == target)
			return LockedFile{std::move(directory), target.substr(slash + 1)};
	}
}

std::optional<TextFile> LockedFile::read(Diagnostics &found) const {
	return read_file(directory_, name_, found);
}

LockedFile::Outcome LockedFile::replace(
    FileVersion &version, std::string_view text, Diagnostics &found) const {
	Fresh fresh{directory_.number(), "." + name_ + ".new"};
	if (!fresh.is_open()) {
		failure(found, "cannot be saved");
		return Outcome::failed;
	}
	if (!write(fresh.number(), text, found)) return Outcome::failed;
	FileVersion written;
	const bool known = read_version(written, fresh.number(), text, file_clock());
	const auto outcome = known ? put_in_place(fresh, version) : Outcome::failed;
	if (outcome == Outcome::failed) failure(found, "cannot be saved");
	if (outcome != Outcome::replaced) return outcome;
	version = written;
	if (fsync(directory_.number()) == 0) return Outcome::replaced;
	failure(found, "saved, but its directory cannot be synced");
	return Outcome::failed;
}

LockedFile::Outcome LockedFile::put_in_place(Fresh &fresh, const FileVersion &version) const {
	if (!is_still(version, name_)) return Outcome::changed;
	if (!fresh.exchange_with(name_)) {
		const bool cannot = errno == ENOSYS || errno == EINVAL;
		return cannot && fresh.rename_to(name_) ? Outcome::replaced : Outcome::failed;
	}
	// Looked at again where nobody puts another file in its place any more.
	if (is_still(version, fresh.name())) return Outcome::replaced;
	return fresh.exchange_with(name_) ? Outcome::changed : Outcome::failed;
}

bool LockedFile::is_still(const FileVersion &version, const std::string &name) const {
	if (version.digest != 0) {
		Diagnostics ignored;
		const auto now = read_file(directory_, name, ignored);
		return now && version.is_kept_by(now->version, now->text);
	}
	FileVersion now;
	const Descriptor file{
	    openat(directory_.number(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)};
	return file.is_open() && read_version(now, file.number(), {}, file_clock()) &&
	       version.is_same_file(now);
}

// The owner first, for a change of owner may take rights away.
bool LockedFile::write(int file, std::string_view text, Diagnostics &found) const {
	struct stat old {};
	struct stat fresh {};
	if (fstatat(directory_.number(), name_.c_str(), &old, AT_SYMLINK_NOFOLLOW) != 0 ||
	    fstat(file, &fresh) != 0) {
		failure(found, "cannot be saved");
		return false;
	}
	if ((old.st_uid != fresh.st_uid || old.st_gid != fresh.st_gid) &&
	    fchown(file, old.st_uid, old.st_gid) != 0) {
		failure(found, "cannot be saved with the owner that it has");
		return false;
	}
	if (fchmod(file, old.st_mode & 07777) == 0 && write_all(file, text) && fsync(file) == 0)
		return true;
	failure(found, "cannot be saved");
	return false;
}

} // namespace lisp
