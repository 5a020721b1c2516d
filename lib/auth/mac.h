// HMAC (RFC 2104) and HKDF (RFC 5869) for the rest of this room.
#pragma once

#include "wire/octets.h"

#include <array>
#include <initializer_list>
#include <memory>

struct evp_mac_ctx_st; // OpenSSL's

namespace lisp {

enum class Hash : std::uint8_t { sha1, sha256 };

using Digest = std::array<std::uint8_t, 32>; // room for the longest

// One computation after another in the same context. Not to be used by two threads at a time.
class Mac {
public:
	explicit Mac(Hash hash);

	std::size_t size() const { return size_; } // octets of the digest

	// What OpenSSL refuses shows as false, and what follows then is of no use.
	bool start(Bytes key);
	bool restart(); // under the key of last time
	bool add(Bytes octets);
	bool finish(Digest &digest);

private:
	struct Free {
		void operator()(evp_mac_ctx_st *context) const;
	};
	std::unique_ptr<evp_mac_ctx_st, Free> context_;
	std::size_t size_;
};

// Fills `key`, of up to 255 digests, from the concatenation of `input`; an empty salt is none.
bool hkdf(Mac &mac, Bytes salt, std::initializer_list<Bytes> input, Bytes info, Room key);

} // namespace lisp
