#include "config/os_names.h"

#include <cstdio>

namespace lisp::os {

int exchange_names(int directory, const char *one, const char *other) {
	return renameat2(directory, one, directory, other, RENAME_EXCHANGE);
}

} // namespace lisp::os
