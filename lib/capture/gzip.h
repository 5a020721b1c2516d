// Octets compressed by gzip (RFC 1952), read as they were before.
#pragma once

#include "capture/os_stream.h"

#include <string>

namespace lisp {

// Whether what `file` has to read begins like gzip. Takes nothing from it; waits for an octet.
bool is_gzip(std::FILE *file);

// A stream of what the gzip members in `file` hold, one after the other; octets behind them that
// begin no other are passed over, as by gzip(1). Takes the file over; nullptr and errno on failure.
// Where the octets are not as they should be, or end within a member, the stream ends after all
// before that and `fault` says why.
std::FILE *open_gzip(std::FILE *file, std::shared_ptr<std::string> fault);

} // namespace lisp
