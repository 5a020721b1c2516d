// Any octets as a captured frame, after one that tells the link type; as a sequence of frames that
// may be fragments; and as hexadecimal text.
#include "capture/frame.h"
#include "capture/hex_reader.h"
#include "capture/reassembly.h"

#include <cstdio>
#include <cstdlib>

namespace lisp {
namespace {

void require(bool holds) {
	if (!holds) std::abort();
}

void take_apart(Bytes frame, LinkLayer layer) {
	const auto captured = peel(frame, layer);
	vlan_tags_size(frame);
	if (!captured) return;
	require(captured->octets.size() <= captured->length);
	require(captured->octets.empty() ||
	        (captured->octets.data() >= frame.data() &&
	            captured->octets.data() + captured->octets.size() <= frame.data() + frame.size()));
	Arena arena;
	dissect(*captured, arena);
}

void require_consistent(const Reassembly::Packet &packet) {
	const auto frames = packet.frames();
	require(!frames.empty() && frames.size() <= Reassembly::max_fragments);
	require(packet.packet.payload.size() <= packet.packet.ip.payload_length);
	require(packet.whole != packet.packet.ip.fragment);
	const auto captured = lisp_datagram(packet.packet);
	if (!captured) return;
	require(captured->octets.size() <= captured->length);
	Arena arena;
	dissect(*captured, arena);
}

// Each frame is led by its length and by the seconds since the one before.
void reassemble(Bytes sequence, LinkLayer layer) {
	Reassembly reassembly;
	Reader in{sequence};
	Frame frame;
	frame.time = 0;
	while (in.remaining() > 2) {
		const std::size_t length = in.u8("length");
		*frame.time += in.u8("seconds") * std::uint64_t{1'000'000'000};
		++frame.number;
		frame.octets = in.take(std::min(length, in.remaining()), "frame");
		frame.length = length;
		reassembly.expire(*frame.time);
		const auto octets = ip_octets(frame.octets, layer);
		const auto packet = octets ? read_ip_packet(*octets) : std::nullopt;
		if (!packet || !packet->ip.fragment) continue;
		if (const auto whole = reassembly.take(*packet, frame, false)) require_consistent(*whole);
		require(reassembly.memory() <= Reassembly::max_memory);
	}
	reassembly.give_up_all();
	while (const auto packet = reassembly.given_up()) require_consistent(*packet);
	require(reassembly.empty() && reassembly.memory() == 0);
}

void read_as_text(Bytes text) {
	if (text.empty()) return;
	auto *file = fmemopen(const_cast<std::uint8_t *>(text.data()), text.size(), "r");
	require(file != nullptr);
	HexReader reader{file, "fuzz"};
	while (reader.next()) reader.take_errors();
	std::fclose(file);
}

} // namespace
} // namespace lisp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *octets, std::size_t size) {
	using namespace lisp;
	const Bytes input{octets, size};
	if (input.empty()) return 0;
	const auto layer = static_cast<LinkLayer>(input[0] % 7);
	take_apart(input.subspan(1), layer);
	reassemble(input.subspan(1), layer);
	read_as_text(input.subspan(1));
	return 0;
}
