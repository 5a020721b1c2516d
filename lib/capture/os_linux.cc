#include "capture/os_stream.h"

namespace lisp::os {

namespace {

ssize_t read_source(void *source, char *room, std::size_t size) {
	return static_cast<Source *>(source)->read(room, size);
}

int close_source(void *source) {
	delete static_cast<Source *>(source);
	return 0;
}

} // namespace

std::FILE *open_source(std::unique_ptr<Source> source) {
	cookie_io_functions_t functions{};
	functions.read = read_source;
	functions.close = close_source;
	auto *stream = fopencookie(source.get(), "r", functions);
	if (stream != nullptr) static_cast<void>(source.release());
	return stream;
}

} // namespace lisp::os
