#include "message/security.h"

namespace lisp {

namespace {

constexpr std::uint8_t lisp_sec = 1; // AD Type, RFC 9303 sections 8.1 and 8.2
constexpr std::uint8_t bit_etr_cannot_sign = 0x80;
constexpr std::size_t min_secured_eid_size = 4; // octets on the wire
constexpr std::size_t length_and_id_size = 4;   // octets: what leads EID-AD and PKT-AD

void read_type(Reader &in) {
	const auto type_at = in.offset();
	const auto type = in.u8("ad type");
	if (in.ok() && type != lisp_sec) in.fail_at(Reason::unsupported, "ad type", type_at);
}

// What a length that counts itself says is still to come. The length was the last thing read.
std::size_t left_of(Reader &in, std::uint16_t length, std::string_view field) {
	if (in.ok() && length < length_and_id_size)
		in.fail_at(Reason::bad_value, field, in.offset() - sizeof length);
	return in.ok() ? length - sizeof length : 0;
}

void read(Reader &in, Arena &arena, SecuredEid &secured) {
	in.u8("eid reserved");
	const auto mask_at = in.offset();
	secured.mask_length = in.u8("eid mask-len");
	read(in, arena, secured.eid, "eid");
	require_mask_length(in, secured.mask_length, secured.eid, mask_at);
}

void read(Reader &in, Arena &arena, EidAuthorization &authorization) {
	const auto count = in.u8("record count");
	authorization.etr_cannot_sign = (in.u8("etr-cannot-sign") & bit_etr_cannot_sign) != 0;
	authorization.hmac_id = in.u16("eid hmac id");
	const auto room = arena.array<SecuredEid>(
	    std::min<std::size_t>(count, in.remaining() / min_secured_eid_size + 1));
	std::size_t filled = 0;
	while (filled < count && in.ok()) {
		read(in, arena, room[filled]);
		if (in.ok()) ++filled;
	}
	authorization.eids = std::span<const SecuredEid>(room.first(filled));
	authorization.hmac = in.rest();
}

void read(Reader &in, Arena &arena, EidAuthentication &eid) {
	Reader whole = in;
	const auto length = in.u16("eid-ad length");
	Reader part = in.sub(left_of(in, length, "eid-ad length"), "eid-ad");
	eid.kdf_id = part.u16("kdf id");
	if (part.remaining() > 0) read(part, arena, eid.authorization.emplace());
	in.absorb(part);
	if (in.ok()) eid.octets = whole.take(length, "eid-ad");
}

void write(Writer &out, const EidAuthorization &authorization) {
	out.u8(authorization.eids.size(), "record count");
	out.u8(authorization.etr_cannot_sign ? bit_etr_cannot_sign : 0, "etr-cannot-sign");
	out.u16(authorization.hmac_id, "eid hmac id");
	for (const auto &[mask_length, eid] : authorization.eids) {
		out.u8(0, "eid reserved");
		write_mask_length(out, mask_length, eid);
		write(out, eid, "eid");
	}
	out.bytes(authorization.hmac, "eid hmac");
}

} // namespace

// RFC 9303 section 6.1, figure 1.
void read(Reader &in, Arena &arena, RequestSecurity &security) {
	read_type(in);
	in.u8("ad reserved");
	security.requested_hmac_id = in.u16("requested hmac id");
	const auto length = in.u16("otk length");
	security.key_id = in.u8("key id");
	security.wrapping_id = in.u8("otk wrapping id");
	security.one_time_key = in.take(length, "one-time key");
	read(in, arena, security.eid);
}

// Section 6.2, figure 2.
void read(Reader &in, Arena &arena, ReplySecurity &security) {
	read_type(in);
	in.u24("ad reserved");
	read(in, arena, security.eid);
	const auto length = in.u16("pkt-ad length");
	Reader part = in.sub(left_of(in, length, "pkt-ad length"), "pkt-ad");
	security.packet_hmac_id = part.u16("pkt hmac id");
	security.packet_hmac = part.rest();
	in.absorb(part);
}

void write(Writer &out, const EidAuthentication &eid) {
	const auto start = out.size();
	out.u16(0, "eid-ad length");
	out.u16(eid.kdf_id, "kdf id");
	if (eid.authorization) write(out, *eid.authorization);
	out.patch_u16(start, out.size() - start, "eid-ad length");
}

void write(Writer &out, const RequestSecurity &security) {
	out.u8(lisp_sec, "ad type");
	out.u8(0, "ad reserved");
	out.u16(security.requested_hmac_id, "requested hmac id");
	out.u16(security.one_time_key.size(), "otk length");
	out.u8(security.key_id, "key id");
	out.u8(security.wrapping_id, "otk wrapping id");
	out.bytes(security.one_time_key, "one-time key");
	write(out, security.eid);
}

void write(Writer &out, const ReplySecurity &security) {
	out.u8(lisp_sec, "ad type");
	out.u24(0, "ad reserved");
	write(out, security.eid);
	out.u16(length_and_id_size + security.packet_hmac.size(), "pkt-ad length");
	out.u16(security.packet_hmac_id, "pkt hmac id");
	out.bytes(security.packet_hmac, "pkt hmac");
}

} // namespace lisp
