// What a daemon says: to standard error, or to syslog. Nothing that a remote can trigger at will is
// logged above debug without a rate limit. Threads may share one.
#pragma once

#include <fmt/core.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace lisp {

enum class Severity : std::uint8_t { error, warning, info, debug };

class Log {
public:
	// `verbosity` 0 shows up to info, 1 and more debug too.
	Log(std::string name, unsigned verbosity);
	void to_syslog(); // from now on

	template <class... Args> void error(fmt::format_string<Args...> format, Args &&...args) {
		say(Severity::error, fmt::format(format, std::forward<Args>(args)...));
	}
	template <class... Args> void warning(fmt::format_string<Args...> format, Args &&...args) {
		say(Severity::warning, fmt::format(format, std::forward<Args>(args)...));
	}
	template <class... Args> void info(fmt::format_string<Args...> format, Args &&...args) {
		say(Severity::info, fmt::format(format, std::forward<Args>(args)...));
	}
	template <class... Args> void debug(fmt::format_string<Args...> format, Args &&...args) {
		if (shows(Severity::debug))
			say(Severity::debug, fmt::format(format, std::forward<Args>(args)...));
	}
	void say(Severity severity, std::string_view text); // one line; control characters are escaped
	// A line that begins with the place in a file that it is about, as compilers write it: on
	// standard error without this program's name, so that editors find the place.
	void say_of_file(Severity severity, std::string_view text);
	bool shows(Severity severity) const;

	// A gate for lines that remotes can trigger: at most a few a second; what was held back is
	// told with the next line that passes.
	bool allow(std::chrono::steady_clock::time_point now);

private:
	void write_line(Severity severity, std::string_view lead, std::string_view text);

	std::string name_;
	unsigned verbosity_;
	bool syslog_ = false;
	std::mutex gate_; // of what follows
	double tokens_ = 10;
	std::chrono::steady_clock::time_point refilled_{};
	std::uint64_t held_back_ = 0;
};

} // namespace lisp
