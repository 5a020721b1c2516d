// Registering once, for scripts: wait for every Map-Notify and tell what came of it.
#pragma once

#include "lisp-registerd/service.h"

namespace lisp {

// Prints one line or object a Map-Server on standard output. The exit status: 0 only if all of them
// acknowledged all records.
int register_once(
    Daemon &daemon, Service &service, const SiteConfig &config, const RegisterdOptions &options);

// The same by way of the daemon that holds the nonces.
int ask_the_running_one(Daemon &daemon, const RegisterdOptions &options);

} // namespace lisp
