// EID-record: an EID-prefix and its locators, as Map-Reply, Map-Register, Map-Notify and
// Map-Notify-Ack carry them. RFC 9301 section 5.4.
#pragma once

#include "address/eid_prefix.h"
#include "message/locator.h"

#include <chrono>

namespace lisp {

using RecordTtl = std::chrono::duration<std::uint32_t, std::ratio<60>>; // minutes

inline constexpr RecordTtl ttl_remove{0}; // drop the entry now
inline constexpr RecordTtl ttl_receiver_decides{0xffffffff};

// What to do with packets to an EID that has no locators. RFC 9301 sections 5.4 and 12.3.
enum class Action : std::uint8_t {
	no_action = 0,
	natively_forward = 1,
	send_map_request = 2,
	drop = 3,
	drop_policy_denied = 4,
	drop_auth_failure = 5,
	unassigned_6 = 6,
	unassigned_7 = 7,
};

struct MapRecord {
	RecordTtl ttl{};
	std::uint8_t mask_length = 0; // bits of the EID
	Action action = Action::no_action;
	bool authoritative = false;    // A: from an ETR of the site
	std::uint16_t map_version = 0; // 12 bits, RFC 9302; 0 is none
	Address eid;
	List<Locator> locators;

	bool operator==(const MapRecord &) const = default;
};

inline constexpr std::size_t min_map_record_size = 12; // octets on the wire

void read(Reader &in, Arena &arena, MapRecord &record);
void write(Writer &out, const MapRecord &record);

// Of two Map-Versions: in circular order, and with 0 nothing is compared. RFC 9302 section 6.
inline constexpr bool is_older(std::uint16_t version, std::uint16_t than) {
	if (version == 0 || than == 0) return false;
	return than > version ? than - version <= 0x800 : version - than > 0x800;
}

// `count` EID-records. When one cannot be read whole, those before it are in the list, and so is
// what was readable of that one; the reader has failed.
List<MapRecord> read_map_records(Reader &in, Arena &arena, std::size_t count);

// Fails as too long beyond the 255 that a Record Count can tell.
void write_map_records(Writer &out, List<MapRecord> records);

std::size_t encoded_size(const MapRecord &record); // octets

} // namespace lisp
