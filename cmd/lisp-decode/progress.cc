#include "lisp-decode/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <unistd.h>

namespace lisp {

namespace {

constexpr std::chrono::milliseconds first_after{1000};
constexpr std::chrono::milliseconds interval{250};

constexpr std::string_view erase_line = "\r\x1b[K";

void write_to_terminal(std::string_view text) {
	std::fwrite(text.data(), 1, text.size(), stderr);
	std::fflush(stderr);
}

bool fills_terminal(const Options &options) {
	const bool is_quiet = options.statistics || options.counts || !options.output.empty();
	return !is_quiet && isatty(STDOUT_FILENO) != 0;
}

} // namespace

Progress::Progress(const Options &options)
    : wanted_(!options.no_progress && isatty(STDERR_FILENO) != 0 && !fills_terminal(options)),
      next_(Clock::now() + first_after) {}

void Progress::show(const CaptureFile &capture) {
	const auto now = Clock::now();
	if (!wanted_ || now < next_) return;
	next_ = now + interval;
	const auto position = capture.position();
	if (!position || position->size == 0) return;
	line_ = erase_line;
	fmt::format_to(std::back_inserter(line_), "{}: {} %", capture.name(),
	    std::min<std::uint64_t>(position->at * 100 / position->size, 100));
	write_to_terminal(line_);
	shown_ = true;
}

void Progress::erase() {
	if (shown_) write_to_terminal(erase_line);
	shown_ = false;
}

} // namespace lisp
