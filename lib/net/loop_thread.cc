#include "net/loop_thread.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace lisp {

LoopThread::~LoopThread() {
	join();
}

void LoopThread::start(Begin begin) {
	if (pipe2(pipe_.data(), O_CLOEXEC) < 0)
		throw std::system_error(errno, std::generic_category(), "pipe");
	sigset_t all;
	sigset_t before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	thread_ = std::thread([this, begin = std::move(begin)] { run(begin); });
	pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void LoopThread::run(const Begin &begin) {
	try {
		Loop loop;
		const auto end = loop.on_readable(pipe_[0], [&loop] { loop.stop(); });
		const auto watches = begin(loop);
		loop.run();
	} catch (...) {
		thrown_ = std::current_exception();
		kill(getpid(), SIGTERM);
	}
}

void LoopThread::stop() {
	join();
	if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

void LoopThread::join() {
	if (!thread_.joinable()) return;
	close(pipe_[1]);
	thread_.join();
	close(pipe_[0]);
}

} // namespace lisp
