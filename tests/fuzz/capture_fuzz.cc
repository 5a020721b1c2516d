// Any octets as a capture file, after one that tells whether a filter is set. What is read of it is
// consistent and can be written.
#include "capture/capture_file.h"
#include "capture/capture_writer.h"

#include <cstdio>
#include <cstdlib>

namespace lisp {
namespace {

void require(bool holds) {
	if (!holds) std::abort();
}

void read_capture(Bytes file, bool filtered) {
	auto *stream = fmemopen(const_cast<std::uint8_t *>(file.data()), file.size(), "r");
	require(stream != nullptr);
	auto capture = CaptureFile::open(stream, "fuzz");
	if (!capture) return require(capture.error().starts_with("fuzz: "));
	if (filtered && capture->set_filter("udp src port 4342 or ip[6:2] & 0x3fff != 0")) return;
	auto writer = CaptureWriter::open("/dev/null", capture->link_type());
	std::uint64_t messages = 0;
	Arena arena;
	while (const auto captured = capture->next()) {
		++messages;
		require(captured->octets.size() <= captured->length);
		require(!capture->frames().empty());
		require(captured->frame <= capture->counters().frames);
		if (writer) require(writer->write(capture->frames()));
		arena.reset();
		dissect(*captured, arena);
	}
	require(!capture->next());
	const auto counters = capture->counters();
	require(counters.messages == messages && counters.messages <= counters.frames);
	require(filtered || counters.unmatched == 0);
}

} // namespace
} // namespace lisp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *octets, std::size_t size) {
	if (size < 2) return 0;
	lisp::read_capture(lisp::Bytes{octets, size}.subspan(1), (octets[0] & 1) != 0);
	return 0;
}
