// How far a long capture has been read, on standard error.
#pragma once

#include "capture/capture_file.h"
#include "lisp-decode/options.h"

#include <chrono>
#include <string>

namespace lisp {

// One line, written anew at most four times a second, where standard error is a terminal that is
// not filled with messages anyway; the first time after a second, so that short captures show none.
class Progress {
public:
	explicit Progress(const Options &options);
	Progress(const Progress &) = delete;
	Progress &operator=(const Progress &) = delete;
	~Progress() { erase(); }

	bool wanted() const { return wanted_; }

	// Shows how far it has been read, if it is time again.
	void show(const CaptureFile &capture);

	// Before anything else is written to the terminal.
	void erase();

private:
	using Clock = std::chrono::steady_clock;

	bool wanted_;
	bool shown_ = false;
	Clock::time_point next_;
	std::string line_;
};

} // namespace lisp
