// Authentication of LISP messages: Map-Register, Map-Notify and Map-Notify-Ack (RFC 9301 sections
// 5.6, 5.7 and 12.5), Info-Request and Info-Reply, Change-Priority Message. The only room that
// knows OpenSSL.
#pragma once

#include "message/authentication.h"

#include <memory>
#include <string>
#include <string_view>

namespace lisp {

// Octets of authentication data that a sender of this algorithm leaves room for.
std::size_t authentication_size(Algorithm algorithm);

std::optional<Algorithm> parse_algorithm(std::string_view text); // none, sha1, sha256, hkdf
std::string_view name(Algorithm algorithm); // the same words; "unknown" for any other number

// How the octets are to be taken where their type does not tell: type 5 is a Map-Notify-Ack or a
// Change-Priority Message, and of type 15 only the latter has authentication fields.
enum class TakenAs : std::uint8_t { its_type, change_priority };

// One shared secret, ready to sign and verify: the keyed contexts are made once and reused. Not to
// be used by two threads at a time. The secret is wiped when the key goes.
//
// Nothing is allocated per message but by OpenSSL 3.0 itself, which does so twice in a computation
// under the key of last time, and 15 times where algorithm 3 derives another.
class Key {
public:
	explicit Key(std::string_view secret);
	~Key();
	Key(Key &&) noexcept;
	Key &operator=(Key &&) noexcept;

	// Computes the authentication data of a whole encoded message in place, by the Algorithm ID and
	// over the length that stand in it. False where the message has no such fields, a length that
	// its algorithm forbids, or algorithm 3 where RFC 9301 names no salt for the message.
	bool sign(Room message, TakenAs taken_as = TakenAs::its_type);

	// Whether the authentication data covers the whole message. Compares in constant time. False as
	// well for algorithm 0 and for any length other than 12 or 20 octets (SHA-1), 16 or 32
	// (SHA-256).
	bool verify(Bytes message, TakenAs taken_as = TakenAs::its_type);

	// Tries the whole message and then, where an xTR identity may close it, all but that.
	Verification check(Bytes message, TakenAs taken_as = TakenAs::its_type);

private:
	struct Contexts;
	std::unique_ptr<Contexts> contexts_;
};

} // namespace lisp
