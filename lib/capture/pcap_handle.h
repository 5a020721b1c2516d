// What libpcap allocates, owned; and how it is opened. For this room alone.
#pragma once

#include "wire/result.h"

#include <pcap/pcap.h>

#include <cstdio>
#include <memory>
#include <string>

namespace lisp {

struct ClosePcap {
	void operator()(pcap *handle) const;
};
using PcapHandle = std::unique_ptr<pcap, ClosePcap>;

struct OpenedPcap {
	std::unique_ptr<char[]> buffer; // of the stream beneath, which is closed with the handle
	PcapHandle handle;
	std::shared_ptr<std::string> fault; // of the stream beneath; empty as long as there is none
	int descriptor = -1;                // of the file beneath, if there is one
};

inline constexpr int snapshot_length = 262144; // octets, what libpcap takes for no limit

// A capture read from `file`, which is closed with the handle, or at once on failure; gzip is
// undone. Waiting for a pipe ends when `stop`, if there is one, becomes readable. The error is one
// line that begins with `name`.
Result<OpenedPcap, std::string> open_stream(std::FILE *file, const std::string &name, int stop);

// A network interface, each packet as it comes. Reading does not wait.
Result<OpenedPcap, std::string> open_interface(const std::string &name);

} // namespace lisp
