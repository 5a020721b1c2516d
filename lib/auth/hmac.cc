#include "auth/hmac.h"

#include "message/message.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <new>
#include <span>

namespace lisp {

namespace {

using Digest = std::array<std::uint8_t, EVP_MAX_MD_SIZE>;

struct FreeMac {
	void operator()(EVP_MAC *mac) const { EVP_MAC_free(mac); }
	void operator()(EVP_MAC_CTX *context) const { EVP_MAC_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeMac>;

MacContext make_context(const char *digest) {
	const std::unique_ptr<EVP_MAC, FreeMac> mac{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
	MacContext context{mac ? EVP_MAC_CTX_new(mac.get()) : nullptr};
	if (!context) throw std::bad_alloc();
	// OSSL_PARAM has no const; OpenSSL does not write through it.
	const std::array<OSSL_PARAM, 2> parameters{
	    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char *>(digest), 0),
	    OSSL_PARAM_construct_end()};
	if (EVP_MAC_CTX_set_params(context.get(), parameters.data()) != 1) throw std::bad_alloc();
	return context;
}

// Without a key the context starts anew under the key it had.
bool start(EVP_MAC_CTX *context, Bytes key = {}) {
	return EVP_MAC_init(context, key.data(), key.size(), nullptr) == 1;
}

bool add(EVP_MAC_CTX *context, Bytes octets) {
	return EVP_MAC_update(context, octets.data(), octets.size()) == 1;
}

bool finish(EVP_MAC_CTX *context, Digest &digest) {
	std::size_t size = 0;
	return EVP_MAC_final(context, digest.data(), &size, digest.size()) == 1;
}

// What stands in the message, if it has authentication fields at all.
struct Fields {
	Algorithm algorithm;
	std::size_t length;
};

std::optional<Fields> find_fields(Bytes message) {
	if (message.size() < authentication_data_offset) return std::nullopt;
	const auto type = static_cast<MessageType>(message[0] >> 4);
	if (type < MessageType::map_register || type > MessageType::map_notify_ack) return std::nullopt;
	const Fields fields{static_cast<Algorithm>(message[authentication_offset + 1]),
	    static_cast<std::size_t>(message[14] << 8 | message[15])};
	if (fields.length > message.size() - authentication_data_offset) return std::nullopt;
	return fields;
}

bool length_allowed(const Fields &fields) {
	switch (fields.algorithm) {
	case Algorithm::hmac_sha1: return fields.length == 12 || fields.length == sha1_size;
	case Algorithm::hmac_sha256:
	case Algorithm::hkdf_hmac_sha256: return fields.length == 16 || fields.length == sha256_size;
	case Algorithm::none: break;
	}
	return false;
}

// The salt of RFC 9301 section 5.6 step 4, which names the message.
std::string_view salt(Bytes message) {
	switch (static_cast<MessageType>(message[0] >> 4)) {
	case MessageType::map_register: return "Map-Register Authentication";
	case MessageType::map_notify: return "Map-Notify Authentication";
	default: return "Map-Notify-Ack Authentication";
	}
}

// RFC 9301 section 5.6 step 5: the whole message, its authentication data taken as zero.
bool digest_message(EVP_MAC_CTX *context, Bytes message, std::size_t length, Digest &digest) {
	constexpr std::array<std::uint8_t, sha256_size> zeros{};
	return add(context, message.first(authentication_data_offset)) &&
	       add(context, Bytes{zeros}.first(length)) &&
	       add(context, message.subspan(authentication_data_offset + length)) &&
	       finish(context, digest);
}

} // namespace

std::size_t authentication_size(Algorithm algorithm) {
	switch (algorithm) {
	case Algorithm::hmac_sha1: return sha1_size;
	case Algorithm::hmac_sha256: return sha256_size;
	case Algorithm::hkdf_hmac_sha256: return 16;
	case Algorithm::none: break;
	}
	return 0;
}

std::optional<Algorithm> parse_algorithm(std::string_view text) {
	for (const auto algorithm : {Algorithm::none, Algorithm::hmac_sha1, Algorithm::hmac_sha256,
	         Algorithm::hkdf_hmac_sha256})
		if (text == name(algorithm)) return algorithm;
	return std::nullopt;
}

std::string_view name(Algorithm algorithm) {
	switch (algorithm) {
	case Algorithm::none: return "none";
	case Algorithm::hmac_sha1: return "sha1";
	case Algorithm::hmac_sha256: return "sha256";
	case Algorithm::hkdf_hmac_sha256: return "hkdf";
	}
	return "unknown";
}

struct Key::Contexts {
	std::string secret;
	MacContext sha1 = make_context("SHA1");
	MacContext sha256 = make_context("SHA256");
	MacContext derived = make_context("SHA256"); // keyed anew for every message

	explicit Contexts(std::string_view s) : secret(s) {
		if (!start(sha1.get(), as_bytes(secret)) || !start(sha256.get(), as_bytes(secret)))
			throw std::bad_alloc();
	}
	~Contexts() { OPENSSL_cleanse(secret.data(), secret.size()); }

	// RFC 9301 names HKDF-SHA256 (RFC 5869) and the input (nonce, then secret) but neither info nor
	// length: none and 32 octets here.
	bool start_derived(Bytes message) {
		Digest digest;
		const auto key = Bytes{digest}.first(sha256_size);
		constexpr std::array<std::uint8_t, 1> first_block{1};
		auto *context = derived.get();
		const bool extracted = start(context, as_bytes(salt(message))) &&
		                       add(context, message.subspan(4, 8)) &&
		                       add(context, as_bytes(secret)) && finish(context, digest);
		const bool expanded = extracted && start(context, key) && add(context, first_block) &&
		                      finish(context, digest);
		const bool started = expanded && start(context, key);
		OPENSSL_cleanse(digest.data(), digest.size());
		return started;
	}

	bool compute(Bytes message, const Fields &fields, Digest &digest) {
		if (!length_allowed(fields)) return false;
		switch (fields.algorithm) {
		case Algorithm::hmac_sha1:
			return start(sha1.get()) && digest_message(sha1.get(), message, fields.length, digest);
		case Algorithm::hmac_sha256:
			return start(sha256.get()) &&
			       digest_message(sha256.get(), message, fields.length, digest);
		case Algorithm::hkdf_hmac_sha256:
			return start_derived(message) &&
			       digest_message(derived.get(), message, fields.length, digest);
		case Algorithm::none: break;
		}
		return false;
	}
};

// HMAC over an empty key is legal but OpenSSL takes an empty key for "the key as before".
Key::Key(std::string_view secret)
    : contexts_(std::make_unique<Contexts>(secret.empty() ? std::string_view{"\0", 1} : secret)) {}
Key::~Key() = default;
Key::Key(Key &&) noexcept = default;
Key &Key::operator=(Key &&) noexcept = default;

bool Key::sign(Room message) {
	const auto fields = find_fields(message);
	Digest digest;
	if (!fields || !contexts_->compute(message, *fields, digest)) return false;
	std::copy_n(
	    digest.begin(), fields->length, message.subspan(authentication_data_offset).begin());
	return true;
}

bool Key::verify(Bytes message, Coverage coverage) {
	if (coverage == Coverage::without_trailer)
		message = message.first(message.size() - std::min(message.size(), xtr_identity_size));
	const auto fields = find_fields(message);
	Digest digest;
	if (!fields || !contexts_->compute(message, *fields, digest)) return false;
	const auto received = message.subspan(authentication_data_offset, fields->length);
	return CRYPTO_memcmp(digest.data(), received.data(), received.size()) == 0;
}

Verification Key::check(Bytes message) {
	for (const auto coverage : {Coverage::whole, Coverage::without_trailer})
		if (verify(message, coverage)) return {Verdict::good, coverage};
	return {Verdict::bad, Coverage::whole};
}

} // namespace lisp
