#include "lisp-decode/output.h"

#include "common/os.h"

#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace lisp {

namespace {

constexpr std::size_t worth_writing = 1 << 18;

} // namespace

Output::Output(bool line_buffered) : at_once_(line_buffered || isatty(STDOUT_FILENO) != 0) {
	// A reader that has seen enough shows as EPIPE.
	std::signal(SIGPIPE, SIG_IGN);
	if (!at_once_) os::widen_pipe(STDOUT_FILENO);
}

bool Output::offer(Text &text) {
	return (!at_once_ && text.size() < worth_writing) || write(text);
}

bool Output::write(Text &text) {
	std::string_view rest = text;
	while (!rest.empty()) {
		const auto written = ::write(STDOUT_FILENO, rest.data(), rest.size());
		if (written >= 0) {
			rest.remove_prefix(static_cast<std::size_t>(written));
		} else if (errno == EPIPE) {
			return false;
		} else if (errno != EINTR) {
			throw std::system_error(errno, std::generic_category(), "standard output");
		}
	}
	text.clear();
	return true;
}

} // namespace lisp
