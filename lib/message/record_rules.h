// Rules about EID-records, RLOC-records and addresses: a part of rules.h.
#pragma once

#include "message/dissection.h"

namespace lisp {

// Where a record stands: some of its fields mean something in Map-Replies alone.
enum class RecordPlace : std::uint8_t { request, reply, registration, acknowledgement };

// RFC 9301 sections 5.4 and 5.5.
void check_records(List<MapRecord> records, RecordPlace place, Warnings &warnings);

// RFC 8111 section 6.
void check_referral(const MapReferral &referral, Warnings &warnings);

// LCAFs, RFC 8060 and RFC 9306, in every address of the message.
void check_addresses(const Message &message, Warnings &warnings);

// Whether one can send to it across an underlay, as far as the address tells.
bool is_routable(const Address &address);

} // namespace lisp
