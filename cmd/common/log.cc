#include "common/log.h"

#include <algorithm>
#include <array>
#include <syslog.h>
#include <unistd.h>

namespace lisp {

namespace {

constexpr double burst = 10;
constexpr double lines_per_second = 2;

constexpr std::array<std::string_view, 4> words{"error: ", "warning: ", "", "debug: "};
constexpr std::array<int, 4> priorities{LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};

// A peer's octets may stand in the text: what a terminal could act on is made harmless.
std::string printable(std::string_view text) {
	std::string safe{text};
	std::replace_if(
	    safe.begin(), safe.end(),
	    [](unsigned char c) { return (c < 0x20 && c != '\t' && c != '\n') || c == 0x7f; }, '?');
	return safe;
}

} // namespace

Log::Log(std::string name, unsigned verbosity) : name_(std::move(name)), verbosity_(verbosity) {}

void Log::to_syslog() {
	openlog(name_.c_str(), LOG_PID | LOG_NDELAY, LOG_DAEMON);
	syslog_ = true;
}

bool Log::shows(Severity severity) const {
	return severity != Severity::debug || verbosity_ > 0;
}

void Log::say(Severity severity, std::string_view text) {
	if (!shows(severity)) return;
	std::string lead = name_ + ": ";
	lead += words[static_cast<std::size_t>(severity)];
	write_line(severity, lead, text);
}

void Log::say_of_file(Severity severity, std::string_view text) {
	write_line(severity, {}, text);
}

void Log::write_line(Severity severity, std::string_view lead, std::string_view text) {
	const auto safe = printable(text);
	if (syslog_) return syslog(priorities[static_cast<std::size_t>(severity)], "%s", safe.c_str());
	std::string line{lead};
	line += safe;
	line += '\n';
	// One write a line, so that lines of several processes on one terminal stay whole.
	[[maybe_unused]] const auto written = write(STDERR_FILENO, line.data(), line.size());
}

bool Log::allow(std::chrono::steady_clock::time_point now) {
	const std::scoped_lock lock{gate_};
	const auto passed = std::chrono::duration<double>(now - refilled_).count();
	refilled_ = now;
	tokens_ = std::min(burst, tokens_ + passed * lines_per_second);
	if (tokens_ < 1) {
		++held_back_;
		return false;
	}
	tokens_ -= 1;
	if (held_back_ > 0) {
		say(Severity::warning, fmt::format("{} lines about peers were held back", held_back_));
		held_back_ = 0;
	}
	return true;
}

} // namespace lisp
