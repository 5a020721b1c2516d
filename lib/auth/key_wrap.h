// AES-128 key wrap, RFC 3394 with its default initial value, for the rest of this room.
#pragma once

#include "wire/octets.h"

#include <memory>

struct evp_cipher_st; // OpenSSL's
struct evp_cipher_ctx_st;

namespace lisp {

// Not to be used by two threads at a time.
class KeyWrap {
public:
	enum class Direction : int { unwrap = 0, wrap = 1 };

	KeyWrap();

	// `key` has 16 octets; `to` has eight more than `from` when wrapping and eight less when
	// unwrapping, and both are multiples of eight. False where unwrapping shows that key or octets
	// are not those of the wrapping.
	bool run(Direction direction, Bytes key, Bytes from, Room to);

private:
	struct Free {
		void operator()(evp_cipher_st *cipher) const;
		void operator()(evp_cipher_ctx_st *context) const;
	};
	std::unique_ptr<evp_cipher_st, Free> cipher_;
	std::unique_ptr<evp_cipher_ctx_st, Free> context_;
};

} // namespace lisp
