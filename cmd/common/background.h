// Work that may wait for a disk, done beside the event loop.
#pragma once

#include "net/loop.h"

#include <functional>
#include <memory>
#include <system_error>

namespace lisp {

// A thread of its own that does what it is given, one after the other. It begins with the first
// work: what forks before that is not bothered.
class Background {
public:
	using Work = std::function<std::error_code()>;
	using Done = std::function<void(std::error_code)>;

	explicit Background(Loop &loop);
	~Background(); // waits for what has begun; the rest is not done, and nothing is told
	Background(const Background &) = delete;
	Background &operator=(const Background &) = delete;

	// `done` is called by the loop.
	void run(Work work, Done done);

	// Waits for all of it, and what is given meanwhile, and calls `done` of each from here.
	void finish();

private:
	class Thread;
	Loop &loop_;
	std::unique_ptr<Thread> thread_;
	Loop::Watch watch_;
};

} // namespace lisp
