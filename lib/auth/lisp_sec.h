// The cryptography of LISP-SEC, RFC 9303 section 6: one-time keys and the HMACs under them. Which
// IDs a node asks for or puts up with, and that NULL-KEY-WRAP-128 needs DTLS, is for its engine to
// say; an ID that is not known fails here.
//
// Where the RFC leaves HKDF (RFC 5869) open, it is without salt and info, the whole input is keying
// material, and the key has the 128 bits of a one-time key.
#pragma once

#include "message/security.h"

#include <array>
#include <memory>
#include <optional>
#include <string_view>

namespace lisp {

using OneTimeKey = std::array<std::uint8_t, 16>; // whoever holds one wipes it
using WrappedKey = std::array<std::uint8_t, wrapped_key_size>;

// Octets of an HMAC; 0 for an ID that is not known.
std::size_t hmac_size(std::uint16_t hmac_id);

// Not to be used by two threads at a time.
class LispSec {
public:
	LispSec();
	~LispSec();
	LispSec(LispSec &&) noexcept;
	LispSec &operator=(LispSec &&) noexcept;

	// Preamble and key as the OTK-AD carries them, section 6.5. `nonce` is the Map-Request's and
	// `secret` that of the Key ID; they count for AES-KEY-WRAP-128 alone.
	std::optional<WrappedKey> wrap(std::uint8_t wrapping_id, const OneTimeKey &key,
	    std::uint64_t nonce, std::string_view secret);

	// Fails as well where the integrity check of RFC 3394 does, where a key that is not wrapped has
	// a preamble other than zero, and on any size but `wrapped_key_size`.
	std::optional<OneTimeKey> unwrap(
	    std::uint8_t wrapping_id, Bytes wrapped, std::uint64_t nonce, std::string_view secret);

	// The Map-Server's one-time key from the ITR's, sections 6.7.1 and 6.9.
	std::optional<OneTimeKey> map_server_key(std::uint16_t kdf_id, const OneTimeKey &itr_key);

	// Both HMACs are the last octets of what they cover, and are taken as zero themselves: the EID
	// HMAC under the ITR's key covers the EID-AD from its length on, the PKT HMAC under the
	// Map-Server's key covers the Map-Reply from its type on. Section 6.9 would have the EID HMAC
	// ID be zero too, against section 6.7.1, which is followed.
	bool sign(Room covered, std::uint16_t hmac_id, const OneTimeKey &key);

	// In constant time. False for an HMAC of any other size than its ID demands, and where there is
	// none at all. `map_reply` ends where decoding it did, without octets that trail.
	bool verify(const EidAuthentication &eid, const OneTimeKey &itr_key);
	bool verify(Bytes map_reply, const ReplySecurity &security, const OneTimeKey &map_server_key);

private:
	struct Contexts;
	std::unique_ptr<Contexts> contexts_;
};

} // namespace lisp
