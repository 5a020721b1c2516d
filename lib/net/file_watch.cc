#include "net/file_watch.h"

#include <climits>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <unistd.h>
#include <utility>

namespace lisp {

namespace {

constexpr unsigned max_links = 40; // as many as the systems themselves follow
constexpr unsigned max_attempts = 100;

// The last name first.
void push_names(std::vector<std::string> &names, const std::string &path) {
	for (auto end = path.size(); end > 0;) {
		const auto slash = path.rfind('/', end - 1);
		const auto begin = slash == path.npos ? 0 : slash + 1;
		if (begin < end) names.push_back(path.substr(begin, end - begin));
		end = slash == path.npos ? 0 : slash;
	}
}

std::string link_target(const std::string &path) {
	char room[PATH_MAX];
	const auto size = readlink(path.c_str(), room, sizeof room);
	return size < 0 ? std::string{} : std::string(room, static_cast<std::size_t>(size));
}

std::string start_of(const std::string &path) {
	return path.starts_with('/') ? "/" : "./";
}

} // namespace

FileWatch::Trail FileWatch::follow(const std::string &path) {
	Trail trail;
	const auto watch = [&trail](const std::string &directory) {
		auto &known = trail.directories;
		if (std::find(known.begin(), known.end(), directory) == known.end())
			known.push_back(directory);
	};
	std::vector<std::string> names;
	push_names(names, path);
	auto directory = start_of(path);
	for (unsigned links = 0; !names.empty();) {
		const auto full = directory + names.back();
		names.pop_back();
		struct stat status {};
		const bool exists = lstat(full.c_str(), &status) == 0;
		const bool is_link = exists && S_ISLNK(status.st_mode);
		if (!exists || is_link || names.empty()) watch(directory);
		if (!exists || (is_link && ++links > max_links)) return trail;
		if (is_link) {
			const auto target = link_target(full);
			push_names(names, target);
			if (target.starts_with('/')) directory = start_of(target);
			continue;
		}
		directory = full + '/';
		if (!names.empty()) continue;
		trail.file = full;
		trail.device = status.st_dev;
		trail.number = status.st_ino;
		trail.mode = status.st_mode;
		trail.user = status.st_uid;
		trail.group = status.st_gid;
	}
	return trail;
}

FileWatch::FileWatch(Loop &loop, std::string path, std::function<void()> changed)
    : path_(std::move(path)), failure_(arm()) {
	if (failure_) return;
	watch_ = loop.on_readable(events_.descriptor(), [this, changed = std::move(changed)] {
		if (take()) changed();
	});
}

// What is watched is where the path led beforehand: only if it leads there afterwards too is
// nothing missed.
std::error_code FileWatch::arm() {
	std::error_code error;
	for (unsigned i = 0; i < max_attempts; ++i) {
		trail_ = follow(path_);
		error = events_.watch(trail_.file, trail_.directories);
		const bool is_gone =
		    error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
		if (error && !is_gone) return error;
		if (!error && follow(path_) == trail_) return {};
	}
	return error ? error : std::make_error_code(std::errc::resource_unavailable_try_again);
}

bool FileWatch::take() {
	if (failure_) return false;
	const auto seen = events_.take();
	if (!seen.file && !seen.directory) return false;
	const auto before = std::move(trail_);
	failure_ = arm();
	if (failure_) watch_ = {};
	return seen.file || failure_ || trail_ != before;
}

} // namespace lisp
