#include "common/os.h"

#include <sys/prctl.h>

#include <fcntl.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LISP_LEAK_CHECK
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define LISP_LEAK_CHECK
#endif

namespace lisp::os {

const char *const config_directory = "/etc/lisp";
const char *const run_directory = "/run/lisp";
const char *const state_directory = "/var/lib/lisp";

void widen_pipe(int descriptor) {
	constexpr int most = 1 << 20; // octets, what a user may have by default
	fcntl(descriptor, F_SETPIPE_SZ, most);
}

void forbid_core_files() {
#ifndef LISP_LEAK_CHECK // which looks into its own process as a debugger does
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

void forbid_new_privileges() {
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

} // namespace lisp::os
