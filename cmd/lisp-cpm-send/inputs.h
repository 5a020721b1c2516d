// What the command line and the files that it names say. All throw CpmFailure.
#pragma once

#include "config/key_file.h"
#include "engine/change_priority_sender.h"
#include "lisp-cpm-send/run.h"

namespace lisp {

std::vector<EidPrefix> moved_eids(const CpmSendOptions &options);
std::vector<Endpoint> xtrs(const CpmSendOptions &options); // one that is none without -x
std::vector<KeyFileLine> keys(const CpmSendOptions &options);
// The first in the file that is meant for the xTR, the EID or the Key ID.
std::string secret_for(const std::vector<KeyFileLine> &keys, const EidPrefix &eid,
    const Endpoint &xtr, const CpmSendOptions &options);
std::uint64_t first_nonce(const CpmSendOptions &options);
ChangePrioritySender::Options sender_options(const CpmSendOptions &options);

} // namespace lisp
