#include "capture/growing_file.h"

#include "capture/os_stream.h"

#include <sys/stat.h>

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace lisp {

namespace {

constexpr int interval = 100; // milliseconds

class GrowingFile : public Source {
public:
	GrowingFile(std::string path, int descriptor, int stop)
	    : path_(std::move(path)), descriptor_(descriptor), stop_(stop) {}
	~GrowingFile() override { close(descriptor_); }

	ssize_t read(char *room, std::size_t size) override {
		// What was written before the file was replaced is read after that was seen.
		for (bool replaced = false;;) {
			const auto taken = ::read(descriptor_, room, size);
			if (taken > 0) position_ += taken;
			if (taken > 0 || (taken < 0 && errno != EINTR)) return taken;
			if (replaced) return 0;
			replaced = is_replaced();
			if (!replaced && is_readable(stop_, interval)) return 0;
		}
	}

private:
	bool is_replaced() const {
		struct stat here {};
		struct stat there {};
		if (fstat(descriptor_, &here) < 0 || here.st_size < position_) return true;
		if (stat(path_.c_str(), &there) < 0) return false;
		return here.st_ino != there.st_ino || here.st_dev != there.st_dev;
	}

	std::string path_;
	int descriptor_;
	int stop_;
	off_t position_ = 0;
};

} // namespace

std::FILE *open_growing_file(const std::string &path, int stop) {
	int descriptor = -1;
	while ((descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC)) < 0) {
		if (errno != ENOENT && errno != EINTR) return nullptr;
		if (is_readable(stop, interval)) {
			errno = ECANCELED;
			return nullptr;
		}
	}
	return os::open_source(std::make_unique<GrowingFile>(path, descriptor, stop));
}

bool is_readable(int descriptor, int milliseconds) {
	pollfd watched{descriptor, POLLIN, 0};
	return poll(&watched, 1, milliseconds) > 0;
}

} // namespace lisp
