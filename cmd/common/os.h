// What the systems disagree on about processes and their places: os_linux.cc or os_freebsd.cc, the
// build picks one.
#pragma once

namespace lisp::os {

extern const char *const config_directory;
extern const char *const run_directory;
extern const char *const state_directory;

// No core files, which would hold keys, and no debugger of the same user.
void forbid_core_files();

// Nothing that this process may execute gains privileges, where the system can promise that.
void forbid_new_privileges();

} // namespace lisp::os
