// How the systems tell that files change: os_linux.cc or os_freebsd.cc, the build picks one.
#pragma once

#include <memory>
#include <string>
#include <system_error>

namespace lisp::os {

class FileEvents {
public:
	FileEvents(); // what fails is told when something is added
	~FileEvents();
	FileEvents(const FileEvents &) = delete;
	FileEvents &operator=(const FileEvents &) = delete;

	int descriptor() const; // readable when there is something to take()

	// Watch from now on, or further on: what a directory has by which name; the contents and the
	// attributes of a file. A file that this process may not read is passed over.
	std::error_code add_directory(const std::string &path);
	std::error_code add_file(const std::string &path);
	// Watches nothing any more but what was added since this was last called.
	void drop_others();

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
