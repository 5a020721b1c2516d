// What lisp-request prints about an EID.
#pragma once

#include "engine/requester.h"
#include "engine/watcher.h"

#include <string>

namespace lisp {

// A host by its address alone, as it is usually asked for.
std::string eid_text(const EidPrefix &eid);

// In the manner of lig (RFC 6835 section 4.2).
void append_answer_text(Text &out, const RequestAnswer &answer);

// One line; `answer` is null after a timeout.
void append_answer_json(
    Text &out, const RequestAnswer *answer, const EidPrefix &eid, const Endpoint &resolver);

// One line each; `time`: nanoseconds since 1970.
void append_change_text(Text &out, const WatchedChange &change, std::uint64_t time);
void append_change_json(Text &out, const WatchedChange &change, const Endpoint &resolver,
    const Endpoint &from, std::uint64_t time);

} // namespace lisp
