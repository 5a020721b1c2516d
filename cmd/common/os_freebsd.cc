#include "common/os.h"

#include <sys/procctl.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <unistd.h>

namespace lisp::os {

const char *const config_directory = "/usr/local/etc/lisp";
const char *const run_directory = "/var/run/lisp";
const char *const state_directory = "/var/db/lisp";

// Pipes grow by themselves.
void widen_pipe(int) {}

void forbid_core_files() {
	int setting = PROC_TRACE_CTL_DISABLE;
	procctl(P_PID, getpid(), PROC_TRACE_CTL, &setting);
}

void forbid_new_privileges() {
#ifdef PROC_NO_NEW_PRIVS_CTL
	int setting = PROC_NO_NEW_PRIVS_ENABLE;
	procctl(P_PID, getpid(), PROC_NO_NEW_PRIVS_CTL, &setting);
#endif
}

} // namespace lisp::os
