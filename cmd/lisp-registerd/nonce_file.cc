#include "lisp-registerd/nonce_file.h"

#include "address/ip_address.h"
#include "engine/nonce_counter.h"

#include <sys/file.h>

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace lisp {

namespace {

constexpr mode_t mode = 0600;

class Descriptor {
public:
	explicit Descriptor(int number) : number_(number) {}
	~Descriptor() {
		if (number_ >= 0) ::close(number_);
	}
	Descriptor(const Descriptor &) = delete;
	Descriptor &operator=(const Descriptor &) = delete;

	bool ok() const { return number_ >= 0; }
	int number() const { return number_; }
	bool close() { return ::close(std::exchange(number_, -1)) == 0; }

private:
	int number_;
};

std::error_code last_error() {
	return {errno, std::generic_category()};
}

std::error_code write_through(
    const std::string &path, const Owner &owner, const std::string &text) {
	// Whatever another user of the directory has put there is not written to.
	if (unlink(path.c_str()) < 0 && errno != ENOENT) return last_error();
	Descriptor file{
	    ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)};
	if (!file.ok() || !give_file(file.number(), owner)) return last_error();
	const auto written = ::write(file.number(), text.data(), text.size());
	if (written < 0) return last_error();
	if (static_cast<std::size_t>(written) != text.size())
		return std::make_error_code(std::errc::no_space_on_device);
	if (fsync(file.number()) < 0 || !file.close()) return last_error();
	return {};
}

} // namespace

std::optional<NonceFile> NonceFile::open(const std::string &state_directory, const Owner &owner) {
	// A file of its own: the lock must not go with the file that a rename replaces.
	const auto path = state_directory + "/nonce.lock";
	const int lock = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode);
	if (lock < 0) throw std::system_error(last_error(), path);
	NonceFile file{state_directory, owner, lock};
	if (!give_file(lock, owner)) throw std::system_error(last_error(), path);
	if (flock(lock, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK) return std::nullopt;
		throw std::system_error(last_error(), path);
	}
	file.load();
	if (const auto error = file.save(file.ceiling_))
		throw std::system_error(error, state_directory + "/nonce");
	return file;
}

NonceFile::NonceFile(std::string directory, const Owner &owner, int lock)
    : directory_(std::move(directory)), owner_(owner), lock_(lock) {}

NonceFile::NonceFile(NonceFile &&other) noexcept
    : directory_(std::move(other.directory_)), owner_(other.owner_),
      lock_(std::exchange(other.lock_, -1)), ceiling_(other.ceiling_) {}

NonceFile::~NonceFile() {
	if (lock_ >= 0) close(lock_);
}

void NonceFile::load() {
	const auto path = directory_ + "/nonce";
	if (access(path.c_str(), F_OK) < 0 && errno == ENOENT) return;
	std::ifstream file{path};
	std::string line;
	if (!file) throw std::system_error(last_error(), path);
	std::getline(file, line);
	const auto number = parse_number(line, NonceCounter::max_ceiling);
	if (!number)
		throw std::runtime_error(path + " holds no nonce; remove it only together with new keys");
	ceiling_ = *number;
}

std::error_code NonceFile::save(std::uint64_t ceiling) {
	const auto path = directory_ + "/nonce";
	const auto fresh = path + ".new";
	if (const auto error = write_through(fresh, owner_, std::to_string(ceiling) + '\n'))
		return error;
	if (rename(fresh.c_str(), path.c_str()) < 0) return last_error();
	if (const auto error = sync_directory(directory_)) return error;
	ceiling_ = ceiling;
	return {};
}

} // namespace lisp
