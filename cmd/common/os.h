// What the systems disagree on about processes and their places: os_linux.cc or os_freebsd.cc, the
// build picks one.
#pragma once

namespace lisp::os {

extern const char *const config_directory;
extern const char *const run_directory;
extern const char *const state_directory;

// Lets a pipe hold more, where that is to be asked for: who writes much into it then waits less
// often for who reads. Nothing happens to what is no pipe.
void widen_pipe(int descriptor);

// No core files, which would hold keys, and no debugger of the same user.
void forbid_core_files();

// Nothing that this process may execute gains privileges, where the system can promise that.
void forbid_new_privileges();

} // namespace lisp::os
