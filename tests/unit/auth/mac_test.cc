// HKDF against RFC 5869 appendix A, AES key wrap against RFC 3394 section 4.1.
#include "auth/key_wrap.h"
#include "auth/mac.h"

#include <gtest/gtest.h>

namespace lisp {
namespace {

std::string hex_range(unsigned first, unsigned last) {
	Octets octets;
	for (unsigned octet = first; octet <= last; ++octet)
		octets.push_back(static_cast<std::uint8_t>(octet));
	return to_hex(octets);
}

std::string derive(Hash hash, const std::string &salt, const std::string &input,
    const std::string &info, std::size_t size) {
	Mac mac{hash};
	Octets key(size);
	EXPECT_TRUE(hkdf(mac, *parse_hex(salt), {*parse_hex(input)}, *parse_hex(info), key));
	return to_hex(key);
}

std::string repeated(const char *octet, unsigned count) {
	std::string hex;
	for (unsigned i = 0; i < count; ++i) hex += octet;
	return hex;
}

TEST(Hkdf, Rfc5869Sha256) {
	EXPECT_EQ(
	    derive(Hash::sha256, hex_range(0x00, 0x0c), repeated("0b", 22), hex_range(0xf0, 0xf9), 42),
	    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
	EXPECT_EQ(derive(Hash::sha256, hex_range(0x60, 0xaf), hex_range(0x00, 0x4f),
	              hex_range(0xb0, 0xff), 82),
	    "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e"
	    "590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
	EXPECT_EQ(derive(Hash::sha256, "", repeated("0b", 22), "", 42),
	    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(Hkdf, Rfc5869Sha1) {
	EXPECT_EQ(
	    derive(Hash::sha1, hex_range(0x00, 0x0c), repeated("0b", 11), hex_range(0xf0, 0xf9), 42),
	    "085a01ea1b10f36933068b56efa5ad81a4f14b822f5b091568a9cdd4f155fda2c22e422478d305f3f896");
	EXPECT_EQ(derive(Hash::sha1, "", repeated("0b", 22), "", 42),
	    "0ac1af7002b3d761d1e55298da9d0506b9ae52057220a306e07b6b87e8df21d0ea00033de03984d34918");
	EXPECT_EQ(derive(Hash::sha1, "", repeated("0c", 22), "", 42),
	    "2c91117204d745f3500d636a62f64f0ab3bae548aa53d423b0d1f27ebba6f5e5673a081d70cce7acfc48");
}

TEST(Hkdf, InputInPartsIsItsConcatenation) {
	Mac mac{Hash::sha256};
	const auto input = *parse_hex(repeated("0b", 22));
	const Bytes all{input};
	Octets key(42), parts(42);
	ASSERT_TRUE(hkdf(mac, {}, {all}, {}, key));
	ASSERT_TRUE(hkdf(mac, {}, {all.first(8), all.subspan(8, 1), {}, all.subspan(9)}, {}, parts));
	EXPECT_EQ(key, parts);
}

// RFC 5869 section 2.3: no more than 255 digests.
TEST(Hkdf, RefusesMoreThanItCanGive) {
	Mac mac{Hash::sha256};
	Octets key(255 * 32 + 1);
	EXPECT_FALSE(hkdf(mac, {}, {}, {}, key));
	key.pop_back();
	EXPECT_TRUE(hkdf(mac, {}, {}, {}, key));
}

TEST(KeyWrap, Rfc3394) {
	KeyWrap key_wrap;
	const auto key = *parse_hex(hex_range(0x00, 0x0f));
	const auto plain = *parse_hex("00112233445566778899aabbccddeeff");
	Octets wrapped(24), unwrapped(16);
	ASSERT_TRUE(key_wrap.run(KeyWrap::Direction::wrap, key, plain, wrapped));
	EXPECT_EQ(to_hex(wrapped), "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5");
	ASSERT_TRUE(key_wrap.run(KeyWrap::Direction::unwrap, key, wrapped, unwrapped));
	EXPECT_EQ(unwrapped, plain);
	for (std::size_t at = 0; at < wrapped.size(); ++at) {
		auto bad = wrapped;
		bad[at] ^= 0x80;
		EXPECT_FALSE(key_wrap.run(KeyWrap::Direction::unwrap, key, bad, unwrapped)) << at;
	}
}

} // namespace
} // namespace lisp
