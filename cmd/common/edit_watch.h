// Tells that a file, or one of those that it names, has been edited and left alone since.
#pragma once

#include "net/file_watch.h"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace lisp {

class EditWatch {
public:
	// Editors and scripts write in steps, which follow each other faster than this.
	static constexpr std::chrono::milliseconds quiet_time{20};

	// `failed` is called for failures() that come about after begin().
	using Failed = std::function<void(const std::string &path, std::error_code why)>;
	EditWatch(Loop &loop, std::string path, std::function<void()> edited, Failed failed);

	void begin(); // from now on
	void end();
	// Other files, edits of which count as edits of the file, in place of those before.
	void also(std::vector<std::string> paths);
	// Of which files nothing is told, and why.
	const std::map<std::string, std::error_code> &failures() const { return failures_; }

	// Whether there has been an edit that was not told yet, and now will not be.
	bool take();
	void tell_soon(); // as if there had been an edit now

private:
	void changed();
	void check();
	bool take_events();

	Loop &loop_;
	std::string path_;
	std::vector<std::string> also_;
	Failed failed_;
	bool pending_ = false;
	Loop::Timer quiet_;
	std::map<std::string, std::error_code> failures_;
	std::unique_ptr<FileWatch> watch_;
};

} // namespace lisp
