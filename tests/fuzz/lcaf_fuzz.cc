// Any octets as what follows the AFI of an LCAF: alone, and as EID and RLOC of a Map-Reply.
#include "laws.h"

namespace lisp {
namespace {

constexpr std::size_t afi_size = 2;

Octets with_afi(Bytes lcaf) {
	Octets octets{0x40, 0x03};
	octets.insert(octets.end(), lcaf.begin(), lcaf.end());
	return octets;
}

void check_in_map_reply(const Address &address) {
	Locator locator;
	locator.rloc = address;
	MapRecord record;
	record.eid = address;
	record.locators = std::span<const Locator>{&locator, 1};
	MapReply reply;
	reply.records = std::span<const MapRecord>{&record, 1};
	const auto octets = encode(reply);
	laws::require(octets.has_value() || 2 * encoded_size(address) > max_datagram / 2);
	if (octets) laws::check_control_message(*octets);
}

} // namespace
} // namespace lisp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *octets, std::size_t size) {
	using namespace lisp;
	const auto input = with_afi({octets, size});
	Arena arena;
	Reader in{input};
	Address address;
	read(in, arena, address, "address");
	laws::require_bounded(arena, input.size());
	laws::require(in.offset() <= input.size());
	if (!in.ok()) return 0;
	laws::require(encoded_size(address) <= input.size() && encoded_size(address) >= afi_size);
	laws::require(to_string(address).find('\n') == std::string::npos);
	check_in_map_reply(address);
	return 0;
}
