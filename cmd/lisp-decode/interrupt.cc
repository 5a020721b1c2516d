#include "lisp-decode/interrupt.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace lisp {

namespace {

volatile std::sig_atomic_t noted = 0;
volatile std::sig_atomic_t told = -1; // the descriptor to write to

void note(int signal) {
	const int error = errno;
	noted = signal;
	[[maybe_unused]] const auto written = write(told, "s", 1);
	errno = error;
}

void on_both(void (*handler)(int)) {
	struct sigaction action {};
	action.sa_handler = handler;
	// No SA_RESTART: a read that waits is to return.
	action.sa_flags = static_cast<int>(SA_RESETHAND);
	for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

} // namespace

Interrupt::Interrupt() {
	int ends[2];
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		throw std::system_error(errno, std::generic_category(), "pipe");
	descriptor_ = ends[0];
	noted = 0;
	told = ends[1];
	on_both(note);
}

Interrupt::~Interrupt() {
	on_both(SIG_DFL);
	close(descriptor_);
	close(told);
}

int Interrupt::signal() const {
	return noted;
}

} // namespace lisp
