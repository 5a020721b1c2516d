// Capture files in the formats that libpcap reads: pcap and pcapng. With capture_file.cc the only
// place that knows libpcap.
#pragma once

#include "capture/frame.h"

#include <memory>
#include <string>

struct pcap;
struct bpf_program;

namespace lisp {

// Reads a capture packet after packet. What next() returns refers to libpcap's buffer, valid until
// the next call: nothing is allocated for a packet.
class CaptureFile {
public:
	// "-" is standard input. The error is one line that names the file.
	static Result<CaptureFile, std::string> open(const std::string &path);

	// Only packets that match a tcpdump expression from here on. Frames with VLAN tags are matched
	// as they are and, where that fails, without their tags. The result is the error, if any.
	std::optional<std::string> set_filter(const std::string &expression);

	// The next LISP datagram; nullopt at the end, after which error() tells whether the file ended
	// as it should.
	std::optional<Captured> next();

	// Why reading stopped, in one line that names the file; empty at a proper end.
	const std::string &error() const { return error_; }

private:
	struct Close {
		void operator()(pcap *handle) const;
		void operator()(bpf_program *program) const;
	};
	using Handle = std::unique_ptr<pcap, Close>;

	CaptureFile(std::string name, Handle handle, LinkLayer layer);
	bool matches(const void *header, Bytes frame);

	std::string name_;
	Handle handle_;
	std::unique_ptr<bpf_program, Close> filter_;
	LinkLayer layer_;
	std::uint64_t frame_ = 0;
	Octets untagged_; // room for a frame without its VLAN tags
	std::string error_;
};

} // namespace lisp
