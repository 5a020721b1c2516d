// What the two ends of a local socket share.
#pragma once

#include <string>
#include <string_view>

namespace lisp {

// After the messages of an answer comes one that begins with this octet, which no text contains; if
// the daemon refused, why stands after it. An empty message will not do: it looks like the end of
// the connection.
inline constexpr char answer_ends = '\0';

// A SOCK_SEQPACKET socket, close-on-exec, non-blocking, with room for the longest message. -1 and
// errno on failure.
int make_unix_socket();

void allow_longest_message(int descriptor);

// Connects without waiting. -1 and errno on failure: ENAMETOOLONG where the path is too long.
int connect_unix_socket(const std::string &path);

// False and errno when not all could be sent at once.
bool send_local(int descriptor, std::string_view message);

} // namespace lisp
