#include "capture/waiting_pipe.h"

#include "capture/os_stream.h"

#include <sys/stat.h>

#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace lisp {

namespace {

class WaitingPipe : public Source {
public:
	WaitingPipe(std::FILE *file, int stop) : file_(file), stop_(stop) {}
	~WaitingPipe() override {
		if (file_ != stdin) std::fclose(file_);
	}

	ssize_t read(char *room, std::size_t size) override {
		for (;;) {
			pollfd watched[] = {{fileno(file_), POLLIN, 0}, {stop_, POLLIN, 0}};
			if (poll(watched, 2, -1) < 0 && errno != EINTR) return -1;
			if (watched[1].revents != 0) return 0;
			if (watched[0].revents == 0) continue;
			const auto taken = ::read(watched[0].fd, room, size);
			if (taken >= 0 || errno != EINTR) return taken;
		}
	}

private:
	std::FILE *file_;
	int stop_;
};

} // namespace

std::FILE *open_waiting_pipe(std::FILE *file, int stop) {
	return os::open_source(std::make_unique<WaitingPipe>(file, stop));
}

bool may_wait(std::FILE *file) {
	struct stat status {};
	const int descriptor = fileno(file);
	return descriptor >= 0 && fstat(descriptor, &status) == 0 && !S_ISREG(status.st_mode);
}

} // namespace lisp
