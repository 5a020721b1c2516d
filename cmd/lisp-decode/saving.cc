#include "lisp-decode/saving.h"

#include <cerrno>
#include <system_error>

namespace lisp {

std::optional<std::string> Saving::begin(const CaptureFile &capture) {
	capture_ = &capture;
	if (writer_) {
		if (capture.link_type() == link_type_) return std::nullopt;
		return capture.name() + ": not written to " + path_ + ", its link type is not that of " +
		       first_;
	}
	auto writer = CaptureWriter::open(path_, capture.link_type());
	if (!writer) return writer.error();
	writer_ = std::move(*writer);
	link_type_ = capture.link_type();
	first_ = capture.name();
	return std::nullopt;
}

void Saving::take(const Dissection &, Text &) {
	if (!wants_more_) return;
	expect(writer_->write(capture_->frames()));
	if (at_once_) expect(writer_->flush());
}

void Saving::finish(Text &) {
	if (writer_ && wants_more_) expect(writer_->flush());
}

void Saving::expect(bool written) {
	if (written) return;
	wants_more_ = false;
	const int error = errno;
	writer_.reset();
	if (error != EPIPE)
		throw std::system_error(
		    error, std::generic_category(), path_ == "-" ? "standard output" : path_);
}

} // namespace lisp
