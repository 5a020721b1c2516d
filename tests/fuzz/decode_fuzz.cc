// Any octets as a LISP datagram: taken apart, printed in every form, written back.
//
// What decodes without a fault encodes, and the copy decodes to an equal message. The exception: a
// message that nothing was known of but its type is kept as it is.
#include "auth/hmac.h"
#include "print/printer.h"

#include <cstdlib>

namespace lisp {
namespace {

void require(bool holds) {
	if (!holds) std::abort();
}

void print(const Dissection &found) {
	for (const auto format :
	    {Format::line, Format::text, Format::json, Format::v102, Format::hex}) {
		Printer printer{{format, TimeForm::utc, true}};
		printer.print(found);
		require(!printer.buffer().empty());
	}
}

void encode_and_decode(Bytes datagram) {
	static Octets room(max_datagram);
	Arena arena;
	const auto first = decode(datagram, arena);
	if (first.error) return;
	const auto written = encode(first.message, room);
	require(written.has_value());
	Arena again;
	const auto second = decode(*written, again);
	require(!second.error);
	require(second.message == first.message);
}

Captured captured(Bytes datagram, bool data) {
	Captured captured;
	captured.frame = 1;
	captured.time = 0;
	captured.source = captured.destination = Endpoint{IpAddress::v4(0x7f000001), control_port};
	captured.octets = datagram;
	captured.length = datagram.size();
	captured.data = data;
	return captured;
}

} // namespace
} // namespace lisp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *octets, std::size_t size) {
	using namespace lisp;
	const Bytes datagram{octets, std::min(size, max_datagram)};
	Arena arena;
	print(dissect(captured(datagram, false), arena));
	print(dissect(captured(datagram, true), arena));
	static Key key{"golden-key-1"};
	key.check(datagram);
	encode_and_decode(datagram);
	return 0;
}
