#include "message/map_record.h"

namespace lisp {

// RFC 9301 section 5.4. The reserved bits after A and before the Map-Version are ignored.
void read(Reader &in, Arena &arena, MapRecord &record) {
	record.ttl = RecordTtl{in.u32("record ttl")};
	const auto locator_count = in.u8("locator count");
	const auto mask_at = in.offset();
	record.mask_length = in.u8("eid mask-len");
	const auto flags = in.u16("action");
	record.action = static_cast<Action>(flags >> 13);
	record.authoritative = (flags & 0x1000) != 0;
	record.map_version = in.u16("map-version") & 0x0fff;
	read(in, arena, record.eid, "eid");
	require_mask_length(in, record.mask_length, record.eid, mask_at);
	record.locators = read_locators(in, arena, locator_count);
}

void write(Writer &out, const MapRecord &record) {
	out.u32(record.ttl.count(), "record ttl");
	out.u8(record.locators.size(), "locator count");
	write_mask_length(out, record.mask_length, record.eid);
	if (record.action > Action::unassigned_7) out.fail("action");
	out.u16(static_cast<unsigned>(record.action) << 13 | (record.authoritative ? 0x1000U : 0U),
	    "action");
	if (record.map_version > 0x0fff) out.fail("map-version");
	out.u16(record.map_version, "map-version");
	write(out, record.eid, "eid");
	for (const auto &locator : record.locators) write(out, locator);
}

List<MapRecord> read_map_records(Reader &in, Arena &arena, std::size_t count) {
	const auto room =
	    arena.array<MapRecord>(std::min(count, in.remaining() / min_map_record_size + 1));
	std::size_t filled = 0;
	while (filled < count && in.ok()) {
		auto &record = room[filled];
		read(in, arena, record);
		// A record whose EID was read is worth showing, even where its locators end too soon.
		if (in.ok() || afi(record.eid) != Afi::none) ++filled;
	}
	return std::span<const MapRecord>(room.first(filled));
}

void write_map_records(Writer &out, List<MapRecord> records) {
	if (records.size() > 255) out.fail("record count");
	for (const auto &record : records) write(out, record);
}

std::size_t encoded_size(const MapRecord &record) {
	auto out = Writer::measuring();
	write(out, record);
	return out.size();
}

} // namespace lisp
