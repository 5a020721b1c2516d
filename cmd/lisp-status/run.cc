#include "lisp-status/run.h"

#include "common/cli.h"
#include "net/local_socket.h"

#include <climits>
#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <poll.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace lisp {

namespace {

constexpr std::string_view prefix = "lisp-";
constexpr std::string_view suffix = ".sock";

std::string full_name(const std::string &daemon) {
	if (daemon.find('/') != std::string::npos)
		throw UsageError{fmt::format("'{}' is not the name of a daemon", daemon)};
	return daemon.starts_with(prefix) ? daemon : std::string{prefix} + daemon;
}

// Other sockets, such as the mapping socket, may lie in the same directory.
std::vector<std::string> daemons_in(const std::string &directory) {
	std::vector<std::string> names;
	std::error_code error;
	for (const auto &entry : std::filesystem::directory_iterator(directory, error)) {
		const auto name = entry.path().filename().string();
		if (name.starts_with(prefix) && name.ends_with(suffix))
			names.push_back(name.substr(0, name.size() - suffix.size()));
	}
	if (error && error != std::errc::no_such_file_or_directory)
		throw std::system_error(error, directory);
	std::sort(names.begin(), names.end());
	return names;
}

std::string explain(const std::system_error &error) {
	if (error.code() == std::errc::no_such_file_or_directory ||
	    error.code() == std::errc::connection_refused)
		return fmt::format("not running ({})", error.what());
	if (error.code() == std::errc::permission_denied)
		return fmt::format("{}; root and members of the daemon's group may ask", error.what());
	return error.what();
}

// Answers as they come. What standard output does not take at once waits here: a pager that shows
// its first page must not make the daemon wait, which would break the answer off.
class Output {
public:
	explicit Output(std::string_view between) : between_(between) {}

	void begin() { answered_ = false; }
	void add(std::string_view reply);
	void end(); // waits until all is written

private:
	void write_some();

	std::string_view between_; // the answers of two daemons
	bool any_ = false;
	bool answered_ = false; // by the daemon that is asked
	std::string unwritten_;
	std::size_t written_ = 0; // of it
};

void Output::add(std::string_view reply) {
	if (!std::exchange(answered_, true) && std::exchange(any_, true)) unwritten_ += between_;
	unwritten_ += reply;
	pollfd out{STDOUT_FILENO, POLLOUT, 0};
	while (written_ < unwritten_.size() && poll(&out, 1, 0) > 0) write_some();
	if (written_ < unwritten_.size() / 2) return; // what moves is less than what was written
	unwritten_.erase(0, written_);
	written_ = 0;
}

// No more than a pipe takes without waiting when it takes anything.
void Output::write_some() {
	const auto some = std::string_view{unwritten_}.substr(written_, PIPE_BUF);
	const auto octets = write(STDOUT_FILENO, some.data(), some.size());
	if (octets < 0 && errno != EINTR && errno != EAGAIN)
		throw std::runtime_error(fmt::format("standard output: {}", std::strerror(errno)));
	written_ += static_cast<std::size_t>(std::max<ssize_t>(octets, 0));
}

void Output::end() {
	pollfd out{STDOUT_FILENO, POLLOUT, 0};
	for (; written_ < unwritten_.size(); write_some()) poll(&out, 1, -1);
}

bool ask(const StatusOptions &options, const std::string &daemon, Output &output) {
	const auto path = options.run_directory + "/" + daemon + std::string{suffix};
	auto question = "query " + options.query;
	if (options.json) question += " json";
	if (!options.argument.empty()) question += ' ' + options.argument;
	std::string problem;
	try {
		const auto refused = ask_local(
		    path, question + '\n', [&output](std::string_view reply) { output.add(reply); });
		if (!refused) return true;
		problem = *refused;
	} catch (const std::system_error &error) {
		problem = explain(error);
	}
	fmt::print(stderr, "lisp-status: {}: {}\n", daemon, problem);
	return false;
}

} // namespace

int run(const StatusOptions &options) {
	for (const auto &word : {options.query, options.argument})
		if (word.find_first_of(" \n") != std::string::npos || options.query.empty())
			throw UsageError{fmt::format("'{}' is not a query", word)};
	const auto names = options.daemon.empty() ? daemons_in(options.run_directory)
	                                          : std::vector{full_name(options.daemon)};
	if (names.empty()) {
		fmt::print(stderr, "lisp-status: no daemon is running ({})\n", options.run_directory);
		return 1;
	}
	int status = 0;
	Output output{options.json ? "" : "\n"};
	for (const auto &name : names) {
		output.begin();
		if (!ask(options, name, output)) status = 1;
	}
	output.end();
	return status;
}

} // namespace lisp
