#include "engine/shared_key.h"

#include <array>

namespace lisp {

Authentication SharedKey::authentication() const {
	static constexpr std::array<std::uint8_t, sha256_size> zeros{};
	Authentication authentication;
	authentication.key_id = key_id_;
	authentication.algorithm = algorithm_;
	authentication.data = Bytes{zeros}.first(authentication_octets());
	return authentication;
}

void SharedKey::sign(Room message) {
	if (algorithm_ != Algorithm::none) key_.sign(message);
}

bool SharedKey::has_signed(Bytes octets, const MapNotify &notify) {
	if (algorithm_ == Algorithm::none) return notify.authentication.algorithm == Algorithm::none;
	if (!notify.identity) return key_.verify(octets);
	return key_.check(octets).verdict == Verdict::good;
}

} // namespace lisp
