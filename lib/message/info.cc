#include "message/info.h"

namespace lisp {

namespace {

constexpr std::uint32_t bit_reply = 0x08000000;

} // namespace

void read(Reader &in, Arena &arena, Info &message) {
	message.reply = (in.u32("header") & bit_reply) != 0;
	message.nonce = in.u64("nonce");
	read(in, message.authentication);
	message.ttl = RecordTtl{in.u32("ttl")};
	in.u8("eid reserved");
	const auto mask_at = in.offset();
	message.mask_length = in.u8("eid mask-len");
	read(in, arena, message.eid, "eid");
	require_mask_length(in, message.mask_length, message.eid, mask_at);
	read(in, arena, message.nat, "nat");
}

void write(Writer &out, const Info &message) {
	out.u32(0x70000000U | (message.reply ? bit_reply : 0), "header");
	out.u64(message.nonce, "nonce");
	write(out, message.authentication);
	out.u32(message.ttl.count(), "ttl");
	out.u8(0, "eid reserved");
	write_mask_length(out, message.mask_length, message.eid);
	write(out, message.eid, "eid");
	write(out, message.nat, "nat");
}

} // namespace lisp
