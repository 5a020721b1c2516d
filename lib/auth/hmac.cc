#include "auth/hmac.h"

#include "auth/mac.h"
#include "message/message.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <new>

namespace lisp {

namespace {

// What stands in the message, if it has authentication fields at all.
struct Fields {
	Algorithm algorithm;
	std::size_t length;
	std::string_view salt; // of RFC 9301 section 5.6 step 4, which names the message; or none
};

struct SignedType {
	MessageType type;
	TakenAs taken_as;
	std::string_view salt;
};
constexpr std::array<SignedType, 6> signed_types{{
    {MessageType::map_register, TakenAs::its_type, "Map-Register Authentication"},
    {MessageType::map_notify, TakenAs::its_type, "Map-Notify Authentication"},
    {MessageType::map_notify_ack, TakenAs::its_type, "Map-Notify-Ack Authentication"},
    {MessageType::info, TakenAs::its_type, {}},
    {MessageType::map_notify_ack, TakenAs::change_priority, {}},
    {MessageType::shared_extension, TakenAs::change_priority, {}},
}};

std::optional<Fields> find_fields(Bytes message, TakenAs taken_as) {
	if (message.size() < authentication_data_offset) return std::nullopt;
	const auto type = static_cast<MessageType>(message[0] >> 4);
	const auto *entry =
	    std::find_if(signed_types.begin(), signed_types.end(), [&](const SignedType &candidate) {
		    return candidate.type == type && candidate.taken_as == taken_as;
	    });
	if (entry == signed_types.end()) return std::nullopt;
	const Fields fields{static_cast<Algorithm>(message[authentication_offset + 1]),
	    static_cast<std::size_t>(message[14] << 8 | message[15]), entry->salt};
	if (fields.length > message.size() - authentication_data_offset) return std::nullopt;
	return fields;
}

// RFC 9301 section 5.6 step 5: the whole message, its authentication data taken as zero.
bool digest_message(Mac &mac, Bytes message, std::size_t length, Digest &digest) {
	constexpr std::array<std::uint8_t, sha256_size> zeros{};
	return mac.add(message.first(authentication_data_offset)) &&
	       mac.add(Bytes{zeros}.first(length)) &&
	       mac.add(message.subspan(authentication_data_offset + length)) && mac.finish(digest);
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
	Mac sha1{Hash::sha1};
	Mac sha256{Hash::sha256};
	Mac derived{Hash::sha256}; // keyed anew for every message

	explicit Contexts(std::string_view s) : secret(s) {
		if (!sha1.start(as_bytes(secret)) || !sha256.start(as_bytes(secret)))
			throw std::bad_alloc();
	}
	~Contexts() { OPENSSL_cleanse(secret.data(), secret.size()); }

	// RFC 9301 names HKDF-SHA256 and the input (nonce, then secret) but neither info nor length:
	// none and 32 octets here.
	bool start_derived(Bytes message, std::string_view salt) {
		Digest key;
		const bool started =
		    hkdf(derived, as_bytes(salt), {message.subspan(4, 8), as_bytes(secret)}, {}, key) &&
		    derived.start(key);
		OPENSSL_cleanse(key.data(), key.size());
		return started;
	}

	bool compute(Bytes message, const Fields &fields, Digest &digest) {
		if (!is_length_of(fields.algorithm, fields.length)) return false;
		switch (fields.algorithm) {
		case Algorithm::hmac_sha1:
			return sha1.restart() && digest_message(sha1, message, fields.length, digest);
		case Algorithm::hmac_sha256:
			return sha256.restart() && digest_message(sha256, message, fields.length, digest);
		case Algorithm::hkdf_hmac_sha256:
			return !fields.salt.empty() && start_derived(message, fields.salt) &&
			       digest_message(derived, message, fields.length, digest);
		case Algorithm::none: break;
		}
		return false;
	}
};

Key::Key(std::string_view secret) : contexts_(std::make_unique<Contexts>(secret)) {}
Key::~Key() = default;
Key::Key(Key &&) noexcept = default;
Key &Key::operator=(Key &&) noexcept = default;

bool Key::sign(Room message, TakenAs taken_as) {
	const auto fields = find_fields(message, taken_as);
	Digest digest;
	if (!fields || !contexts_->compute(message, *fields, digest)) return false;
	std::copy_n(
	    digest.begin(), fields->length, message.subspan(authentication_data_offset).begin());
	return true;
}

bool Key::verify(Bytes message, TakenAs taken_as) {
	const auto fields = find_fields(message, taken_as);
	Digest digest;
	if (!fields || !contexts_->compute(message, *fields, digest)) return false;
	const auto received = message.subspan(authentication_data_offset, fields->length);
	return CRYPTO_memcmp(digest.data(), received.data(), received.size()) == 0;
}

Verification Key::check(Bytes message, TakenAs taken_as) {
	if (verify(message, taken_as)) return {Verdict::good, Coverage::whole};
	// The messages that a salt is named for are those that an xTR identity may close.
	const auto fields = find_fields(message, taken_as);
	const bool may_have_trailer =
	    fields && !fields->salt.empty() && message.size() >= xtr_identity_size;
	if (may_have_trailer && verify(message.first(message.size() - xtr_identity_size), taken_as))
		return {Verdict::good, Coverage::without_trailer};
	return {Verdict::bad, Coverage::whole};
}

} // namespace lisp
