// Tells when files may have changed: written, touched, replaced, removed, made again, or come to
// be another because a symbolic link on its path did.
#pragma once

#include "net/loop.h"
#include "net/os_file_events.h"

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace lisp {

// Watches the file, the directory that has it, and the directory of every symbolic link on the way
// to it; where something of the path is missing, the directory that it is missing from. What a
// handler is called for may be half an edit.
class FileWatch {
public:
	// The file need not exist.
	FileWatch(Loop &loop, std::string path, std::function<void()> changed);

	// Other files beside it from now on, which need not exist either, in place of those before.
	// Whether any that was watched already may have changed, as take() tells it.
	bool watch_also(const std::vector<std::string> &paths);

	// Whether a file may have changed since the last call and the last one of the handler, which
	// is then not called for it.
	bool take();

	// Why the system does not watch the file (any more); the handler is called when that comes
	// about.
	std::error_code failure() const { return watched_.front().failure; }

	// The same of all paths of which there is a reason.
	std::map<std::string, std::error_code> failures() const;

private:
	// Where a path leads.
	struct Trail {
		std::vector<std::string> directories;
		std::string file; // empty when there is none
		dev_t device{};
		ino_t number{};
		mode_t mode{};
		uid_t user{};
		gid_t group{};
		bool operator==(const Trail &) const = default;
	};
	struct Watched {
		std::string path;
		Trail trail;
		std::error_code failure;
		bool operator==(const Watched &) const = default;
	};
	static Trail follow(const std::string &path);
	void add(Watched &one);
	void arm();

	std::vector<Watched> watched_; // the file itself, then the others
	os::FileEvents events_;
	Loop::Watch watch_; // gone before the events are
};

} // namespace lisp
