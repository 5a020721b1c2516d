#include "auth/lisp_sec.h"

#include "auth/key_wrap.h"
#include "auth/mac.h"

#include <openssl/crypto.h>

#include <algorithm>

namespace lisp {

namespace {

constexpr std::size_t preamble_size = wrapped_key_size - OneTimeKey{}.size();

} // namespace

std::size_t hmac_size(std::uint16_t hmac_id) {
	if (hmac_id == hmac_id_sha1_96) return 12;
	if (hmac_id == hmac_id_sha256_128) return 16;
	return 0;
}

struct LispSec::Contexts {
	Mac sha1{Hash::sha1};
	Mac sha256{Hash::sha256};
	KeyWrap key_wrap;

	// Section 6.5 step 4: unlike RFC 9301's, this string is part of the input.
	bool transform(KeyWrap::Direction direction, std::uint64_t nonce, std::string_view secret,
	    Bytes from, Room to) {
		std::array<std::uint8_t, 8> nonce_octets;
		Writer{nonce_octets}.u64(nonce, "nonce");
		OneTimeKey message_key;
		const bool good =
		    hkdf(sha256, {}, {nonce_octets, as_bytes("OTK-Key-Wrap"), as_bytes(secret)}, {},
		        message_key) &&
		    key_wrap.run(direction, message_key, from, to);
		OPENSSL_cleanse(message_key.data(), message_key.size());
		return good;
	}

	// The HMAC that belongs at the end of `covered`.
	bool compute(Bytes covered, std::uint16_t hmac_id, const OneTimeKey &key, Digest &digest) {
		constexpr std::array<std::uint8_t, 16> zeros{};
		const auto size = hmac_size(hmac_id);
		if (size == 0 || covered.size() < size) return false;
		auto &mac = hmac_id == hmac_id_sha1_96 ? sha1 : sha256;
		return mac.start(key) && mac.add(covered.first(covered.size() - size)) &&
		       mac.add(Bytes{zeros}.first(size)) && mac.finish(digest);
	}

	bool verify(Bytes covered, std::uint16_t hmac_id, Bytes hmac, const OneTimeKey &key) {
		Digest digest;
		return hmac.size() == hmac_size(hmac_id) && compute(covered, hmac_id, key, digest) &&
		       CRYPTO_memcmp(digest.data(), hmac.data(), hmac.size()) == 0;
	}
};

LispSec::LispSec() : contexts_(std::make_unique<Contexts>()) {}
LispSec::~LispSec() = default;
LispSec::LispSec(LispSec &&) noexcept = default;
LispSec &LispSec::operator=(LispSec &&) noexcept = default;

std::optional<WrappedKey> LispSec::wrap(
    std::uint8_t wrapping_id, const OneTimeKey &key, std::uint64_t nonce, std::string_view secret) {
	WrappedKey wrapped{};
	if (wrapping_id == null_key_wrap_128) {
		std::copy(key.begin(), key.end(), wrapped.begin() + preamble_size);
		return wrapped;
	}
	if (wrapping_id == aes_key_wrap_128 &&
	    contexts_->transform(KeyWrap::Direction::wrap, nonce, secret, key, wrapped))
		return wrapped;
	return std::nullopt;
}

std::optional<OneTimeKey> LispSec::unwrap(
    std::uint8_t wrapping_id, Bytes wrapped, std::uint64_t nonce, std::string_view secret) {
	if (wrapped.size() != wrapped_key_size) return std::nullopt;
	OneTimeKey key{};
	if (wrapping_id == null_key_wrap_128) {
		const auto preamble = wrapped.first(preamble_size);
		const auto is_zero = [](std::uint8_t octet) { return octet == 0; };
		if (!std::all_of(preamble.begin(), preamble.end(), is_zero)) return std::nullopt;
		std::copy(wrapped.begin() + preamble_size, wrapped.end(), key.begin());
		return key;
	}
	if (wrapping_id == aes_key_wrap_128 &&
	    contexts_->transform(KeyWrap::Direction::unwrap, nonce, secret, wrapped, key))
		return key;
	return std::nullopt;
}

std::optional<OneTimeKey> LispSec::map_server_key(std::uint16_t kdf_id, const OneTimeKey &itr_key) {
	if (kdf_id != kdf_id_hkdf_sha1_128 && kdf_id != kdf_id_hkdf_sha256) return std::nullopt;
	auto &mac = kdf_id == kdf_id_hkdf_sha1_128 ? contexts_->sha1 : contexts_->sha256;
	OneTimeKey key;
	if (!hkdf(mac, {}, {itr_key}, {}, key)) return std::nullopt;
	return key;
}

bool LispSec::sign(Room covered, std::uint16_t hmac_id, const OneTimeKey &key) {
	Digest digest;
	if (!contexts_->compute(covered, hmac_id, key, digest)) return false;
	const auto hmac = covered.last(hmac_size(hmac_id));
	std::copy_n(digest.begin(), hmac.size(), hmac.begin());
	return true;
}

bool LispSec::verify(const EidAuthentication &eid, const OneTimeKey &itr_key) {
	const auto &authorization = eid.authorization;
	return authorization &&
	       contexts_->verify(eid.octets, authorization->hmac_id, authorization->hmac, itr_key);
}

bool LispSec::verify(
    Bytes map_reply, const ReplySecurity &security, const OneTimeKey &map_server_key) {
	return contexts_->verify(
	    map_reply, security.packet_hmac_id, security.packet_hmac, map_server_key);
}

} // namespace lisp
