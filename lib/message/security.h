// LISP-SEC authentication data: in an Encapsulated Control Message with S, and in a Map-Reply with
// S. RFC 9303 sections 6.1 and 6.2. Keys and HMACs are computed by auth/lisp_sec.h.
//
// The lengths of EID-AD and PKT-AD count themselves: an ITR's EID-AD, which has nothing but the KDF
// ID, is said to be of 4 octets. Figure 2 of the RFC draws no E, yet the EID-AD of a Map-Reply is a
// copy of the request's, and its HMAC covers the bit.
#pragma once

#include "message/map_record.h"

#include <optional>

namespace lisp {

inline constexpr std::size_t wrapped_key_size = 24; // octets: preamble (8) and one-time key (16)

// RFC 9303 section 8.3, of EID HMAC, PKT HMAC and the one requested; 0 is no preference.
inline constexpr std::uint16_t hmac_id_sha1_96 = 1;
inline constexpr std::uint16_t hmac_id_sha256_128 = 2;
// Section 8.4.
inline constexpr std::uint8_t null_key_wrap_128 = 1;
inline constexpr std::uint8_t aes_key_wrap_128 = 2; // under a key from HKDF-SHA256
// Section 8.5; 0 is no preference.
inline constexpr std::uint16_t kdf_id_hkdf_sha1_128 = 1;
inline constexpr std::uint16_t kdf_id_hkdf_sha256 = 2;

struct SecuredEid {
	std::uint8_t mask_length = 0; // bits of the EID
	Address eid;
	bool operator==(const SecuredEid &) const = default;
};

// What a Map-Server says of the EID-prefixes that an answer may be about.
struct EidAuthorization {
	bool etr_cannot_sign = false; // E: some ETR of the EID-prefix does without LISP-SEC
	std::uint16_t hmac_id = 0;
	List<SecuredEid> eids;
	OctetList hmac; // what remains of the EID-AD
	bool operator==(const EidAuthorization &) const = default;
};

struct EidAuthentication {
	std::uint16_t kdf_id = 0;
	std::optional<EidAuthorization> authorization; // none as an ITR sends it
	Bytes octets; // what was received, from EID-AD Length to EID HMAC; write() makes its own

	friend bool operator==(const EidAuthentication &a, const EidAuthentication &b) {
		return a.kdf_id == b.kdf_id && a.authorization == b.authorization;
	}
};

struct RequestSecurity {
	std::uint16_t requested_hmac_id = 0;
	std::uint8_t key_id = 0;
	std::uint8_t wrapping_id = 0;
	OctetList one_time_key; // preamble and key as they came; `wrapped_key_size` octets
	EidAuthentication eid;
	bool operator==(const RequestSecurity &) const = default;
};

struct ReplySecurity {
	EidAuthentication eid;
	std::uint16_t packet_hmac_id = 0;
	OctetList packet_hmac; // over the whole Map-Reply, taken as zero itself
	bool operator==(const ReplySecurity &) const = default;
};

// Reserved bits are 0 when written and ignored when read. Any AD Type but 1 fails as unsupported:
// nothing tells where its data ends.
void read(Reader &in, Arena &arena, RequestSecurity &security);
void read(Reader &in, Arena &arena, ReplySecurity &security);
void write(Writer &out, const EidAuthentication &eid); // EID-AD alone, to be signed
void write(Writer &out, const RequestSecurity &security);
void write(Writer &out, const ReplySecurity &security);

} // namespace lisp
