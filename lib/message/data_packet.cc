#include "message/data_packet.h"

namespace lisp {

namespace {

constexpr std::uint8_t bit_nonce = 0x80;
constexpr std::uint8_t bit_status_bits = 0x40;
constexpr std::uint8_t bit_echo_nonce = 0x20;
constexpr std::uint8_t bit_versions = 0x10;
constexpr std::uint8_t bit_instance_id = 0x08;
constexpr std::uint8_t bit_next_protocol = 0x04;
constexpr std::uint8_t key_id_bits = 0x03;

bool has_versions(const DataPacket &packet) {
	return packet.versions_present && !packet.nonce_present && !packet.next_protocol_present;
}

} // namespace

std::optional<std::uint32_t> DataPacket::nonce() const {
	if (!nonce_present || next_protocol_present) return std::nullopt;
	return first;
}

std::optional<std::uint16_t> DataPacket::source_map_version() const {
	if (!has_versions(*this)) return std::nullopt;
	return static_cast<std::uint16_t>(first >> 12);
}

std::optional<std::uint16_t> DataPacket::destination_map_version() const {
	if (!has_versions(*this)) return std::nullopt;
	return static_cast<std::uint16_t>(first & 0x0fff);
}

std::optional<std::uint8_t> DataPacket::next_protocol() const {
	if (!next_protocol_present) return std::nullopt;
	return static_cast<std::uint8_t>(first & 0xff);
}

std::optional<std::uint32_t> DataPacket::instance_id() const {
	if (!instance_id_present) return std::nullopt;
	return second >> 8;
}

std::optional<std::uint32_t> DataPacket::status_bits() const {
	if (!status_bits_present) return std::nullopt;
	return instance_id_present ? second & 0xff : second;
}

void read(Reader &in, DataPacket &packet) {
	const auto flags = in.u8("data header flags");
	packet.nonce_present = (flags & bit_nonce) != 0;
	packet.status_bits_present = (flags & bit_status_bits) != 0;
	packet.echo_nonce_request = (flags & bit_echo_nonce) != 0;
	packet.versions_present = (flags & bit_versions) != 0;
	packet.instance_id_present = (flags & bit_instance_id) != 0;
	packet.next_protocol_present = (flags & bit_next_protocol) != 0;
	packet.key_id = flags & key_id_bits;
	packet.first = in.u24("nonce");
	packet.second = in.u32("instance id");
	packet.payload = in.rest();
}

void write(Writer &out, const DataPacket &packet) {
	if (packet.key_id > key_id_bits) out.fail("key id");
	out.u8((packet.nonce_present ? bit_nonce : 0U) |
	           (packet.status_bits_present ? bit_status_bits : 0U) |
	           (packet.echo_nonce_request ? bit_echo_nonce : 0U) |
	           (packet.versions_present ? bit_versions : 0U) |
	           (packet.instance_id_present ? bit_instance_id : 0U) |
	           (packet.next_protocol_present ? bit_next_protocol : 0U) |
	           (packet.key_id & key_id_bits),
	    "data header flags");
	out.u24(packet.first, "nonce");
	out.u32(packet.second, "instance id");
	out.bytes(packet.payload, "payload");
}

} // namespace lisp
