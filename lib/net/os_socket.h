// What the systems disagree on about sockets: os_linux.cc or os_freebsd.cc, the build picks one.
#pragma once

#include "address/ip_address.h"

#include <sys/socket.h>
#include <sys/types.h>

#include <cstddef>

namespace lisp::os {

// Fills in the length octet that BSD's socket addresses begin with.
void set_length(sockaddr *address, socklen_t size);

// IPv4: asks for the local address of each datagram received. 0, or -1 and errno.
int ask_destination(int descriptor);

// Before binding: lets other sockets of this user that ask for it, too, have the same address and
// port; the system deals datagrams out to them by their two ends. 0, or -1 and errno.
int share_port(int descriptor);

// Room for so many octets of datagrams that wait: more than others may have, where this process may
// take it. 0, or -1 and errno.
int set_receive_buffer(int descriptor, int octets);

// Room for the control data of one IPv4 datagram, either way.
inline constexpr std::size_t control_room = 64;

// The IPv4 destination that `control` tells; none when it tells something else.
IpAddress destination(const cmsghdr &control);

// Makes `control`, the first of a message with control_room octets, choose the IPv4 source. Returns
// the octets of control data.
std::size_t put_source(cmsghdr &control, const IpAddress &source);

// Who is at the other end of a connected Unix socket. False when the system does not say.
bool peer_credentials(int descriptor, uid_t &uid, gid_t &gid);

} // namespace lisp::os
