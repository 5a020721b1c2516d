// Any octets as a captured frame, after one that tells the link type; and as hexadecimal text.
#include "capture/frame.h"
#include "capture/hex_reader.h"

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
	const auto layer = static_cast<LinkLayer>(input[0] % 5);
	take_apart(input.subspan(1), layer);
	read_as_text(input.subspan(1));
	return 0;
}
