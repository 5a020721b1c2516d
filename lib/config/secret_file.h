// Refusing files whose keys others may read.
#pragma once

#include "config/text_file.h"

namespace lisp {

// What is wrong with a file of keys that is open to others, its own group included.
void refuse_open_file(Diagnostics &found);

std::optional<std::string> read_text_file(const std::string &path, Diagnostics &found);

// The same, but an error where group or others have any right to it, unless `insecure_perms`.
std::optional<std::string> read_secret_file(
    const std::string &path, bool insecure_perms, Diagnostics &found);

} // namespace lisp
