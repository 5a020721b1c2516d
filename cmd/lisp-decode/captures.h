// Captures as the input: files, a file that grows, an interface.
#pragma once

#include "capture/capture_file.h"
#include "common/progress_line.h"
#include "lisp-decode/decoder.h"
#include "lisp-decode/interrupt.h"
#include "lisp-decode/options.h"

#include <string>

namespace lisp {

class Saving;

class Captures {
public:
	// With -w, makes `decoder` save messages instead of printing them.
	Captures(const Options &options, const Interrupt &interrupt, Decoder &decoder);

	// All messages of the file or, with -i, interface. What is wrong is complained about. Throws
	// UsageError for a filter that is none, std::system_error where privileges cannot be dropped.
	void decode(const std::string &name, const std::string &filter);

private:
	Result<CaptureFile, std::string> open(const std::string &name) const;
	void leave_root() const;
	bool wants_more() const;

	const Options &options_;
	const Interrupt &interrupt_;
	Decoder &decoder_;
	ProgressLine progress_;
	Saving *saving_ = nullptr; // the decoder's
};

} // namespace lisp
