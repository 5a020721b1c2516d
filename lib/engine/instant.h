// The time of the engines: handed in with every event, never asked for.
#pragma once

#include <chrono>

namespace lisp {

using Instant = std::chrono::steady_clock::time_point;

} // namespace lisp
