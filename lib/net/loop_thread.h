// A loop that runs on a thread of its own.
#pragma once

#include "net/loop.h"

#include <array>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace lisp {

class LoopThread {
public:
	LoopThread() = default;
	~LoopThread(); // stops it; what ended it early is forgotten
	LoopThread(const LoopThread &) = delete;
	LoopThread &operator=(const LoopThread &) = delete;

	using Begin = std::function<std::vector<Loop::Watch>(Loop &)>;
	// Calls `begin` on the new thread, then runs the loop, with those watches until it ends. The
	// thread gets no signals; where it ends by an exception, this process gets SIGTERM. Throws
	// std::system_error.
	void start(Begin begin);

	// Returns when the thread has ended. Throws what it ended by. Without effect where it was not
	// started.
	void stop();

private:
	void run(const Begin &begin);
	void join();

	std::array<int, 2> pipe_{-1, -1}; // whose closing ends the loop
	std::exception_ptr thrown_;
	std::thread thread_;
};

} // namespace lisp
