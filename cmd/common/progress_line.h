// One line on standard error that tells how far something is, for people at a terminal.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace lisp {

// Written anew at most four times a second; the first time after a second, so that what is quickly
// done shows none.
class ProgressLine {
public:
	static constexpr std::chrono::milliseconds interval{250};

	// Shows nothing where standard error is no terminal, or if it is not wanted.
	explicit ProgressLine(bool wanted = true);
	ProgressLine(const ProgressLine &) = delete;
	ProgressLine &operator=(const ProgressLine &) = delete;
	~ProgressLine() { erase(); }

	bool wanted() const { return wanted_; }
	bool is_due() const { return wanted_ && Clock::now() >= next_; }
	void show(std::string_view text);

	// Before anything else is written to the terminal.
	void erase();

private:
	using Clock = std::chrono::steady_clock;

	bool wanted_;
	bool shown_ = false;
	Clock::time_point next_;
};

} // namespace lisp
