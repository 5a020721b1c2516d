// What others may ask of lisp-registerd at its local socket.
#pragma once

#include "common/edit_rule.h"
#include "lisp-registerd/service.h"

#include <memory>

namespace lisp {

void offer_queries(Daemon &daemon, Service &service);

// EIDs that another daemon has changed. The file may say the same by then or not, so `rule` is told
// not to compare with what it said before.
void accept_eids(Daemon &daemon, Service &service, std::shared_ptr<EditRule> rule);

} // namespace lisp
