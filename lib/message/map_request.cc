#include "message/map_request.h"

namespace lisp {

namespace {

constexpr std::uint32_t bit_authoritative = 0x08000000;
constexpr std::uint32_t bit_map_data = 0x04000000;
constexpr std::uint32_t bit_probe = 0x02000000;
constexpr std::uint32_t bit_solicit = 0x01000000;
constexpr std::uint32_t bit_proxy_itr = 0x00800000;
constexpr std::uint32_t bit_smr_invoked = 0x00400000;
constexpr std::uint32_t bit_identity = 0x00100000;
constexpr std::uint32_t bit_local_xtr = 0x00004000;
constexpr std::uint32_t bit_dont_map_reply = 0x00002000;

constexpr std::size_t min_requested_eid_size = 4;
constexpr std::uint8_t bit_notify = 0x80;

void read_flags(MapRequest &request, std::uint32_t head) {
	request.authoritative = (head & bit_authoritative) != 0;
	request.probe = (head & bit_probe) != 0;
	request.solicit = (head & bit_solicit) != 0;
	request.proxy_itr = (head & bit_proxy_itr) != 0;
	request.smr_invoked = (head & bit_smr_invoked) != 0;
	request.local_xtr = (head & bit_local_xtr) != 0;
	request.dont_map_reply = (head & bit_dont_map_reply) != 0;
}

std::uint32_t flags(const MapRequest &request) {
	return (request.authoritative ? bit_authoritative : 0) | (request.map_data ? bit_map_data : 0) |
	       (request.probe ? bit_probe : 0) | (request.solicit ? bit_solicit : 0) |
	       (request.proxy_itr ? bit_proxy_itr : 0) | (request.smr_invoked ? bit_smr_invoked : 0) |
	       (request.identity ? bit_identity : 0) | (request.local_xtr ? bit_local_xtr : 0) |
	       (request.dont_map_reply ? bit_dont_map_reply : 0);
}

List<Address> read_itr_rlocs(Reader &in, Arena &arena, std::size_t count) {
	const auto room = arena.array<Address>(std::min(count, in.remaining() / 2 + 1));
	std::size_t filled = 0;
	while (filled < count && in.ok()) {
		read(in, arena, room[filled], "itr-rloc");
		if (in.ok()) ++filled;
	}
	return std::span<const Address>(room.first(filled));
}

List<RequestedEid> read_requested(Reader &in, Arena &arena, std::size_t count) {
	const auto room =
	    arena.array<RequestedEid>(std::min(count, in.remaining() / min_requested_eid_size + 1));
	std::size_t filled = 0;
	while (filled < count && in.ok()) {
		auto &record = room[filled];
		record.notify = (in.u8("record flags") & bit_notify) != 0;
		const auto mask_at = in.offset();
		record.mask_length = in.u8("eid mask-len");
		read(in, arena, record.eid, "eid");
		require_mask_length(in, record.mask_length, record.eid, mask_at);
		if (in.ok()) ++filled;
	}
	return std::span<const RequestedEid>(room.first(filled));
}

} // namespace

// RFC 9301 section 5.2: IRC is the number of ITR-RLOCs less one.
void read(Reader &in, Arena &arena, MapRequest &request) {
	const auto head = in.u32("header");
	read_flags(request, head);
	request.nonce = in.u64("nonce");
	read(in, arena, request.source_eid, "source eid");
	request.itr_rlocs = read_itr_rlocs(in, arena, (head >> 8 & 0x1f) + 1);
	request.records = read_requested(in, arena, head & 0xff);
	if ((head & bit_map_data) != 0 && in.ok()) read(in, arena, request.map_data.emplace());
	if ((head & bit_identity) != 0 && in.ok()) read(in, request.identity);
}

void write(Writer &out, const MapRequest &request) {
	if (request.itr_rlocs.empty() || request.itr_rlocs.size() > 32) out.fail("itr-rloc count");
	if (request.records.size() > 255) out.fail("record count");
	const auto irc = static_cast<std::uint32_t>(request.itr_rlocs.size() - 1);
	out.u32(0x10000000U | flags(request) | (irc & 0x1f) << 8 |
	            static_cast<std::uint32_t>(request.records.size() & 0xff),
	    "header");
	out.u64(request.nonce, "nonce");
	write(out, request.source_eid, "source eid");
	for (const auto &rloc : request.itr_rlocs) write(out, rloc, "itr-rloc");
	for (const auto &record : request.records) {
		out.u8(record.notify ? bit_notify : 0U, "record flags");
		write_mask_length(out, record.mask_length, record.eid);
		write(out, record.eid, "eid");
	}
	if (request.map_data) write(out, *request.map_data);
	if (request.identity) write(out, *request.identity);
}

} // namespace lisp
