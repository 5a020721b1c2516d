// What others may ask of lisp-registerd at its local socket.
#pragma once

#include "lisp-registerd/service.h"

namespace lisp {

void offer_queries(Daemon &daemon, Service &service);

} // namespace lisp
