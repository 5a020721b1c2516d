// Reading whole files, and refusing those whose keys others may read.
#pragma once

#include "config/diagnostics.h"

#include <optional>
#include <string>

namespace lisp {

// The text of a regular file; a reason without a value goes into `found` at position 0:0.
std::optional<std::string> read_text_file(const std::string &path, Diagnostics &found);

// The same, but an error where group or others have any right to it, unless `insecure_perms`. A
// file whose group may read it is allowed when that group is the process's own.
std::optional<std::string> read_secret_file(
    const std::string &path, bool insecure_perms, Diagnostics &found);

} // namespace lisp
