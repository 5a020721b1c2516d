#include "auth/mac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <new>

namespace lisp {

namespace {

struct FreeMac {
	void operator()(EVP_MAC *mac) const { EVP_MAC_free(mac); }
};

EVP_MAC_CTX *make_context(const char *digest) {
	const std::unique_ptr<EVP_MAC, FreeMac> mac{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
	auto *context = mac ? EVP_MAC_CTX_new(mac.get()) : nullptr;
	if (context == nullptr) throw std::bad_alloc();
	// OSSL_PARAM has no const; OpenSSL does not write through it.
	const std::array<OSSL_PARAM, 2> parameters{
	    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char *>(digest), 0),
	    OSSL_PARAM_construct_end()};
	if (EVP_MAC_CTX_set_params(context, parameters.data()) == 1) return context;
	EVP_MAC_CTX_free(context);
	throw std::bad_alloc();
}

} // namespace

void Mac::Free::operator()(EVP_MAC_CTX *context) const {
	EVP_MAC_CTX_free(context);
}

Mac::Mac(Hash hash)
    : context_(make_context(hash == Hash::sha1 ? "SHA1" : "SHA256")),
      size_(hash == Hash::sha1 ? 20 : 32) {}

bool Mac::start(Bytes key) {
	// OpenSSL takes an empty key for "the key as before"; keys are padded with zeros, so that one
	// zero is the same key as none.
	constexpr std::uint8_t zero = 0;
	if (key.empty()) key = {&zero, 1};
	return EVP_MAC_init(context_.get(), key.data(), key.size(), nullptr) == 1;
}

bool Mac::restart() {
	return EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1;
}

bool Mac::add(Bytes octets) {
	return EVP_MAC_update(context_.get(), octets.data(), octets.size()) == 1;
}

bool Mac::finish(Digest &digest) {
	std::size_t size = 0;
	return EVP_MAC_final(context_.get(), digest.data(), &size, digest.size()) == 1;
}

bool hkdf(Mac &mac, Bytes salt, std::initializer_list<Bytes> input, Bytes info, Room key) {
	Digest digest{};
	const auto block = Bytes{digest}.first(mac.size());
	bool good = mac.start(salt);
	for (const auto part : input) good = good && mac.add(part);
	good = good && mac.finish(digest) && mac.start(block);
	std::uint8_t number = 0;
	for (auto left = key; good && !left.empty();) {
		good = ++number != 0 && (number == 1 || (mac.restart() && mac.add(block))) &&
		       mac.add(info) && mac.add({&number, 1}) && mac.finish(digest);
		const auto count = std::min(left.size(), block.size());
		std::copy_n(block.begin(), count, left.begin());
		left = left.subspan(count);
	}
	OPENSSL_cleanse(digest.data(), digest.size());
	return good;
}

} // namespace lisp
