// Change-Priority Message (CPM): "this EID is here now", from a hypervisor to an xTR and between
// xTRs.
//
// Type 5 as the control plane of 2012 used it, before RFC 9301 gave the number to Map-Notify-Ack:
// with a 16-bit mask length before the EID's AFI as the users' guide draws it, or with an 8-bit one
// as version 1.02 sent it. And as a sub-type of type 15 (RFC 9304), which IANA has not assigned:
// whoever uses it chooses the number.
#pragma once

#include "message/authentication.h"
#include "message/map_record.h"

namespace lisp {

enum class ChangePriorityLayout : std::uint8_t {
	seed,      // type 5, 16-bit mask length
	v102,      // type 5, 8-bit mask length
	extension, // type 15
};

// What an acknowledgement says came of a message.
enum class ChangeResult : std::uint8_t {
	done = 0,
	no_change = 1,      // all was as the message wants it
	degraded = 2,       // done but for the file or the mapping table, which are tried again
	no_such_eid = 16,   // of which the receiver is an xTR; this and those below: refused
	covering_only = 17, // a host of a configured prefix
	no_local_rloc = 18, // nothing that the EID could be moved to
	conflict = 19,      // a later message has moved it elsewhere
	clock = 20,         // the nonce is too far from the receiver's time
	not_permitted = 21, // to this sender, for this EID
};

bool is_refusal(ChangeResult result);
std::string_view name(ChangeResult result); // "no-such-eid"; "unknown" for any other number

// An EID that moved, and addresses that go with it: those that it talked to, or RLOCs.
struct MovedEid {
	std::uint8_t mask_length = 0; // bits, at least 1
	IpAddress eid;
	List<IpAddress> addresses; // List-IP
	bool operator==(const MovedEid &) const = default;
};

struct ChangePriority {
	ChangePriorityLayout layout = ChangePriorityLayout::seed;
	bool from_hypervisor = false; // H; no flag at all in the seed's layout means it too
	bool notify = false;          // N: destination xTR to the others
	bool response = false;        // R: source xTR to destination xTR
	bool acknowledgement = false; // A
	std::uint64_t nonce = 0;
	Authentication authentication;
	List<MovedEid> eids; // one in both layouts of type 5, up to 255 in the extension

	// A ChangeResult, in an acknowledgement; in the extension it is there in all of them.
	std::uint8_t code = 0;

	// The extension alone.
	std::uint16_t sub_type = 0; // 12 bits
	bool failed = false;        // E, in an acknowledgement
	IpAddress target_rloc;      // the receiver that is meant; none where AFI 0

	bool operator==(const ChangePriority &) const = default;
};

// Takes the whole of the datagram, of type 5 in either layout or of type 15, whatever the sub-type.
// EID, List-IP and target RLOC are of AFI 1 or 2 (the target may be none), mask lengths from 1 to
// the EID's width; an octet after the last address is a fault. Host bits of an EID are kept.
void read(Reader &in, Arena &arena, ChangePriority &message);
void write(Writer &out, const ChangePriority &message);

// For who knows that it is one, and refers to `datagram` and to `arena`.
Result<ChangePriority> decode_change_priority(Bytes datagram, Arena &arena);

} // namespace lisp
