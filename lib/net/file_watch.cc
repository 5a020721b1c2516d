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
		if (!S_ISDIR(status.st_mode)) trail.file = full;
		trail.device = status.st_dev;
		trail.number = status.st_ino;
		trail.mode = status.st_mode;
		trail.user = status.st_uid;
		trail.group = status.st_gid;
	}
	return trail;
}

FileWatch::FileWatch(Loop &loop, std::string path, std::function<void()> changed) {
	watched_.push_back({std::move(path), {}, {}});
	arm();
	if (events_.descriptor() < 0) return;
	watch_ = loop.on_readable(events_.descriptor(), [this, changed = std::move(changed)] {
		if (take()) changed();
	});
}

bool FileWatch::watch_also(const std::vector<std::string> &paths) {
	const bool changed = take();
	const auto before = std::exchange(watched_, {watched_.front()});
	for (const auto &path : paths) watched_.push_back({path, {}, {}});
	arm();
	const auto is_as_before = [&](const Watched &one) {
		const auto known = std::find_if(before.begin(), before.end(),
		    [&](const Watched &other) { return other.path == one.path; });
		return known == before.end() || known->trail == one.trail;
	};
	return !std::all_of(watched_.begin(), watched_.end(), is_as_before) || changed;
}

void FileWatch::add(Watched &one) {
	one.trail = follow(one.path);
	one.failure = {};
	for (const auto &directory : one.trail.directories)
		if (!one.failure) one.failure = events_.add_directory(directory);
	if (!one.failure && !one.trail.file.empty()) one.failure = events_.add_file(one.trail.file);
}

// What is watched is where the paths led beforehand: only if they lead there afterwards too is
// nothing missed.
void FileWatch::arm() {
	const auto is_on_the_way = [](const Watched &one) {
		if (!one.failure) return follow(one.path) != one.trail;
		return one.failure == std::errc::no_such_file_or_directory ||
		       one.failure == std::errc::not_a_directory;
	};
	for (unsigned i = 0; i < max_attempts; ++i) {
		for (auto &one : watched_) add(one);
		events_.drop_others();
		if (std::none_of(watched_.begin(), watched_.end(), is_on_the_way)) return;
	}
	for (auto &one : watched_)
		if (!one.failure && is_on_the_way(one))
			one.failure = std::make_error_code(std::errc::resource_unavailable_try_again);
}

bool FileWatch::take() {
	const auto seen = events_.take();
	if (!seen.file && !seen.directory) return false;
	const auto before = watched_;
	arm();
	return seen.file || watched_ != before;
}

std::map<std::string, std::error_code> FileWatch::failures() const {
	std::map<std::string, std::error_code> failures;
	for (const auto &one : watched_)
		if (one.failure) failures.emplace(one.path, one.failure);
	return failures;
}

} // namespace lisp
