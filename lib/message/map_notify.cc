#include "message/map_notify.h"

namespace lisp {

namespace {

constexpr std::uint32_t bit_identity = 0x08000000;

void write_as(Writer &out, const MapNotify &message, std::uint32_t type) {
	out.u32(type << 28 | (message.identity ? bit_identity : 0) |
	            static_cast<std::uint32_t>(message.records.size() & 0xff),
	    "header");
	out.u64(message.nonce, "nonce");
	write(out, message.authentication);
	write_map_records(out, message.records);
	if (message.identity) write(out, *message.identity);
}

} // namespace

void read(Reader &in, Arena &arena, MapNotify &message) {
	const auto head = in.u32("header");
	message.nonce = in.u64("nonce");
	read(in, message.authentication);
	message.records = read_map_records(in, arena, head & 0xff);
	const bool announced = (head & bit_identity) != 0;
	if (in.ok() && (announced || in.remaining() == xtr_identity_size)) read(in, message.identity);
}

void write(Writer &out, const MapNotify &message) {
	write_as(out, message, 4);
}

void write(Writer &out, const MapNotifyAck &message) {
	write_as(out, message, 5);
}

} // namespace lisp
