// Authentication of LISP messages. RFC 9301 sections 5.6, 5.7 and 12.5. The only room that knows
// OpenSSL.
#pragma once

#include "message/authentication.h"

#include <memory>
#include <string>
#include <string_view>

namespace lisp {

// The field as deployed peers send it is the whole digest; the RFC's form is cut short.
inline constexpr std::size_t sha1_size = 20;   // RFC: 12
inline constexpr std::size_t sha256_size = 32; // RFC: 16

// Octets of authentication data that a sender of this algorithm leaves room for.
std::size_t authentication_size(Algorithm algorithm);

std::optional<Algorithm> parse_algorithm(std::string_view text); // none, sha1, sha256, hkdf
std::string_view name(Algorithm algorithm); // the same words; "unknown" for any other number

// One shared secret, ready to sign and verify: the keyed contexts are made once and reused. Not to
// be used by two threads at a time. The secret is wiped when the key goes.
class Key {
public:
	explicit Key(std::string_view secret);
	~Key();
	Key(Key &&) noexcept;
	Key &operator=(Key &&) noexcept;

	// Computes the authentication data of a whole encoded message in place, by the Algorithm ID and
	// over the length that stand in it. False where the message has no such fields, or a length
	// that its algorithm forbids.
	bool sign(Room message);

	// Compares in constant time. False as well for algorithm 0 and for any length other than 12 or
	// 20 octets (SHA-1), 16 or 32 (SHA-256).
	bool verify(Bytes message, Coverage coverage = Coverage::whole);

	// Tries the whole message, then all of it but an xTR identity's worth of octets at the end.
	Verification check(Bytes message);

private:
	struct Contexts;
	std::unique_ptr<Contexts> contexts_;
};

} // namespace lisp
