#include "net/mailbox.h"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace lisp {

Doorbell::Doorbell() {
	if (pipe2(pipe_.data(), O_CLOEXEC | O_NONBLOCK) < 0)
		throw std::system_error(errno, std::generic_category(), "pipe");
}

Doorbell::~Doorbell() {
	for (const auto end : pipe_) close(end);
}

// A pipe that is full rings already.
void Doorbell::ring() {
	[[maybe_unused]] const auto written = write(pipe_[1], "", 1);
}

void Doorbell::quiet() {
	std::array<char, 64> octets;
	while (read(pipe_[0], octets.data(), octets.size()) > 0) {
	}
}

} // namespace lisp
