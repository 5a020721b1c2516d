#include "message/dissection.h"

#include "message/change_priority.h"

#include <array>

namespace lisp {

namespace {

constexpr std::size_t nonce_end = 12;
constexpr unsigned max_nesting = 2; // an ECM, and by mistake one more inside

constexpr std::array<WarningText, static_cast<std::size_t>(Warning::count_)> warning_texts{{
    {"wrong checksum", "ip header checksum"},
    {"zero checksum", "udp checksum"},
    {"wrong checksum", "udp checksum"},
    {"first fragment only", "ip fragment offset"},
    {"host bits set", "eid"},
    {"mask longer than the address", "eid mask-len"},
    {"unknown vendor", "lcaf"},
    {"probe in an encapsulated control message", "inner probe"},
    {"data port in an encapsulated control message", "inner udp port"},
    {"more records than counted", "record count"},
    {"no authentication fields", "authentication"},
    {"octets after the message", "trailer"},
}};

void check_eid(const Address &eid, unsigned mask_length, Warnings &warnings) {
	const auto inner = instance_address(eid);
	const auto *ip = inner ? &inner->second : as_ip(eid);
	if (ip == nullptr || ip->is_none()) return;
	if (mask_length > ip->width()) return warnings.add(Warning::long_mask);
	if (has_host_bits(*ip, mask_length)) warnings.add(Warning::host_bits);
}

void check_message(const Message &message, Warnings &warnings) {
	if (has_unknown_vendor(message)) warnings.add(Warning::unknown_vendor);
	for (const auto &record : records_of(message))
		check_eid(record.eid, record.mask_length, warnings);
	const auto *request = std::get_if<MapRequest>(&message);
	if (request == nullptr) return;
	for (const auto &record : request->records) check_eid(record.eid, record.mask_length, warnings);
	if (request->map_data)
		check_eid(request->map_data->eid, request->map_data->mask_length, warnings);
}

void check_packet(const Captured &captured, Warnings &warnings) {
	if (captured.ip_checksum == ChecksumState::bad) warnings.add(Warning::bad_ip_checksum);
	if (captured.udp_checksum == ChecksumState::bad) warnings.add(Warning::bad_udp_checksum);
	// RFC 9300 section 5.3 wants 0 in data packets, RFC 9301 section 5 forbids it in messages.
	if (captured.udp_checksum == ChecksumState::zero && !captured.data)
		warnings.add(Warning::zero_udp_checksum);
	if (captured.fragment) warnings.add(Warning::fragment);
}

// How many EID-records the octets are, if they are records to the last octet; else 0.
std::size_t count_records(Bytes octets, Arena &arena) {
	Reader in{octets};
	std::size_t count = 0;
	for (MapRecord record; in.ok() && in.remaining() > 0; ++count) read(in, arena, record);
	return in.ok() ? count : 0;
}

// Type 5 after RFC 9301, or as peers are known to send it: the records there but not counted, or
// header and nonce alone. False where it is none of these to its last octet.
bool read_map_notify_ack(Dissection &found, Arena &arena) {
	const auto octets = found.captured.octets;
	auto decoded = decode(octets, arena);
	auto &ack = std::get<MapNotifyAck>(decoded.message);
	const auto rest = octets.subspan(decoded.size);
	if (octets.size() == nonce_end) {
		decoded.error.reset();
		found.warnings.add(Warning::no_authentication);
	} else if (!decoded.error && !rest.empty()) {
		const auto count = octets[3] == 0 ? count_records(rest, arena) : 0;
		if (count == 0) return false;
		Reader in{rest};
		ack.records = read_map_records(in, arena, count);
		found.warnings.add(Warning::uncounted_records);
	}
	if (decoded.error) return false;
	found.message = ack;
	return true;
}

// RFC 9301 has the low bits of the first octet zero in a Map-Notify-Ack.
bool read_type_five(Dissection &found, Arena &arena) {
	const auto octets = found.captured.octets;
	if (octets.empty() || octets[0] >> 4 != 5) return false;
	if ((octets[0] & 0x0f) == 0 && read_map_notify_ack(found, arena)) return true;
	if (!is_change_priority(octets)) return false;
	found.type = "change-priority";
	found.message = OtherMessage{5, octets};
	return true;
}

void read_message(Dissection &found, Arena &arena, std::size_t base) {
	const auto octets = found.captured.octets;
	found.type = type_name(octets);
	if (read_type_five(found, arena)) return;
	auto decoded = decode(octets, arena, base);
	found.message = decoded.message;
	found.error = decoded.error;
	if (decoded.error && decoded.error->offset < base + nonce_end &&
	    !std::holds_alternative<EncapsulatedControl>(found.message))
		found.message =
		    OtherMessage{static_cast<std::uint8_t>(octets.empty() ? 0 : octets[0] >> 4), octets};
	if (!decoded.error && decoded.size < octets.size())
		found.warnings.add(Warning::trailing_octets);
}

Dissection dissect_at(const Captured &captured, Arena &arena, std::size_t base, unsigned nesting);

void dissect_inner(Dissection &found, Arena &arena, std::size_t base, unsigned nesting) {
	const auto *outer = std::get_if<EncapsulatedControl>(&found.message);
	if (outer == nullptr || nesting >= max_nesting) return;
	if (found.error && outer->payload.empty()) return;
	Captured captured;
	captured.source = outer->source;
	captured.destination = outer->destination;
	captured.octets = outer->payload;
	captured.length = outer->payload_length;
	captured.ip_checksum = outer->ip_checksum;
	captured.udp_checksum = outer->udp_checksum;
	found.inner =
	    arena.make(dissect_at(captured, arena, base + outer->payload_offset, nesting + 1));
	const auto *request = std::get_if<MapRequest>(&found.inner->message);
	if (request != nullptr && request->probe) found.warnings.add(Warning::inner_probe);
	if (outer->source.port == data_port || outer->destination.port == data_port)
		found.warnings.add(Warning::inner_data_port);
	if (!found.error) found.error = found.inner->error;
}

Dissection dissect_at(const Captured &captured, Arena &arena, std::size_t base, unsigned nesting) {
	Dissection found;
	found.captured = captured;
	check_packet(captured, found.warnings);
	if (captured.data) {
		found.type = "data";
		found.message = OtherMessage{0, captured.octets};
	} else {
		read_message(found, arena, base);
		check_message(found.message, found.warnings);
		dissect_inner(found, arena, base, nesting);
	}
	if (!found.error && captured.octets.size() < captured.length)
		found.error = WireError{Reason::truncated, base + captured.octets.size(), "message"};
	return found;
}

} // namespace

WarningText text(Warning warning) {
	return warning_texts[static_cast<std::size_t>(warning)];
}

Dissection dissect(const Captured &captured, Arena &arena) {
	return dissect_at(captured, arena, 0, 0);
}

Authentication *authentication_of(Message &message) {
	if (auto *m = std::get_if<MapRegister>(&message)) return &m->authentication;
	if (auto *m = std::get_if<MapNotify>(&message)) return &m->authentication;
	if (auto *m = std::get_if<MapNotifyAck>(&message)) return &m->authentication;
	return nullptr;
}

} // namespace lisp
