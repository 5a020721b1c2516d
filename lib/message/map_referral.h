// Map-Referral: what a node of a delegated database answers to a DDT Map-Request.
// RFC 8111 sections 6.1, 6.3 and 6.4.
#pragma once

#include "message/map_record.h"

namespace lisp {

// RFC 8111 section 6.1.
enum class ReferralAction : std::uint8_t {
	node_referral = 0,
	ms_referral = 1,
	ms_ack = 2,
	ms_not_registered = 3,
	delegation_hole = 4,
	not_authoritative = 5,
	unassigned_6 = 6,
	unassigned_7 = 7,
};

// RFC 8111 section 6.4.1. It covers its record, with the original TTL.
struct ReferralSignature {
	RecordTtl original_ttl{};
	std::uint32_t expiration = 0; // seconds since 1970
	std::uint32_t inception = 0;  // seconds since 1970
	std::uint16_t key_tag = 0;
	std::uint8_t algorithm = 0; // 1: RSA-SHA1, 2: RSA-SHA256
	OctetList signature;

	bool operator==(const ReferralSignature &) const = default;
};

struct ReferralRecord {
	RecordTtl ttl{};
	std::uint8_t mask_length = 0; // bits of the EID
	ReferralAction action = ReferralAction::node_referral;
	bool authoritative = false;    // A
	bool incomplete = false;       // I: the referral set has not all nodes of the delegation
	std::uint16_t map_version = 0; // 12 bits
	Address eid;
	List<Locator> referrals;
	List<ReferralSignature> signatures; // up to 15

	bool operator==(const ReferralRecord &) const = default;
};

struct MapReferral {
	std::uint64_t nonce = 0; // the request's
	List<ReferralRecord> records;

	bool operator==(const MapReferral &) const = default;
};

void read(Reader &in, Arena &arena, MapReferral &message);
void write(Writer &out, const MapReferral &message);

} // namespace lisp
