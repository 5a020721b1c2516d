// LISP messages inside data packets and Encapsulated Control Messages, made by hand, and what
// becomes of them.
#pragma once

#include "golden_packets.h"
#include "message/inner_packet.h"
#include "message/lisp_datagram.h"

namespace lisp {

inline const Endpoint host{IpAddress::v4(0xc000020a), 50000};
inline const Endpoint far_host{IpAddress::v4(0xcb007107), control_port};
inline const Endpoint host6{*IpAddress::parse("2001:db8::a"), 50000};
inline const Endpoint far_host6{*IpAddress::parse("2001:db8::7"), control_port};

inline constexpr std::size_t headers_v4 = 28; // octets of IP and UDP
inline constexpr std::string_view plain = "0000000000000000";
inline constexpr std::string_view gpe_ethernet = "0400000300000000";

inline Octets operator+(Octets head, const Octets &rest) {
	head.insert(head.end(), rest.begin(), rest.end());
	return head;
}
inline Octets hex(std::string_view text) {
	return parse_hex(text).value();
}

inline const Octets &request() {
	return golden("REQ-V4").octets;
}

inline Octets udp(
    const Octets &payload, const Endpoint &from = host, const Endpoint &to = far_host) {
	Octets room(payload.size() + 48);
	Writer out{room};
	write_udp_packet(out, from, to, 64, payload);
	room.resize(out.size());
	return room;
}

inline Octets data_packet(const Octets &inner, std::string_view header = plain) {
	return hex(header) + inner;
}
inline Octets ecm(const Octets &message) {
	return hex("80000000") + udp(message);
}
inline Octets to_data_port(const Octets &packet) {
	return udp(packet, host, {far_host.address, data_port});
}

// Keeps its octets.
struct Taken {
	explicit Taken(Octets from, bool is_data = true, std::optional<std::size_t> length = {},
	    const DissectOptions &options = {})
	    : octets(std::move(from)) {
		Captured captured;
		captured.octets = octets;
		captured.length = length.value_or(octets.size());
		captured.data = is_data;
		found = dissect(captured, arena, options);
		Arena another;
		EXPECT_EQ(dissected_type(captured, another, options), found.type);
	}
	Octets octets;
	Arena arena;
	Dissection found;
};

inline void expect_request(const Dissection *inner) {
	ASSERT_TRUE(inner);
	EXPECT_EQ(inner->type, "map-request");
	EXPECT_EQ(to_hex(inner->captured.octets), to_hex(request()));
	EXPECT_EQ(inner->captured.length, request().size());
	EXPECT_EQ(inner->captured.udp_checksum, ChecksumState::good);
	EXPECT_FALSE(inner->captured.data);
	EXPECT_FALSE(inner->error);
	EXPECT_TRUE(inner->warnings.empty());
	EXPECT_EQ(inner->inner, nullptr);
}

} // namespace lisp
