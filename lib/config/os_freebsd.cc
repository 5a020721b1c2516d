#include "config/os_names.h"

#include <cerrno>

namespace lisp::os {

int exchange_names(int, const char *, const char *) {
	errno = ENOSYS;
	return -1;
}

} // namespace lisp::os
