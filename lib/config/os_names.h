// What the systems disagree on about names of files: os_linux.cc or os_freebsd.cc, the build picks
// one.
#pragma once

namespace lisp::os {

// Each of two names in a directory stands for the other's file from one instant on. 0, or -1 and
// errno: ENOSYS or EINVAL where the system or the file system has no way to do that.
int exchange_names(int directory, const char *one, const char *other);

} // namespace lisp::os
