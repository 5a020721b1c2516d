// Capture files written: pcap with times in nanoseconds.
#pragma once

#include "capture/reassembly.h"

#include <memory>
#include <span>
#include <string>

namespace lisp {

class CaptureWriter {
public:
	// "-" is standard output. `link_type` is that of CaptureFile. The error is one line that names
	// the file.
	static Result<CaptureWriter, std::string> open(const std::string &path, int link_type);

	CaptureWriter(CaptureWriter &&) noexcept;
	CaptureWriter &operator=(CaptureWriter &&) noexcept;
	~CaptureWriter();

	// False and errno when not all could be written.
	bool write(std::span<const Frame> frames);
	bool flush();

private:
	struct Dump;
	explicit CaptureWriter(std::unique_ptr<Dump> dump);

	std::unique_ptr<Dump> dump_;
};

} // namespace lisp
