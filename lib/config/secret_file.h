// Reading whole files, and refusing those whose keys others may read.
#pragma once

#include "config/diagnostics.h"

#include <optional>
#include <string>

namespace lisp {

struct TextFile {
	std::string text;
	bool open_to_others = false; // group or others have some right to it
};

// A regular file of less than 4 GiB; a reason without a value goes into `found` at position 0:0.
std::optional<TextFile> read_file(const std::string &path, Diagnostics &found);

// What is wrong with a file of keys that is open to others, its own group included.
void refuse_open_file(Diagnostics &found);

std::optional<std::string> read_text_file(const std::string &path, Diagnostics &found);

// The same, but an error where group or others have any right to it, unless `insecure_perms`.
std::optional<std::string> read_secret_file(
    const std::string &path, bool insecure_perms, Diagnostics &found);

} // namespace lisp
