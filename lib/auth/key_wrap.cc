#include "auth/key_wrap.h"

#include <openssl/evp.h>

#include <new>

namespace lisp {

void KeyWrap::Free::operator()(EVP_CIPHER *cipher) const {
	EVP_CIPHER_free(cipher);
}

void KeyWrap::Free::operator()(EVP_CIPHER_CTX *context) const {
	EVP_CIPHER_CTX_free(context);
}

KeyWrap::KeyWrap()
    : cipher_(EVP_CIPHER_fetch(nullptr, "AES-128-WRAP", nullptr)), context_(EVP_CIPHER_CTX_new()) {
	if (!cipher_ || !context_) throw std::bad_alloc();
}

bool KeyWrap::run(Direction direction, Bytes key, Bytes from, Room to) {
	auto *context = context_.get();
	EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	int size = 0;
	const bool good = EVP_CipherInit_ex(context, cipher_.get(), nullptr, key.data(), nullptr,
	                      static_cast<int>(direction)) == 1 &&
	                  EVP_CipherUpdate(context, to.data(), &size, from.data(),
	                      static_cast<int>(from.size())) == 1;
	EVP_CIPHER_CTX_reset(context); // wipes the key
	return good && static_cast<std::size_t>(size) == to.size();
}

} // namespace lisp
