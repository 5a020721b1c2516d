#include "common/background.h"

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <fcntl.h>
#include <mutex>
#include <thread>
#include <unistd.h>
#include <utility>

namespace lisp {

class Background::Thread {
public:
	Thread() {
		if (pipe(pipe_) < 0) throw std::system_error(errno, std::generic_category(), "pipe");
		for (const auto end : pipe_) {
			fcntl(end, F_SETFD, FD_CLOEXEC);
			fcntl(end, F_SETFL, O_NONBLOCK);
		}
		// Signals are the loop's.
		sigset_t all;
		sigset_t before;
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		thread_ = std::thread([this] { work(); });
		pthread_sigmask(SIG_SETMASK, &before, nullptr);
	}

	~Thread() {
		{
			const std::lock_guard lock{mutex_};
			ending_ = true;
		}
		changed_.notify_all();
		thread_.join();
		for (const auto end : pipe_) close(end);
	}

	int readable() const { return pipe_[0]; }

	void add(Work work, Done done) {
		{
			const std::lock_guard lock{mutex_};
			waiting_.push_back({std::move(work), std::move(done), {}});
			++open_;
		}
		changed_.notify_all();
	}

	// Those that are done, told; whether any is left.
	bool tell() {
		char octets[64];
		while (read(pipe_[0], octets, sizeof octets) > 0) {
		}
		std::deque<Job> done;
		{
			const std::lock_guard lock{mutex_};
			done.swap(done_);
			open_ -= done.size();
		}
		for (const auto &job : done) job.done(job.error);
		const std::lock_guard lock{mutex_};
		return open_ > 0;
	}

	void wait() {
		std::unique_lock lock{mutex_};
		changed_.wait(lock, [this] { return !done_.empty() || open_ == 0; });
	}

private:
	struct Job {
		Work work;
		Done done;
		std::error_code error;
	};

	void work() {
		std::unique_lock lock{mutex_};
		for (;;) {
			changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
			if (ending_) return;
			auto job = std::move(waiting_.front());
			waiting_.pop_front();
			lock.unlock();
			job.error = job.work();
			lock.lock();
			done_.push_back(std::move(job));
			changed_.notify_all();
			[[maybe_unused]] const auto woken = write(pipe_[1], "", 1);
		}
	}

	int pipe_[2] = {-1, -1};
	std::mutex mutex_;
	std::condition_variable changed_;
	std::deque<Job> waiting_;
	std::deque<Job> done_;
	std::size_t open_ = 0; // given and not told
	bool ending_ = false;
	std::thread thread_; // begins when all else is there
};

Background::Background(Loop &loop) : loop_(loop) {}

Background::~Background() = default;

void Background::run(Work work, Done done) {
	if (!thread_) {
		thread_ = std::make_unique<Thread>();
		watch_ = loop_.on_readable(thread_->readable(), [this] { thread_->tell(); });
	}
	thread_->add(std::move(work), std::move(done));
}

void Background::finish() {
	while (thread_ && thread_->tell()) thread_->wait();
}

} // namespace lisp
