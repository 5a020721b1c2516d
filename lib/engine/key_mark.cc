#include "engine/key_mark.h"

namespace lisp {

// FNV-1a.
std::uint64_t mark_of(Bytes octets) {
	std::uint64_t mark = 0xcbf29ce484222325;
	for (const auto octet : octets) mark = (mark ^ octet) * 0x100000001b3;
	return mark;
}

// A part of the authentication data of a message that nobody sends: too short to be used for one.
std::uint64_t mark_of(Key &key) {
	Octets message(authentication_data_offset + sha256_size);
	message[0] = 0x50;
	message[authentication_offset + 1] = static_cast<std::uint8_t>(Algorithm::hmac_sha256);
	message[authentication_offset + 3] = sha256_size;
	key.sign(message);
	return Reader{Bytes{message}.subspan(authentication_data_offset)}.u64("mark");
}

} // namespace lisp
