// -w: the frames of the messages that were selected, as a capture.
#pragma once

#include "capture/capture_file.h"
#include "capture/capture_writer.h"
#include "lisp-decode/report.h"

#include <optional>
#include <string>

namespace lisp {

class Saving : public Report {
public:
	// `at_once`: every message is written out before the next one is read.
	Saving(std::string path, bool at_once) : path_(std::move(path)), at_once_(at_once) {}

	// The capture that messages come from now on, which outlives them. The first one decides about
	// the link type and makes the file. The result is why this one cannot be saved, if so.
	std::optional<std::string> begin(const CaptureFile &capture);

	// Throws std::system_error when they cannot be written, unless nobody reads any more.
	void take(const Dissection &found, Text &out) override;
	void finish(Text &out) override;

	bool wants_more() const { return wants_more_; }

private:
	void expect(bool written);

	std::string path_;
	bool at_once_;
	bool wants_more_ = true;
	const CaptureFile *capture_ = nullptr;
	std::optional<CaptureWriter> writer_;
	int link_type_ = 0;
	std::string first_; // the name of the first capture
};

} // namespace lisp
