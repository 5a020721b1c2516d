#include "message/type_five.h"

namespace lisp {

namespace {

constexpr std::size_t header_and_nonce_size = 12; // octets
// Reserved in a Map-Notify-Ack even for those who announce an xTR identity in the bit before these.
constexpr std::uint8_t change_priority_bits = 0x07;

List<MapRecord> read_records_to_the_end(Reader &in, Arena &arena) {
	const auto room = arena.array<MapRecord>(in.remaining() / min_map_record_size + 1);
	std::size_t filled = 0;
	while (in.ok() && in.remaining() > 0) read(in, arena, room[filled++]);
	return std::span<const MapRecord>(room.first(filled));
}

std::optional<TypeFive> read_map_notify_ack(Bytes datagram, Arena &arena) {
	TypeFive found;
	auto &ack = found.message.emplace<MapNotifyAck>();
	Reader in{datagram};
	read(in, arena, ack);
	if (datagram.size() == header_and_nonce_size) {
		found.no_authentication = true;
		return found;
	}
	if (in.ok() && in.remaining() > 0 && ack.records.empty() && !ack.identity) {
		found.uncounted_records = true;
		ack.records = read_records_to_the_end(in, arena);
	}
	if (!in.ok() || in.remaining() > 0) return std::nullopt;
	return found;
}

std::optional<TypeFive> read_change_priority(Bytes datagram, Arena &arena) {
	const auto message = decode_change_priority(datagram, arena);
	if (!message) return std::nullopt;
	TypeFive found;
	found.message = *message;
	return found;
}

} // namespace

bool is_change_priority_by_flags(Bytes datagram) {
	return !datagram.empty() && datagram[0] >> 4 == 5 && (datagram[0] & change_priority_bits) != 0;
}

std::optional<TypeFive> read_type_five(Bytes datagram, Arena &arena, TypeFiveRule rule) {
	if (datagram.empty() || datagram[0] >> 4 != 5) return std::nullopt;
	const bool flags_decide =
	    rule == TypeFiveRule::by_length && is_change_priority_by_flags(datagram);
	std::optional<TypeFive> ack;
	if (rule != TypeFiveRule::change_priority && !flags_decide)
		ack = read_map_notify_ack(datagram, arena);
	if (rule == TypeFiveRule::map_notify_ack) return ack;
	auto change_priority = read_change_priority(datagram, arena);
	if (!ack) return change_priority;
	ack->ambiguous = change_priority.has_value();
	return ack;
}

} // namespace lisp
