// How the systems tell that files change: os_linux.cc or os_freebsd.cc, the build picks one.
#pragma once

#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace lisp::os {

class FileEvents {
public:
	FileEvents(); // what fails is told by watch()
	~FileEvents();
	FileEvents(const FileEvents &) = delete;
	FileEvents &operator=(const FileEvents &) = delete;

	int descriptor() const; // readable when there is something to take()

	// Watches these from now on and no others: the contents and the attributes of `file`, which is
	// empty for none, and what the directories have by which name. A file that this process may
	// not read is passed over. After an error another call is needed.
	std::error_code watch(const std::string &file, const std::vector<std::string> &directories);

	// What happened since the last call; true also where that is not known for certain.
	struct Seen {
		bool file = false;
		bool directory = false;
	};
	Seen take();

private:
	struct State;
	std::unique_ptr<State> state_;
};

} // namespace lisp::os
