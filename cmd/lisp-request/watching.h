// lisp-request --watch: subscribes to EIDs and prints what changes.
#pragma once

#include "engine/requester.h"
#include "lisp-request/run.h"
#include "lisp-request/sockets.h"

namespace lisp {

// The exit status. Throws what guarded() catches.
int watch(const RequestOptions &options, const RequestForm &form, RequestSockets sockets,
    const std::vector<EidPrefix> &eids);

} // namespace lisp
