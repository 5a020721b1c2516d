// What the command line and the files that it names say. All throw CpmFailure and UsageError.
#pragma once

#include "config/key_file.h"
#include "engine/change_priority_sender.h"
#include "lisp-cpm-send/run.h"

namespace lisp {

std::vector<EidPrefix> moved_eids(const CpmSendOptions &options);

// In their order, each once. Without -x one that is none, if nothing is to be sent.
struct Xtrs {
	std::vector<Endpoint> found;
	std::vector<std::string> unknown; // why a name has no address
};
Xtrs xtrs(const CpmSendOptions &options);

std::vector<KeyFileLine> keys(const CpmSendOptions &options);
std::string secret_for(const std::vector<KeyFileLine> &keys, const EidPrefix &eid,
    const Endpoint &xtr, const CpmSendOptions &options);
std::uint64_t first_nonce(const CpmSendOptions &options);
ChangePrioritySender::Options sender_options(const CpmSendOptions &options);

} // namespace lisp
