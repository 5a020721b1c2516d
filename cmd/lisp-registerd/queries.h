// What others may ask of lisp-registerd at its local socket, and how it reads its configuration.
#pragma once

#include "lisp-registerd/service.h"

namespace lisp {

// Reports what is wrong on standard error; nothing where the file cannot be used.
std::optional<SiteConfig> load(const DaemonOptions &options);

void offer_queries(Daemon &daemon, Service &service);

} // namespace lisp
