#include "common/os.h"

#include <sys/prctl.h>

namespace lisp::os {

const char *const config_directory = "/etc/lisp";
const char *const run_directory = "/run/lisp";
const char *const state_directory = "/var/lib/lisp";

void forbid_core_files() {
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void forbid_new_privileges() {
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

} // namespace lisp::os
