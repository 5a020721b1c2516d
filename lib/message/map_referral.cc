#include "message/map_referral.h"

namespace lisp {

namespace {

constexpr std::uint16_t bit_authoritative = 0x1000;
constexpr std::uint16_t bit_incomplete = 0x0800;

constexpr std::size_t min_signature_size = 20; // octets on the wire
constexpr std::size_t max_signatures = 15;

void read(Reader &in, ReferralSignature &signature) {
	signature.original_ttl = RecordTtl{in.u32("original record ttl")};
	signature.expiration = in.u32("signature expiration");
	signature.inception = in.u32("signature inception");
	signature.key_tag = in.u16("key tag");
	const auto length = in.u16("signature length");
	signature.algorithm = in.u8("signature algorithm");
	in.u24("signature reserved");
	signature.signature = in.take(length, "signature");
}

void write(Writer &out, const ReferralSignature &signature) {
	out.u32(signature.original_ttl.count(), "original record ttl");
	out.u32(signature.expiration, "signature expiration");
	out.u32(signature.inception, "signature inception");
	out.u16(signature.key_tag, "key tag");
	out.u16(signature.signature.size(), "signature length");
	out.u8(signature.algorithm, "signature algorithm");
	out.u24(0, "signature reserved");
	out.bytes(signature.signature, "signature");
}

List<ReferralSignature> read_signatures(Reader &in, Arena &arena, std::size_t count) {
	const auto room =
	    arena.array<ReferralSignature>(std::min(count, in.remaining() / min_signature_size + 1));
	std::size_t filled = 0;
	while (filled < count && in.ok()) {
		read(in, room[filled]);
		if (in.ok()) ++filled;
	}
	return std::span<const ReferralSignature>(room.first(filled));
}

// As an EID-record, but for the Incomplete bit and for the signature count in the four bits before
// the Map-Version.
void read(Reader &in, Arena &arena, ReferralRecord &record) {
	record.ttl = RecordTtl{in.u32("record ttl")};
	const auto referral_count = in.u8("referral count");
	const auto mask_at = in.offset();
	record.mask_length = in.u8("eid mask-len");
	const auto flags = in.u16("action");
	record.action = static_cast<ReferralAction>(flags >> 13);
	record.authoritative = (flags & bit_authoritative) != 0;
	record.incomplete = (flags & bit_incomplete) != 0;
	const auto version = in.u16("map-version");
	record.map_version = version & 0x0fff;
	read(in, arena, record.eid, "eid");
	require_mask_length(in, record.mask_length, record.eid, mask_at);
	record.referrals = read_locators(in, arena, referral_count);
	record.signatures = read_signatures(in, arena, version >> 12);
}

void write(Writer &out, const ReferralRecord &record) {
	out.u32(record.ttl.count(), "record ttl");
	out.u8(record.referrals.size(), "referral count");
	write_mask_length(out, record.mask_length, record.eid);
	if (record.action > ReferralAction::unassigned_7) out.fail("action");
	out.u16(static_cast<unsigned>(record.action) << 13 |
	            (record.authoritative ? bit_authoritative : 0U) |
	            (record.incomplete ? bit_incomplete : 0U),
	    "action");
	if (record.signatures.size() > max_signatures) out.fail("signature count");
	if (record.map_version > 0x0fff) out.fail("map-version");
	out.u16(
	    (record.signatures.size() & 0x0f) << 12 | (record.map_version & 0x0fffU), "map-version");
	write(out, record.eid, "eid");
	for (const auto &referral : record.referrals) write(out, referral);
	for (const auto &signature : record.signatures) write(out, signature);
}

List<ReferralRecord> read_records(Reader &in, Arena &arena, std::size_t count) {
	const auto room =
	    arena.array<ReferralRecord>(std::min(count, in.remaining() / min_map_record_size + 1));
	std::size_t filled = 0;
	while (filled < count && in.ok()) {
		auto &record = room[filled];
		read(in, arena, record);
		if (in.ok() || afi(record.eid) != Afi::none) ++filled;
	}
	return std::span<const ReferralRecord>(room.first(filled));
}

} // namespace

void read(Reader &in, Arena &arena, MapReferral &message) {
	const auto head = in.u32("header");
	message.nonce = in.u64("nonce");
	message.records = read_records(in, arena, head & 0xff);
}

void write(Writer &out, const MapReferral &message) {
	if (message.records.size() > 255) out.fail("record count");
	out.u32(0x60000000U | (message.records.size() & 0xff), "header");
	out.u64(message.nonce, "nonce");
	for (const auto &record : message.records) write(out, record);
}

} // namespace lisp
