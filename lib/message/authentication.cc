#include "message/authentication.h"

namespace lisp {

bool is_length_of(Algorithm algorithm, std::size_t length) {
	switch (algorithm) {
	case Algorithm::none: return length == 0;
	case Algorithm::hmac_sha1: return length == 12 || length == sha1_size;
	case Algorithm::hmac_sha256:
	case Algorithm::hkdf_hmac_sha256: return length == 16 || length == sha256_size;
	}
	return true;
}

void read(Reader &in, Authentication &authentication) {
	authentication.key_id = in.u8("key id");
	authentication.algorithm = static_cast<Algorithm>(in.u8("algorithm id"));
	const auto length = in.u16("authentication data length");
	authentication.data = in.take(length, "authentication data");
}

void write(Writer &out, const Authentication &authentication) {
	out.u8(authentication.key_id, "key id");
	out.u8(static_cast<std::uint8_t>(authentication.algorithm), "algorithm id");
	out.u16(authentication.data.size(), "authentication data length");
	out.bytes(authentication.data, "authentication data");
}

void read(Reader &in, std::optional<XtrIdentity> &identity) {
	XtrIdentity read;
	const auto xtr_id = in.take(read.xtr_id.size(), "xtr-id");
	std::copy(xtr_id.begin(), xtr_id.end(), read.xtr_id.begin());
	read.site_id = in.u64("site-id");
	if (in.ok()) identity = read;
}

void write(Writer &out, const XtrIdentity &identity) {
	out.bytes(identity.xtr_id, "xtr-id");
	out.u64(identity.site_id, "site-id");
}

} // namespace lisp
