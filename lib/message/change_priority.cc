#include "message/change_priority.h"

#include "address/address.h"

namespace lisp {

namespace {

enum class MaskField { two_octets, one_octet };

void read_ip(Reader &in, Arena &arena, Address &address, std::string_view field) {
	const auto start = in.offset();
	read(in, arena, address, field);
	if (in.ok() && as_ip(address) == nullptr) in.fail_at(Reason::unsupported, field, start);
}

bool parses(Bytes datagram, MaskField mask_field) {
	Reader in{datagram};
	const auto peers = in.u32("header") & 0xff;
	in.u64("nonce");
	Authentication authentication;
	read(in, authentication);
	const unsigned mask_length =
	    mask_field == MaskField::two_octets ? in.u16("eid mask-len") : in.u8("eid mask-len");
	Address address;
	Arena arena;
	read_ip(in, arena, address, "eid");
	if (!in.ok() || mask_length == 0 || mask_length > as_ip(address)->width()) return false;
	for (unsigned i = 0; i < peers && in.ok(); ++i) read_ip(in, arena, address, "peer");
	return in.ok() && in.remaining() == 0;
}

} // namespace

bool is_change_priority(Bytes datagram) {
	return !datagram.empty() && datagram[0] >> 4 == 5 &&
	       (parses(datagram, MaskField::two_octets) || parses(datagram, MaskField::one_octet));
}

} // namespace lisp
