// LISP-SEC against the golden packets and against values that were computed elsewhere.
#include "auth/lisp_sec.h"
#include "golden_packets.h"
#include "message/message.h"

#include <numeric>

namespace lisp {
namespace {

OneTimeKey key_from(std::uint8_t first) {
	OneTimeKey key;
	std::iota(key.begin(), key.end(), first);
	return key;
}
const OneTimeKey itr_key = key_from(0x00);        // of the golden packets
const OneTimeKey map_server_key = key_from(0xf0); // given, not derived, in REP-LISPSEC
constexpr std::uint64_t nonce = 0x1122334455667788;
constexpr std::string_view secret = "golden-key-1";

constexpr std::size_t packet_hmac_size = 16;
constexpr std::size_t packet_ad_size = 4 + packet_hmac_size;
constexpr std::size_t eid_ad_size = 32;

// REP-LISPSEC, and what is checked of it.
struct Reply {
	Octets octets = golden("REP-LISPSEC").octets;
	Arena arena{};

	MapReply decode() { return *decode_as<MapReply>(octets, arena); }
	Room eid_ad() { return Room{octets}.last(eid_ad_size + packet_ad_size).first(eid_ad_size); }
	bool eids_verify() { return LispSec{}.verify(decode().security->eid, itr_key); }
	bool packet_verifies() { return LispSec{}.verify(octets, *decode().security, map_server_key); }
};

TEST(LispSec, GoldenReplyVerifies) {
	Reply reply;
	EXPECT_TRUE(reply.eids_verify());
	EXPECT_TRUE(reply.packet_verifies());
	EXPECT_FALSE(LispSec{}.verify(reply.decode().security->eid, map_server_key));
	EXPECT_FALSE(LispSec{}.verify(reply.octets, *reply.decode().security, itr_key));
}

TEST(LispSec, GoldenHmacsAreReproduced) {
	Reply reply;
	const auto golden_octets = reply.octets;
	auto eid_hmac = reply.eid_ad().last(16);
	std::fill(eid_hmac.begin(), eid_hmac.end(), std::uint8_t{0xff});
	ASSERT_TRUE(LispSec{}.sign(reply.eid_ad(), hmac_id_sha256_128, itr_key));
	std::fill_n(reply.octets.end() - packet_hmac_size, packet_hmac_size, std::uint8_t{0xff});
	ASSERT_TRUE(LispSec{}.sign(reply.octets, hmac_id_sha256_128, map_server_key));
	EXPECT_EQ(to_hex(reply.octets), to_hex(golden_octets));
}

TEST(LispSec, EveryOctetOfTheReplyIsCovered) {
	const auto size = golden("REP-LISPSEC").octets.size();
	const auto eid_ad = size - packet_ad_size - eid_ad_size;
	for (std::size_t at = 0; at < size; ++at) {
		Reply reply;
		reply.octets[at] ^= 1;
		Arena arena;
		const auto decoded = decode_as<MapReply>(reply.octets, arena);
		if (!decoded || !decoded->security) continue; // nothing to verify is refused already
		EXPECT_FALSE(reply.packet_verifies()) << at;
		EXPECT_EQ(reply.eids_verify(), at < eid_ad || at >= eid_ad + eid_ad_size) << at;
	}
}

// EID-AD of REP-LISPSEC with HMAC ID 1, whose HMAC is 12 octets.
TEST(LispSec, Sha1HmacHas12Octets) {
	auto eid_ad = *parse_hex("001c00020100000100180001cb007100000000000000000000000000");
	LispSec lisp_sec;
	ASSERT_TRUE(lisp_sec.sign(eid_ad, hmac_id_sha1_96, itr_key));
	EXPECT_EQ(to_hex(Bytes{eid_ad}.last(12)), "2444a82b6f6fd42039e93011");
}

TEST(LispSec, AnHmacOfAnotherSizeIsRefused) {
	LispSec lisp_sec;
	for (std::uint16_t id = 0; id <= 3; ++id) {
		for (std::size_t size = 0; size <= 20; ++size) {
			Octets covered(40), hmac(size);
			EidAuthentication eid{2, EidAuthorization{false, id, {}, hmac}, {}};
			const bool right = size == hmac_size(id) && size != 0;
			EXPECT_EQ(lisp_sec.sign(covered, id, itr_key), id == 1 || id == 2);
			std::copy_n(covered.end() - static_cast<long>(size), size, hmac.begin());
			eid.octets = covered;
			EXPECT_EQ(lisp_sec.verify(eid, itr_key), right) << id << ' ' << size;
			const ReplySecurity security{{}, id, hmac};
			EXPECT_EQ(lisp_sec.verify(covered, security, itr_key), right) << id << ' ' << size;
			EXPECT_FALSE(lisp_sec.verify(Bytes{covered}.first(8), security, itr_key));
		}
	}
}

TEST(LispSec, AnItrsEidAdHasNothingToVerify) {
	Arena arena;
	const auto ecm = *decode_as<EncapsulatedControl>(golden("ECM-LISPSEC").octets, arena);
	EXPECT_FALSE(LispSec{}.verify(ecm.security->eid, itr_key));
}

TEST(LispSec, GoldenRequestCarriesTheKeyUnwrapped) {
	Arena arena;
	const auto ecm = *decode_as<EncapsulatedControl>(golden("ECM-LISPSEC").octets, arena);
	const auto &security = *ecm.security;
	LispSec lisp_sec;
	EXPECT_EQ(lisp_sec.unwrap(security.wrapping_id, security.one_time_key, nonce, ""), itr_key);
	const auto wrapped = lisp_sec.wrap(null_key_wrap_128, itr_key, nonce, "");
	ASSERT_TRUE(wrapped);
	EXPECT_EQ(OctetList{Bytes{*wrapped}}, security.one_time_key);
}

TEST(LispSec, KeysAreWrappedUnderAKeyOfTheMessage) {
	LispSec lisp_sec;
	const auto wrapped = lisp_sec.wrap(aes_key_wrap_128, itr_key, nonce, secret);
	ASSERT_TRUE(wrapped);
	EXPECT_EQ(to_hex(*wrapped), "e433b4b24633618b2206e9dcce892fb14f2da90ce7e21d0e");
	EXPECT_EQ(lisp_sec.unwrap(aes_key_wrap_128, *wrapped, nonce, secret), itr_key);
	EXPECT_FALSE(lisp_sec.unwrap(aes_key_wrap_128, *wrapped, nonce + 1, secret));
	EXPECT_FALSE(lisp_sec.unwrap(aes_key_wrap_128, *wrapped, nonce, "golden-key-2"));
	auto tampered = *wrapped;
	tampered[0] ^= 1;
	EXPECT_FALSE(lisp_sec.unwrap(aes_key_wrap_128, tampered, nonce, secret));
}

TEST(LispSec, UnwrappingRefusesWhatIsNoWrappedKey) {
	LispSec lisp_sec;
	for (std::size_t size = 0; size <= 40; ++size) {
		const Octets octets(size);
		EXPECT_EQ(lisp_sec.unwrap(null_key_wrap_128, octets, nonce, secret).has_value(),
		    size == wrapped_key_size);
		EXPECT_FALSE(lisp_sec.unwrap(aes_key_wrap_128, octets, nonce, secret));
	}
	Octets with_preamble(wrapped_key_size);
	with_preamble[7] = 1;
	EXPECT_FALSE(lisp_sec.unwrap(null_key_wrap_128, with_preamble, nonce, secret));
	for (const std::uint8_t unknown : std::initializer_list<std::uint8_t>{0, 3, 255}) {
		EXPECT_FALSE(lisp_sec.wrap(unknown, itr_key, nonce, secret));
		EXPECT_FALSE(lisp_sec.unwrap(unknown, Octets(wrapped_key_size), nonce, secret));
	}
}

TEST(LispSec, MapServersKeyIsDerived) {
	LispSec lisp_sec;
	const auto sha1 = lisp_sec.map_server_key(kdf_id_hkdf_sha1_128, itr_key);
	const auto sha256 = lisp_sec.map_server_key(kdf_id_hkdf_sha256, itr_key);
	ASSERT_TRUE(sha1 && sha256);
	EXPECT_EQ(to_hex(*sha1), "a3cb62376327483300cf1304d4330601");
	EXPECT_EQ(to_hex(*sha256), "4e24185f0cf7d7413ccbe2ba72d38dfc");
	EXPECT_FALSE(lisp_sec.map_server_key(0, itr_key));
	EXPECT_FALSE(lisp_sec.map_server_key(3, itr_key));
}

} // namespace
} // namespace lisp
