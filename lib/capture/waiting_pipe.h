// Pipes, whose next octets may be long in coming: reading from one can be ended meanwhile.
#pragma once

#include <cstdio>

namespace lisp {

// A stream of what comes from `file`, which is closed with it unless it is standard input. It ends
// when the descriptor `stop` becomes readable, also if that happens just before a read that waits.
// nullptr and errno on failure.
std::FILE *open_waiting_pipe(std::FILE *file, int stop);

// Whether it is one, or a terminal or anything else that has no size.
bool may_wait(std::FILE *file);

} // namespace lisp
