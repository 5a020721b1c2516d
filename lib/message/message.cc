#include "message/message.h"

#include "message/addresses.h"

namespace lisp {

namespace {

constexpr std::uint8_t bit_info_reply = 0x08;

template <class T> void read_as(Reader &in, Arena &arena, Message &message) {
	read(in, arena, message.emplace<T>());
}

} // namespace

void read(Reader &in, Arena &arena, Message &message) {
	const auto type = static_cast<std::uint8_t>(in.peek() >> 4);
	switch (static_cast<MessageType>(type)) {
	case MessageType::map_request: return read_as<MapRequest>(in, arena, message);
	case MessageType::map_reply: return read_as<MapReply>(in, arena, message);
	case MessageType::map_register: return read_as<MapRegister>(in, arena, message);
	case MessageType::map_notify: return read_as<MapNotify>(in, arena, message);
	case MessageType::map_notify_ack: return read_as<MapNotifyAck>(in, arena, message);
	case MessageType::encapsulated_control: return read_as<EncapsulatedControl>(in, arena, message);
	case MessageType::map_referral: return read_as<MapReferral>(in, arena, message);
	case MessageType::info: return read_as<Info>(in, arena, message);
	case MessageType::shared_extension: return read(in, message.emplace<SharedExtension>());
	}
	if (in.remaining() == 0) in.fail(Reason::truncated, "type");
	message = OtherMessage{type, in.rest()};
}

Decoded decode(Bytes datagram, Arena &arena, std::size_t base) {
	Reader in{datagram, base};
	Decoded decoded;
	read(in, arena, decoded.message);
	if (!in.ok()) decoded.error = in.error();
	decoded.size = in.offset() - base;
	return decoded;
}

List<MapRecord> records_of(const Message &message) {
	if (const auto *m = std::get_if<MapReply>(&message)) return m->records;
	if (const auto *m = std::get_if<MapRegister>(&message)) return m->records;
	if (const auto *m = std::get_if<MapNotify>(&message)) return m->records;
	if (const auto *m = std::get_if<MapNotifyAck>(&message)) return m->records;
	return {};
}

bool has_unknown_vendor(const Message &message) {
	bool found = false;
	for_each_address(message, [&](const Address &address, AddressRole, const AddressContext &) {
		found = found || has_vendor_specific(address);
	});
	return found;
}

Result<Room> encode(const Message &message, Room room) {
	Writer out{room};
	if (const auto *other = std::get_if<OtherMessage>(&message)) {
		out.bytes(other->octets, "message");
	} else {
		std::visit(
		    [&](const auto &value) {
			    if constexpr (!std::is_same_v<std::decay_t<decltype(value)>, OtherMessage>)
				    write(out, value);
		    },
		    message);
	}
	return out.finish();
}

Result<Octets> encode(const Message &message) {
	Octets octets(max_datagram);
	const auto written = encode(message, octets);
	if (!written) return written.error();
	octets.resize(written->size());
	return octets;
}

std::string_view type_name(Bytes datagram) {
	if (datagram.empty()) return "unknown";
	switch (static_cast<MessageType>(datagram[0] >> 4)) {
	case MessageType::map_request: return "map-request";
	case MessageType::map_reply: return "map-reply";
	case MessageType::map_register: return "map-register";
	case MessageType::map_notify: return "map-notify";
	case MessageType::map_notify_ack: return "map-notify-ack";
	case MessageType::map_referral: return "map-referral";
	case MessageType::info:
		return (datagram[0] & bit_info_reply) != 0 ? "info-reply" : "info-request";
	case MessageType::encapsulated_control: return "encapsulated-control";
	case MessageType::shared_extension: return "shared-extension";
	}
	return "unknown";
}

} // namespace lisp
