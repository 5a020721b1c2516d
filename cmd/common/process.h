// The steps by which a program becomes a daemon.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <system_error>

namespace lisp {

// Makes `path` and what is missing above it, to last through a loss of power. What was made belongs
// to `user` unless that is empty. Throws std::system_error.
void make_directory(const std::string &path, mode_t mode, const std::string &user);

// So that names in it last through a loss of power.
std::error_code sync_directory(const std::string &path);

void give_to(const std::string &path, const std::string &user);

struct Owner {
	uid_t user = static_cast<uid_t>(-1);
	gid_t group = static_cast<gid_t>(-1);
};

// Whose the files shall be that root makes in `directory`: `user`'s, or the directory's owner's
// when that is empty. Throws std::system_error.
Owner owner_in(const std::string &directory, const std::string &user);

// A file that root has just made. Without effect unless this process is root and the file is
// root's, empty and without a second name. False and errno on failure.
bool give_file(int descriptor, const Owner &owner);

// Becomes `user` for good, supplementary groups included. Throws std::system_error, also when there
// is no such user or root could be had again.
void become(const std::string &user);

// A file that holds the process's number, locked as long as the process lives.
class PidFile {
public:
	// None when `path` is empty. Throws std::system_error when it cannot be written or another
	// process holds it.
	explicit PidFile(const std::string &path);
	~PidFile();
	PidFile(const PidFile &) = delete;
	PidFile &operator=(const PidFile &) = delete;

	void write(); // this process's number, once it is final

private:
	std::string path_;
	int descriptor_ = -1;
};

// Goes on in a child without a terminal; the parent exits when the child is ready or has failed,
// with its status.
class Detachment {
public:
	Detachment(); // forks. Throws std::system_error
	void ready(); // closes standard input, output and error, too

private:
	int parent_;
};

// Tells systemd, if that has started the process: "READY=1".
void notify_supervisor(std::string_view state);

// Replaces the file whole; a reader sees the old or the new text. False and errno on failure.
bool replace_file(const std::string &path, std::string_view text);

} // namespace lisp
