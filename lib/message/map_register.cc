#include "message/map_register.h"

namespace lisp {

namespace {

constexpr std::uint32_t bit_proxy_reply = 0x08000000;
constexpr std::uint32_t bit_security = 0x04000000;
constexpr std::uint32_t bit_identity = 0x02000000;
constexpr std::uint32_t bit_eid_notify = 0x00001000;
constexpr std::uint32_t bit_use_ttl = 0x00000800;
constexpr std::uint32_t bit_merge = 0x00000400;
constexpr std::uint32_t bit_want_map_notify = 0x00000100;

} // namespace

void read(Reader &in, Arena &arena, MapRegister &message) {
	const auto head = in.u32("header");
	message.proxy_reply = (head & bit_proxy_reply) != 0;
	message.security = (head & bit_security) != 0;
	message.eid_notify = (head & bit_eid_notify) != 0;
	message.use_ttl = (head & bit_use_ttl) != 0;
	message.merge = (head & bit_merge) != 0;
	message.want_map_notify = (head & bit_want_map_notify) != 0;
	message.nonce = in.u64("nonce");
	read(in, message.authentication);
	message.records = read_map_records(in, arena, head & 0xff);
	if ((head & bit_identity) != 0 && in.ok()) read(in, message.identity);
}

void write(Writer &out, const MapRegister &message) {
	out.u32(0x30000000U | (message.proxy_reply ? bit_proxy_reply : 0) |
	            (message.security ? bit_security : 0) | (message.identity ? bit_identity : 0) |
	            (message.eid_notify ? bit_eid_notify : 0) | (message.use_ttl ? bit_use_ttl : 0) |
	            (message.merge ? bit_merge : 0) |
	            (message.want_map_notify ? bit_want_map_notify : 0) |
	            static_cast<std::uint32_t>(message.records.size() & 0xff),
	    "header");
	out.u64(message.nonce, "nonce");
	write(out, message.authentication);
	write_map_records(out, message.records);
	if (message.identity) write(out, *message.identity);
}

} // namespace lisp
