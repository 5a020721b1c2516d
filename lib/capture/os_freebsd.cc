#include "capture/os_stream.h"

namespace lisp::os {

namespace {

int read_source(void *source, char *room, int size) {
	return static_cast<int>(
	    static_cast<Source *>(source)->read(room, static_cast<std::size_t>(size)));
}

int close_source(void *source) {
	delete static_cast<Source *>(source);
	return 0;
}

} // namespace

std::FILE *open_source(std::unique_ptr<Source> source) {
	auto *stream = funopen(source.get(), read_source, nullptr, nullptr, close_source);
	if (stream != nullptr) static_cast<void>(source.release());
	return stream;
}

} // namespace lisp::os
