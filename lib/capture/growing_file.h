// A file that somebody else is still writing.
#pragma once

#include <cstdio>
#include <string>

namespace lisp {

// A stream of what is in the file and of what is added to it, looked for every 100 ms. Where the
// file does not exist it is waited for. The stream ends when the file has become shorter than what
// was read, or its name stands for another file, whose turn it is then to be opened; and when the
// descriptor `stop` is readable. nullptr and errno on failure, ECANCELED where stopped.
std::FILE *open_growing_file(const std::string &path, int stop);

// Whether the descriptor is readable, within so many milliseconds. One below 0 never is.
bool is_readable(int descriptor, int milliseconds);

} // namespace lisp
