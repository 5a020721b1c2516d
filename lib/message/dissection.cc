#include "message/dissection.h"

#include "message/inner_packet.h"
#include "message/lisp_datagram.h"

#include <algorithm>
#include <cassert>

namespace lisp {

namespace {

constexpr std::size_t nonce_end = 12;

void check_eid(const Address &eid, unsigned mask_length, Warnings &warnings) {
	const auto inner = instance_address(eid);
	const auto *ip = inner ? &inner->second : as_ip(eid);
	if (ip == nullptr || ip->is_none()) return;
	// Around an Instance ID it is no fault that would lose the message.
	if (mask_length > ip->width()) return warnings.add(Warning::long_mask);
	if (has_host_bits(*ip, mask_length)) warnings.add(Warning::host_bits);
}

template <class Record> void check_eids(List<Record> records, Warnings &warnings) {
	for (const auto &record : records) check_eid(record.eid, record.mask_length, warnings);
}

void check_message(const Message &message, Warnings &warnings) {
	if (has_unknown_vendor(message)) warnings.add(Warning::unknown_vendor);
	check_eids(records_of(message), warnings);
	if (const auto *m = std::get_if<MapRequest>(&message)) {
		check_eids(m->records, warnings);
		if (m->map_data) check_eid(m->map_data->eid, m->map_data->mask_length, warnings);
	}
	if (const auto *m = std::get_if<MapReferral>(&message)) check_eids(m->records, warnings);
	if (const auto *m = std::get_if<Info>(&message)) check_eid(m->eid, m->mask_length, warnings);
	if (const auto *m = std::get_if<ChangePriority>(&message)) check_eids(m->eids, warnings);
}

void check_packet(const Captured &captured, Warnings &warnings) {
	if (captured.ip_checksum == ChecksumState::bad) warnings.add(Warning::bad_ip_checksum);
	if (captured.udp_checksum == ChecksumState::bad)
		warnings.add(captured.data ? Warning::bad_data_checksum : Warning::bad_udp_checksum);
	// RFC 9300 section 5.3 wants 0 in data packets, RFC 9301 section 5 forbids it in messages.
	if (captured.udp_checksum == ChecksumState::zero && !captured.data)
		warnings.add(Warning::zero_udp_checksum);
	if (captured.fragment) warnings.add(Warning::fragment);
	if (captured.cut) warnings.add(Warning::cut);
}

// To the last octet, and with the fault where there is one.
void read_change_priority(Dissection &found, Arena &arena, std::size_t base) {
	Reader in{found.captured.octets, base};
	found.type = "change-priority";
	read(in, arena, found.message.emplace<ChangePriority>());
	if (!in.ok()) found.error = in.error();
}

// False where it is a Map-Notify-Ack that has a fault.
bool read_type_five(Dissection &found, Arena &arena, std::size_t base, TypeFiveRule rule) {
	const auto octets = found.captured.octets;
	const auto five = read_type_five(octets, arena, rule);
	if (!five) {
		if (rule == TypeFiveRule::map_notify_ack) return false;
		if (rule == TypeFiveRule::by_length && !is_change_priority_by_flags(octets)) return false;
		read_change_priority(found, arena, base);
		return true;
	}
	if (five->uncounted_records) found.warnings.add(Warning::uncounted_records);
	if (five->no_authentication) found.warnings.add(Warning::no_authentication);
	if (five->ambiguous) found.warnings.add(Warning::ambiguous_type);
	std::visit([&](const auto &message) { found.message = message; }, five->message);
	if (std::holds_alternative<ChangePriority>(five->message)) found.type = "change-priority";
	return true;
}

bool has_sub_type(Bytes octets, std::uint16_t sub_type) {
	Reader in{octets};
	return in.u16("sub-type") == (0xf000U | sub_type) && in.ok();
}

void read_control(
    Dissection &found, Arena &arena, std::size_t base, const DissectOptions &options) {
	const auto octets = found.captured.octets;
	const auto type = static_cast<std::uint8_t>(octets.empty() ? 0 : octets[0] >> 4);
	const auto sub_type = options.change_priority_sub_type;
	found.type = type_name(octets);
	if (type == 5 && read_type_five(found, arena, base, options.type_five)) return;
	if (sub_type && has_sub_type(octets, *sub_type))
		return read_change_priority(found, arena, base);
	Reader in{octets, base};
	read(in, arena, found.message);
	if (!in.ok()) found.error = in.error();
	if (!in.ok() || in.remaining() == 0) return;
	// By its length it was neither of the two.
	if (type == 5 && options.type_five == TypeFiveRule::by_length)
		found.error = WireError{Reason::bad_value, in.offset(), "trailer"};
	else
		found.warnings.add(Warning::trailing_octets);
}

void read_control_message(
    Dissection &found, Arena &arena, std::size_t base, const DissectOptions &options) {
	read_control(found, arena, base, options);
	const auto octets = found.captured.octets;
	if (found.error && found.error->offset < base + nonce_end &&
	    !std::holds_alternative<EncapsulatedControl>(found.message))
		found.message =
		    OtherMessage{static_cast<std::uint8_t>(octets.empty() ? 0 : octets[0] >> 4), octets};
}

void read_data_packet(Dissection &found, std::size_t base) {
	found.type = "data";
	Reader in{found.captured.octets, base};
	DataPacket packet;
	read(in, packet);
	if (!in.ok()) {
		found.error = in.error();
		found.message = OtherMessage{0, found.captured.octets};
		return;
	}
	found.message = packet;
	if (packet.nonce_present && packet.versions_present)
		found.warnings.add(Warning::nonce_and_versions);
	if (packet.next_protocol_present &&
	    (packet.nonce_present || packet.echo_nonce_request || packet.versions_present))
		found.warnings.add(Warning::unused_data_flags);
}

// A message inside another, and where it begins there.
struct Inside {
	Captured captured;
	std::size_t offset = 0;
};

std::optional<Inside> inside(const EncapsulatedControl &outer, bool faulty) {
	if (faulty && outer.payload.empty()) return std::nullopt;
	Inside found;
	found.captured.source = outer.source;
	found.captured.destination = outer.destination;
	found.captured.octets = outer.payload;
	found.captured.length = outer.payload_length;
	found.captured.ip_checksum = outer.ip_checksum;
	found.captured.udp_checksum = outer.udp_checksum;
	found.offset = outer.payload_offset;
	return found;
}

std::optional<Inside> inside(const DataPacket &outer, Bytes octets) {
	// Most of what passes by is something else.
	const auto protocol = outer.next_protocol().value_or(next_protocol_ipv4);
	const bool is_ip = protocol == next_protocol_ipv4 || protocol == next_protocol_ipv6;
	if (is_ip && !may_be_lisp(outer.payload)) return std::nullopt;
	const auto packet = inner_packet(outer);
	const auto captured = packet.ip ? lisp_datagram(*packet.ip) : std::nullopt;
	if (!captured) return std::nullopt;
	return Inside{*captured, static_cast<std::size_t>(captured->octets.data() - octets.data())};
}

std::optional<Inside> inside(const Dissection &found) {
	if (const auto *outer = std::get_if<EncapsulatedControl>(&found.message))
		return inside(*outer, found.error.has_value());
	if (const auto *outer = std::get_if<DataPacket>(&found.message))
		return inside(*outer, found.captured.octets);
	return std::nullopt;
}

void check_inner(const EncapsulatedControl &outer, const Dissection &inner, Warnings &warnings) {
	const auto *request = std::get_if<MapRequest>(&inner.message);
	warnings.add_if(request != nullptr && request->probe, Warning::inner_probe);
	warnings.add_if(outer.source.port == data_port || outer.destination.port == data_port,
	    Warning::inner_data_port);
}

void dissect(Dissection &found, Arena &arena, const DissectOptions &options, std::size_t base,
    unsigned nesting);

void dissect_inner(Dissection &found, Arena &arena, const DissectOptions &options, std::size_t base,
    unsigned nesting) {
	const auto inner = inside(found);
	if (!inner) return;
	if (nesting == max_nesting) return found.warnings.add(Warning::deep_nesting);
	found.inner = arena.make(Dissection{inner->captured});
	dissect(*found.inner, arena, options, base + inner->offset, nesting + 1);
	if (const auto *outer = std::get_if<EncapsulatedControl>(&found.message))
		check_inner(*outer, *found.inner, found.warnings);
	if (!found.error) found.error = found.inner->error;
}

void dissect(Dissection &found, Arena &arena, const DissectOptions &options, std::size_t base,
    unsigned nesting) {
	const auto &captured = found.captured;
	check_packet(captured, found.warnings);
	if (captured.data) {
		read_data_packet(found, base);
	} else {
		read_control_message(found, arena, base, options);
		check_message(found.message, found.warnings);
	}
	dissect_inner(found, arena, options, base, nesting);
	if (!found.error && captured.octets.size() < captured.length)
		found.error = WireError{Reason::truncated, base + captured.octets.size(), "message"};
}

} // namespace

Dissection dissect(const Captured &captured, Arena &arena, const DissectOptions &options) {
	Dissection found{captured};
	dissect(found, arena, options, 0, 0);
	return found;
}

std::string_view dissected_type(
    const Captured &captured, Arena &arena, const DissectOptions &options) {
	if (captured.data) return "data";
	const auto octets = captured.octets;
	if (!octets.empty() && octets[0] >> 4 == 5) {
		Dissection found{captured};
		found.type = type_name(octets);
		read_type_five(found, arena, 0, options.type_five);
		return found.type;
	}
	const auto sub_type = options.change_priority_sub_type;
	if (sub_type && has_sub_type(octets, *sub_type)) return "change-priority";
	return type_name(octets);
}

std::size_t type_index(std::string_view type) {
	const auto *const found = std::find(type_names.begin(), type_names.end(), type);
	assert(found != type_names.end());
	return static_cast<std::size_t>(found - type_names.begin());
}

Authentication *authentication_of(Message &message) {
	if (auto *m = std::get_if<MapRegister>(&message)) return &m->authentication;
	if (auto *m = std::get_if<MapNotify>(&message)) return &m->authentication;
	if (auto *m = std::get_if<MapNotifyAck>(&message)) return &m->authentication;
	if (auto *m = std::get_if<Info>(&message)) return &m->authentication;
	if (auto *m = std::get_if<ChangePriority>(&message)) return &m->authentication;
	return nullptr;
}

} // namespace lisp
