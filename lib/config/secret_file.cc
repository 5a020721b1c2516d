#include "config/secret_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <limits>
#include <unistd.h>

namespace lisp {

namespace {

class Descriptor {
public:
	explicit Descriptor(int number) : number_(number) {}
	~Descriptor() {
		if (number_ >= 0) close(number_);
	}
	Descriptor(const Descriptor &) = delete;
	Descriptor &operator=(const Descriptor &) = delete;
	int number() const { return number_; }

private:
	int number_;
};

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

} // namespace

std::optional<TextFile> read_file(const std::string &path, Diagnostics &found) {
	// O_NONBLOCK: a FIFO must not hang the daemon before it can be told from a file.
	const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
	struct stat status {};
	if (file.number() < 0 || fstat(file.number(), &status) != 0) return unreadable(found, errno);
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
	if (!read_all(file.number(), result.text)) return unreadable(found, errno);
	return result;
}

void refuse_open_file(Diagnostics &found) {
	found.error({}, "holds keys and is open to group or others, expected mode 0600 "
	                "(--insecure-perms accepts it)");
}

std::optional<std::string> read_text_file(const std::string &path, Diagnostics &found) {
	auto file = read_file(path, found);
	if (!file) return std::nullopt;
	return std::move(file->text);
}

std::optional<std::string> read_secret_file(
    const std::string &path, bool insecure_perms, Diagnostics &found) {
	auto file = read_file(path, found);
	if (!file) return std::nullopt;
	if (file->open_to_others && !insecure_perms) {
		refuse_open_file(found);
		return std::nullopt;
	}
	return std::move(file->text);
}

} // namespace lisp
