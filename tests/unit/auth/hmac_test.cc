// Which octets are authenticated, and which authentication data is put up with.
#include "auth/hmac.h"
#include "golden_packets.h"
#include "message/message.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace lisp {
namespace {

constexpr Verification good{Verdict::good, Coverage::whole};
constexpr auto change_priority = TakenAs::change_priority;

Octets flipped(Octets octets, std::size_t at) {
	octets[at] ^= 1;
	return octets;
}

// The Map-Register REG-SHA1-20 with room for `length` octets of authentication data.
Octets map_register(Algorithm algorithm, std::size_t length) {
	Arena arena;
	auto message = *decode_as<MapRegister>(golden("REG-SHA1-20").octets, arena);
	const Octets zeros(length);
	message.authentication.algorithm = algorithm;
	message.authentication.data = zeros;
	return *encode(Message{message});
}

// With authentication data that is right as far as it goes.
Octets cut_to(const EVP_MD *digest, Algorithm algorithm, std::size_t length) {
	auto octets = map_register(algorithm, length);
	constexpr std::string_view secret = "golden-key-1";
	std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
	HMAC(digest, secret.data(), static_cast<int>(secret.size()), octets.data(), octets.size(),
	    mac.data(), nullptr);
	std::copy_n(mac.begin(), length, octets.begin() + authentication_data_offset);
	return octets;
}

TEST(Hmac, C041_InfoMessagesVerify) {
	for (const auto *name : {"INFO-REQ", "INFO-REP"}) {
		const auto &octets = golden(name).octets;
		Key key{"golden-key-1"};
		EXPECT_EQ(key.check(octets), good) << name;
		EXPECT_EQ(Key{"golden-key-2"}.check(octets).verdict, Verdict::bad) << name;
		for (std::size_t at = 0; at < octets.size(); ++at)
			EXPECT_EQ(key.check(flipped(octets, at)).verdict, Verdict::bad) << name << ' ' << at;
		auto copy = flipped(octets, authentication_data_offset);
		ASSERT_TRUE(key.sign(copy)) << name;
		EXPECT_EQ(copy, octets) << name;
	}
}

struct ChangePriorityVector {
	const char *name;
	const char *octets;
};
// Key "test-cpm-key".
constexpr std::array<ChangePriorityVector, 6> change_priority_vectors{{
    {"16-bit mask length, IPv4, no peers",
        "50000000010203040506070800010014be347f89d65448cd15d312f2638dca925b2c208c"
        "00200001c0000206"},
    {"16-bit mask length, IPv4, two peers",
        "50000002010203040506070800010014440ff7a9e1b9f906071f1dd69a167f9234827509"
        "00200001c00002060001c6336401000220010db8000000000000000000000001"},
    {"16-bit mask length, IPv6, one peer",
        "500000010102030405060708000100146ef9c168f91dbdba16598e2e647cb1a81cc0cb11"
        "0080000220010db80001000000000000000000060001c6336401"},
    {"8-bit mask length, IPv4, no peers",
        "580000000102030405060708000100142fd1644b515fa96b89245624040b4daa362f1493"
        "200001c0000206"},
    {"8-bit mask length, IPv4, two peers",
        "5800000201020304050607080001001410bec535e44dc44e903ea40457ef77b7dde7f229"
        "200001c00002060001c6336401000220010db8000000000000000000000001"},
    {"8-bit mask length, IPv6, one peer",
        "580000010102030405060708000100142651fca93e68504aeabe8ba13a0f01c2d34ba4d5"
        "80000220010db80001000000000000000000060001c6336401"},
}};

TEST(Hmac, C041_ChangePriorityMessagesVerify) {
	Key key{"test-cpm-key"};
	for (const auto &[name, hex] : change_priority_vectors) {
		const auto octets = parse_hex(hex).value();
		EXPECT_EQ(key.check(octets, change_priority), good) << name;
		for (std::size_t at = 0; at < octets.size(); ++at)
			EXPECT_EQ(key.check(flipped(octets, at), change_priority).verdict, Verdict::bad)
			    << name << ' ' << at;
		auto copy = flipped(octets, authentication_data_offset);
		ASSERT_TRUE(key.sign(copy, change_priority)) << name;
		EXPECT_EQ(copy, octets) << name;
	}
	const auto &seed = golden("CPM-SEED").octets;
	EXPECT_EQ(Key{"golden-key-1"}.check(seed, change_priority), good);
	EXPECT_EQ(key.check(seed, change_priority).verdict, Verdict::bad);
}

// No xTR identity ever closes these, so none may be left out.
TEST(Hmac, C041_OnlyMessagesWithATrailerMayLeaveItOut) {
	Key key{"golden-key-1"};
	for (const auto *name : {"INFO-REQ", "CPM-SEED"}) {
		auto octets = golden(name).octets;
		octets.resize(octets.size() + xtr_identity_size);
		EXPECT_EQ(key.check(octets).verdict == Verdict::good, name == std::string{"CPM-SEED"});
		EXPECT_EQ(key.check(octets, change_priority).verdict, Verdict::bad) << name;
	}
}

// RFC 9301 names a salt for the messages that it has, and for no other.
TEST(Hmac, Algorithm3NeedsASalt) {
	Key key{"golden-key-1"};
	for (const std::size_t length : {16U, 32U}) {
		Octets info = golden("INFO-REQ").octets;
		info.resize(authentication_data_offset + length + 8);
		info[13] = 3;
		info[15] = static_cast<std::uint8_t>(length);
		EXPECT_FALSE(key.sign(info));
		EXPECT_FALSE(key.verify(info));
		info[0] = 0x50;
		EXPECT_FALSE(key.sign(info, change_priority));
		EXPECT_TRUE(key.sign(info));
		EXPECT_TRUE(key.verify(info));
		EXPECT_FALSE(key.verify(info, change_priority));
	}
}

// Type 15 has sub-types whose octets mean something else.
TEST(Hmac, Type15IsSignedOnlyAsAChangePriorityMessage) {
	Key key{"test-cpm-key"};
	auto octets = parse_hex("fffa8000000000000000000100010014").value();
	octets.resize(octets.size() + 20 + 4);
	EXPECT_FALSE(key.sign(octets));
	EXPECT_TRUE(key.sign(octets, change_priority));
	EXPECT_FALSE(key.verify(octets));
	EXPECT_TRUE(key.verify(octets, change_priority));
	octets[13] = 3;
	EXPECT_FALSE(key.sign(octets, change_priority));
}

TEST(Hmac, OtherTypesHaveNoAuthenticationFields) {
	Key key{"golden-key-1"};
	for (const unsigned type : {0U, 1U, 2U, 6U, 8U, 9U, 15U}) {
		auto octets = golden("REG-SHA1-20").octets;
		octets[0] = static_cast<std::uint8_t>(type << 4);
		EXPECT_FALSE(key.sign(octets)) << type;
		EXPECT_EQ(key.sign(octets, change_priority), type == 15) << type;
	}
}

TEST(Hmac, C053_GoldenAuthenticationDataFromTheSameInputs) {
	Arena arena;
	for (const auto *name : {"REG-NONE", "REG-SHA1-20", "REG-SHA1-12", "REG-OLDKEYID",
	         "REG-SHA256-32", "REG-SHA256-16", "REG-HKDF-16", "REG-XTRID", "REG-FLAGS"}) {
		const auto &packet = golden(name);
		auto message = *decode_as<MapRegister>(packet.octets, arena);
		const Octets zeros(message.authentication.data.size());
		message.authentication.data = zeros;
		auto octets = *encode(Message{message});
		EXPECT_EQ(Key{packet.key}.sign(octets), !zeros.empty()) << name;
		EXPECT_EQ(to_hex(octets), to_hex(packet.octets)) << name;
	}
}

TEST(Hmac, C054_BothLengthsOfAnAlgorithmAndNoOther) {
	Key key{"golden-key-1"};
	const struct {
		Algorithm algorithm;
		std::array<std::size_t, 2> allowed;
	} cases[]{{Algorithm::none, {}}, {Algorithm::hmac_sha1, {12, 20}},
	    {Algorithm::hmac_sha256, {16, 32}}, {Algorithm::hkdf_hmac_sha256, {16, 32}}};
	for (const auto &[algorithm, lengths] : cases) {
		for (std::size_t length = 0; length <= 40; ++length) {
			const bool allowed =
			    algorithm != Algorithm::none && (length == lengths[0] || length == lengths[1]);
			auto octets = map_register(algorithm, length);
			EXPECT_EQ(key.sign(octets), allowed) << name(algorithm) << ' ' << length;
			EXPECT_EQ(key.verify(octets), allowed) << name(algorithm) << ' ' << length;
		}
	}
}

// None and one octet would be a way around, were as many octets compared as there are.
TEST(Hmac, C054_ShorterDataIsRefusedEvenWhereItIsRight) {
	Key key{"golden-key-1"};
	for (std::size_t length = 0; length <= 32; ++length) {
		EXPECT_EQ(key.verify(cut_to(EVP_sha256(), Algorithm::hmac_sha256, length)),
		    length == 16 || length == 32)
		    << length;
		if (length > 20) continue;
		EXPECT_EQ(key.verify(cut_to(EVP_sha1(), Algorithm::hmac_sha1, length)),
		    length == 12 || length == 20)
		    << length;
	}
}

TEST(Hmac, C041_LengthBeyondTheMessageIsBad) {
	Key key{"golden-key-1"};
	const auto &whole = golden("REG-SHA1-20").octets;
	for (std::size_t size = 0; size < whole.size(); ++size) {
		Octets cut(whole.begin(), whole.begin() + static_cast<long>(size));
		EXPECT_EQ(key.check(cut).verdict, Verdict::bad) << size;
		EXPECT_EQ(key.sign(cut), size >= authentication_data_offset + 20) << size;
	}
	auto octets = whole;
	octets[14] = octets[15] = 0xff;
	EXPECT_EQ(key.check(octets).verdict, Verdict::bad);
	EXPECT_FALSE(key.sign(octets));
}

TEST(Hmac, C055_HeaderRecordsAndTrailerAreCoveredAndTheFieldCountsAsZero) {
	Key key{"golden-key-1"};
	const auto &octets = golden("REG-XTRID").octets;
	ASSERT_TRUE(key.verify(octets));
	for (std::size_t at = 0; at < octets.size(); ++at)
		EXPECT_FALSE(key.verify(flipped(octets, at))) << at;
	auto copy = octets;
	const auto length = std::size_t{octets[15]};
	std::fill_n(copy.begin() + authentication_data_offset, length, std::uint8_t{0xff});
	ASSERT_TRUE(key.sign(copy));
	EXPECT_EQ(copy, octets);
}

// An empty secret is a key like any other, and not the one of before.
TEST(Hmac, EmptySecret) {
	auto octets = map_register(Algorithm::hmac_sha256, 32);
	ASSERT_TRUE(Key{""}.sign(octets));
	EXPECT_TRUE(Key{""}.verify(octets));
	EXPECT_FALSE(Key{"golden-key-1"}.verify(octets));
}

} // namespace
} // namespace lisp
