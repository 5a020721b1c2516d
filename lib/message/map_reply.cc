#include "message/map_reply.h"

namespace lisp {

namespace {

constexpr std::uint32_t bit_probe = 0x08000000;
constexpr std::uint32_t bit_echo_nonce = 0x04000000;
constexpr std::uint32_t bit_security = 0x02000000;

} // namespace

void read(Reader &in, Arena &arena, MapReply &reply) {
	const auto head = in.u32("header");
	reply.probe = (head & bit_probe) != 0;
	reply.echo_nonce = (head & bit_echo_nonce) != 0;
	reply.nonce = in.u64("nonce");
	reply.records = read_map_records(in, arena, head & 0xff);
	if ((head & bit_security) != 0) read(in, arena, reply.security.emplace());
}

void write(Writer &out, const MapReply &reply) {
	out.u32(0x20000000U | (reply.probe ? bit_probe : 0) | (reply.echo_nonce ? bit_echo_nonce : 0) |
	            (reply.security ? bit_security : 0) |
	            static_cast<std::uint32_t>(reply.records.size() & 0xff),
	    "header");
	out.u64(reply.nonce, "nonce");
	write_map_records(out, reply.records);
	if (reply.security) write(out, *reply.security);
}

} // namespace lisp
