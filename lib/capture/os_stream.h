// What the systems disagree on about streams: os_linux.cc or os_freebsd.cc, the build picks one.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <memory>

namespace lisp {

// Where the octets of a stream come from.
class Source {
public:
	Source() = default;
	Source(const Source &) = delete;
	Source &operator=(const Source &) = delete;
	virtual ~Source() = default;

	// As read(2): up to `size` octets, 0 at the end, -1 and errno on failure.
	virtual ssize_t read(char *room, std::size_t size) = 0;
};

namespace os {

// A stream to read from, which destroys the source when it is closed. nullptr and errno on failure.
std::FILE *open_source(std::unique_ptr<Source> source);

} // namespace os
} // namespace lisp
