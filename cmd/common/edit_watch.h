// Tells that a file has been edited and left alone since.
#pragma once

#include "net/file_watch.h"

#include <chrono>
#include <memory>
#include <string>

namespace lisp {

class EditWatch {
public:
	// Editors and scripts write in steps, which follow each other faster than this.
	static constexpr std::chrono::milliseconds quiet_time{20};

	// `failed` is called when failure() comes about after begin().
	EditWatch(
	    Loop &loop, std::string path, std::function<void()> edited, std::function<void()> failed);

	void begin(); // from now on
	void end();
	std::error_code failure() const { return failure_; } // why nothing is told

	// Whether there has been an edit that was not told yet, and now will not be.
	bool take();
	void tell_soon(); // as if there had been an edit now

private:
	void changed();
	void check();
	bool take_events();

	Loop &loop_;
	std::string path_;
	std::function<void()> failed_;
	bool pending_ = false;
	Loop::Timer quiet_;
	std::error_code failure_;
	std::unique_ptr<FileWatch> watch_;
};

} // namespace lisp
