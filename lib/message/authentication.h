// The authentication fields of Map-Register, Map-Notify and Map-Notify-Ack, and the xTR identity
// that may close them. RFC 9301 sections 5.6 and 12.5.
#pragma once

#include "wire/reader.h"
#include "wire/writer.h"

#include <algorithm>
#include <array>
#include <optional>

namespace lisp {

enum class Algorithm : std::uint8_t {
	none = 0,
	hmac_sha1 = 1,        // HMAC-SHA-1-96-None
	hmac_sha256 = 2,      // HMAC-SHA-256-128-None
	hkdf_hmac_sha256 = 3, // HMAC-SHA256-128+HKDF-SHA256
};

// How much of a message its authentication data was found to cover: RFC 9301 section 5.6 step 5 can
// be read as leaving out the xTR identity at the end, though nobody is known to send that.
enum class Coverage : std::uint8_t { whole, without_trailer };

enum class Verdict : std::uint8_t { good, bad, no_key };

// What a check of the authentication data showed; `coverage` counts where the verdict is good.
struct Verification {
	Verdict verdict = Verdict::no_key;
	Coverage coverage = Coverage::whole;
	bool operator==(const Verification &) const = default;
};

// Key ID and Algorithm ID are the two octets that RFC 6830 had as one 16-bit Key ID.
struct Authentication {
	std::uint8_t key_id = 0;
	Algorithm algorithm = Algorithm::none; // may hold a value that no enumerator names
	Bytes data;
	std::optional<Verification> verification{}; // not on the wire: for who checks and who prints

	friend bool operator==(const Authentication &a, const Authentication &b) {
		return a.key_id == b.key_id && a.algorithm == b.algorithm &&
		       std::equal(a.data.begin(), a.data.end(), b.data.begin(), b.data.end());
	}
};

// Where the fields stand in every message that has them: octets from the first of the message.
inline constexpr std::size_t authentication_offset = 12;
inline constexpr std::size_t authentication_data_offset = 16;

// Octets of a digest, which is the field as deployed peers send it; the RFC's form is cut short.
inline constexpr std::size_t sha1_size = 20;   // RFC: 12
inline constexpr std::size_t sha256_size = 32; // RFC: 16

// Whether authentication data of the algorithm may have so many octets, cut short or whole. Of an
// algorithm without a name nothing is known: it may.
bool is_length_of(Algorithm algorithm, std::size_t length);

void read(Reader &in, Authentication &authentication);
void write(Writer &out, const Authentication &authentication);

struct XtrIdentity {
	std::array<std::uint8_t, 16> xtr_id{};
	std::uint64_t site_id = 0;
	auto operator<=>(const XtrIdentity &) const = default;
};

inline constexpr std::size_t xtr_identity_size = 24; // octets on the wire

void read(Reader &in, std::optional<XtrIdentity> &identity);
void write(Writer &out, const XtrIdentity &identity);

} // namespace lisp
