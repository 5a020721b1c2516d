#include "message/change_priority.h"

#include "message/shared_extension.h"

namespace lisp {

namespace {

// Of the first octet in the layouts of type 5.
constexpr std::uint8_t bit_from_hypervisor = 0x08;
constexpr std::uint8_t bit_response = 0x04;
constexpr std::uint8_t bit_notify = 0x02;
constexpr std::uint8_t bit_acknowledgement = 0x01;

// Of the third octet in the extension.
constexpr std::uint8_t extension_bit_from_hypervisor = 0x80;
constexpr std::uint8_t extension_bit_notify = 0x40;
constexpr std::uint8_t extension_bit_response = 0x20;
constexpr std::uint8_t extension_bit_acknowledgement = 0x10;
constexpr std::uint8_t extension_bit_failed = 0x01;

constexpr std::size_t min_address_size = 6;
constexpr std::size_t min_moved_eid_size = 10; // in the extension

IpAddress read_ip(Reader &in, std::string_view field) {
	const auto start = in.offset();
	const auto afi = static_cast<Afi>(in.u16(field));
	if (in.ok() && afi != Afi::ipv4 && afi != Afi::ipv6)
		in.fail_at(Reason::bad_value, field, start);
	const auto octets = in.take(afi == Afi::ipv6 ? 16 : 4, field);
	if (!in.ok()) return {};
	return afi == Afi::ipv6 ? IpAddress::v6(octets) : IpAddress::v4(octets);
}

void write_ip(Writer &out, const IpAddress &address, std::string_view field) {
	if (address.is_none()) out.fail(field, Reason::bad_value);
	write(out, Address{address}, field);
}

void read_eid(Reader &in, MovedEid &moved, ChangePriorityLayout layout) {
	if (layout != ChangePriorityLayout::v102) in.u8("eid reserved");
	const auto mask_at = in.offset();
	moved.mask_length = in.u8("eid mask-len");
	moved.eid = read_ip(in, "eid");
	if (in.ok() && (moved.mask_length == 0 || moved.mask_length > moved.eid.width()))
		in.fail_at(Reason::bad_value, "eid mask-len", mask_at);
}

void write_eid(Writer &out, const MovedEid &moved, ChangePriorityLayout layout) {
	if (layout != ChangePriorityLayout::v102) out.u8(0, "eid reserved");
	if (moved.mask_length == 0 || moved.mask_length > moved.eid.width())
		out.fail("eid mask-len", Reason::bad_value);
	out.u8(moved.mask_length, "eid mask-len");
	write_ip(out, moved.eid, "eid");
}

List<IpAddress> read_addresses(Reader &in, Arena &arena, std::size_t count) {
	const auto room =
	    arena.array<IpAddress>(std::min(count, in.remaining() / min_address_size + 1));
	std::size_t filled = 0;
	while (filled < count && in.ok()) {
		room[filled] = read_ip(in, "address");
		if (in.ok()) ++filled;
	}
	return std::span<const IpAddress>(room.first(filled));
}

void write_addresses(Writer &out, List<IpAddress> addresses) {
	for (const auto &address : addresses) write_ip(out, address, "address");
}

void read_type_five(Reader &in, Arena &arena, ChangePriority &message) {
	const auto head = in.u32("header");
	const auto flags = head >> 24;
	message.from_hypervisor = (flags & bit_from_hypervisor) != 0;
	message.response = (flags & bit_response) != 0;
	message.notify = (flags & bit_notify) != 0;
	message.acknowledgement = (flags & bit_acknowledgement) != 0;
	// The octet is reserved in what was there before acknowledgements.
	if (message.acknowledgement) message.code = static_cast<std::uint8_t>(head >> 8);
	message.nonce = in.u64("nonce");
	read(in, message.authentication);
	// The first octet of a 16-bit mask length is 0, and an 8-bit one is at least 1.
	message.layout = in.peek() == 0 ? ChangePriorityLayout::seed : ChangePriorityLayout::v102;
	const auto moved = arena.array<MovedEid>(1);
	read_eid(in, moved[0], message.layout);
	if (!moved[0].eid.is_none()) message.eids = std::span<const MovedEid>(moved);
	moved[0].addresses = read_addresses(in, arena, head & 0xff);
}

// What a layout of type 5 has no field for must not be there.
void require_type_five(Writer &out, const ChangePriority &message) {
	if (message.eids.size() != 1) out.fail("eid count", Reason::bad_value);
	if (message.sub_type != 0) out.fail("sub-type", Reason::bad_value);
	if (message.failed) out.fail("failed", Reason::bad_value);
	if (message.code != 0 && !message.acknowledgement) out.fail("code", Reason::bad_value);
	if (!message.target_rloc.is_none()) out.fail("target rloc", Reason::bad_value);
}

void write_type_five(Writer &out, const ChangePriority &message) {
	require_type_five(out, message);
	if (!out.ok()) return;
	const auto &moved = message.eids.front();
	out.u8(0x50U | (message.from_hypervisor ? bit_from_hypervisor : 0U) |
	           (message.response ? bit_response : 0U) | (message.notify ? bit_notify : 0U) |
	           (message.acknowledgement ? bit_acknowledgement : 0U),
	    "flags");
	out.u8(0, "reserved");
	out.u8(message.code, "code");
	out.u8(moved.addresses.size(), "record count");
	out.u64(message.nonce, "nonce");
	write(out, message.authentication);
	write_eid(out, moved, message.layout);
	write_addresses(out, moved.addresses);
}

List<MovedEid> read_moved_eids(Reader &in, Arena &arena, std::size_t count) {
	const auto room =
	    arena.array<MovedEid>(std::min(count, in.remaining() / min_moved_eid_size + 1));
	std::size_t filled = 0;
	while (filled < count && in.ok()) {
		auto &moved = room[filled];
		read_eid(in, moved, ChangePriorityLayout::extension);
		in.u8("address reserved");
		moved.addresses = read_addresses(in, arena, in.u8("address count"));
		if (!moved.eid.is_none()) ++filled;
	}
	return std::span<const MovedEid>(room.first(filled));
}

void read_extension(Reader &in, Arena &arena, ChangePriority &message) {
	message.layout = ChangePriorityLayout::extension;
	message.sub_type = in.u16("sub-type") & max_sub_type;
	const auto flags = in.u8("flags");
	message.from_hypervisor = (flags & extension_bit_from_hypervisor) != 0;
	message.notify = (flags & extension_bit_notify) != 0;
	message.response = (flags & extension_bit_response) != 0;
	message.acknowledgement = (flags & extension_bit_acknowledgement) != 0;
	message.failed = (flags & extension_bit_failed) != 0;
	const auto record_count = in.u8("record count");
	message.nonce = in.u64("nonce");
	read(in, message.authentication);
	in.u8("reserved");
	message.code = in.u8("code");
	Reader ahead = in;
	if (static_cast<Afi>(ahead.u16("target rloc")) == Afi::none)
		in.u16("target rloc");
	else
		message.target_rloc = read_ip(in, "target rloc");
	message.eids = read_moved_eids(in, arena, record_count);
}

void write_extension(Writer &out, const ChangePriority &message) {
	if (message.sub_type > max_sub_type) out.fail("sub-type");
	out.u16(0xf000U | message.sub_type, "sub-type");
	out.u8((message.from_hypervisor ? extension_bit_from_hypervisor : 0U) |
	           (message.notify ? extension_bit_notify : 0U) |
	           (message.response ? extension_bit_response : 0U) |
	           (message.acknowledgement ? extension_bit_acknowledgement : 0U) |
	           (message.failed ? extension_bit_failed : 0U),
	    "flags");
	out.u8(message.eids.size(), "record count");
	out.u64(message.nonce, "nonce");
	write(out, message.authentication);
	out.u8(0, "reserved");
	out.u8(message.code, "code");
	write(out, Address{message.target_rloc}, "target rloc");
	for (const auto &moved : message.eids) {
		write_eid(out, moved, ChangePriorityLayout::extension);
		out.u8(0, "address reserved");
		out.u8(moved.addresses.size(), "address count");
		write_addresses(out, moved.addresses);
	}
}

} // namespace

bool is_refusal(ChangeResult result) {
	return result >= ChangeResult::no_such_eid;
}

std::string_view name(ChangeResult result) {
	switch (result) {
	case ChangeResult::done: return "done";
	case ChangeResult::no_change: return "no-change";
	case ChangeResult::degraded: return "degraded";
	case ChangeResult::no_such_eid: return "no-such-eid";
	case ChangeResult::covering_only: return "covering-only";
	case ChangeResult::no_local_rloc: return "no-local-rloc";
	case ChangeResult::conflict: return "conflict";
	case ChangeResult::clock: return "clock";
	case ChangeResult::not_permitted: return "not-permitted";
	}
	return "unknown";
}

void read(Reader &in, Arena &arena, ChangePriority &message) {
	switch (in.peek() >> 4) {
	case 5: read_type_five(in, arena, message); break;
	case 15: read_extension(in, arena, message); break;
	default: in.fail(in.remaining() == 0 ? Reason::truncated : Reason::bad_value, "type");
	}
	if (in.remaining() > 0) in.fail(Reason::bad_value, "trailer");
}

void write(Writer &out, const ChangePriority &message) {
	if (message.layout == ChangePriorityLayout::extension)
		write_extension(out, message);
	else
		write_type_five(out, message);
}

Result<ChangePriority> decode_change_priority(Bytes datagram, Arena &arena) {
	Reader in{datagram};
	ChangePriority message;
	read(in, arena, message);
	if (!in.ok()) return in.error();
	return message;
}

} // namespace lisp
