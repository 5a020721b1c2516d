#include "message/map_record.h"

namespace lisp {

namespace {

List<Locator> read_locators(Reader &in, Arena &arena, std::size_t count) {
	const auto room = arena.array<Locator>(std::min(count, in.remaining() / min_locator_size + 1));
	std::size_t filled = 0;
	while (filled < count && in.ok()) {
		read(in, room[filled]);
		if (in.ok()) ++filled;
	}
	return std::span<const Locator>(room.first(filled));
}

} // namespace

// RFC 9301 section 5.4. The reserved bits after A and before the Map-Version are ignored.
void read(Reader &in, Arena &arena, MapRecord &record) {
	record.ttl = RecordTtl{in.u32("record ttl")};
	const auto locator_count = in.u8("locator count");
	record.mask_length = in.u8("eid mask-len");
	const auto flags = in.u16("action");
	record.action = static_cast<Action>(flags >> 13);
	record.authoritative = (flags & 0x1000) != 0;
	record.map_version = in.u16("map-version") & 0x0fff;
	read(in, record.eid, "eid");
	record.locators = read_locators(in, arena, locator_count);
}

void write(Writer &out, const MapRecord &record) {
	out.u32(record.ttl.count(), "record ttl");
	out.u8(record.locators.size(), "locator count");
	out.u8(record.mask_length, "eid mask-len");
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
	const auto address_size = [](const Address &address) -> std::size_t {
		if (const auto *ip = std::get_if<IpAddress>(&address)) return 2 + ip->width() / 8;
		if (const auto *mac = std::get_if<MacAddress>(&address)) return 2 + mac->width();
		if (const auto *lcaf = std::get_if<Lcaf>(&address)) return 8 + lcaf->body.size();
		return 3 + std::get<DistinguishedName>(address).text.size();
	};
	std::size_t size = 10 + address_size(record.eid);
	for (const auto &locator : record.locators) size += 6 + address_size(locator.rloc);
	return size;
}

} // namespace lisp
