#include "common/progress_line.h"

#include <cstdio>
#include <unistd.h>

namespace lisp {

namespace {

constexpr std::chrono::milliseconds first_after{1000};
constexpr std::string_view erase_line = "\r\x1b[K";

void write_to_terminal(std::string_view text) {
	std::fwrite(text.data(), 1, text.size(), stderr);
	std::fflush(stderr);
}

} // namespace

ProgressLine::ProgressLine(bool wanted)
    : wanted_(wanted && isatty(STDERR_FILENO) != 0), next_(Clock::now() + first_after) {}

void ProgressLine::show(std::string_view text) {
	if (!wanted_) return;
	next_ = Clock::now() + interval;
	std::string line{erase_line};
	write_to_terminal(line += text);
	shown_ = true;
}

void ProgressLine::erase() {
	if (shown_) write_to_terminal(erase_line);
	shown_ = false;
}

} // namespace lisp
