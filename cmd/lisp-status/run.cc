#include "lisp-status/run.h"

#include "common/cli.h"
#include "net/local_socket.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
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

// The whole answer is read before any is printed: a pager that waits would make the daemon wait.
bool ask(const StatusOptions &options, const std::string &daemon, std::string &answer) {
	const auto path = options.run_directory + "/" + daemon + std::string{suffix};
	const auto question = fmt::format("query {}{}\n", options.query, options.json ? " json" : "");
	std::string problem;
	try {
		const auto refused =
		    ask_local(path, question, [&answer](std::string_view reply) { answer += reply; });
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
	if (options.query.empty() || options.query.find_first_of(" \n") != std::string::npos)
		throw UsageError{fmt::format("'{}' is not a query", options.query)};
	const auto names = options.daemon.empty() ? daemons_in(options.run_directory)
	                                          : std::vector{full_name(options.daemon)};
	if (names.empty()) {
		fmt::print(stderr, "lisp-status: no daemon is running ({})\n", options.run_directory);
		return 1;
	}
	int status = 0;
	bool first = true;
	for (const auto &name : names) {
		std::string answer;
		if (!ask(options, name, answer)) status = 1;
		if (answer.empty()) continue;
		if (!std::exchange(first, false) && !options.json) answer.insert(0, "\n");
		if (std::fwrite(answer.data(), 1, answer.size(), stdout) != answer.size()) break;
	}
	if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
		throw std::system_error(errno, std::generic_category(), "standard output");
	return status;
}

} // namespace lisp
