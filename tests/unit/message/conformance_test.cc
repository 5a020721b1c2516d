// What the RFCs say of formats, with the numbers of the conformance rows, against octets written
// down by hand from the figures and against golden packets.
#include "golden_packets.h"
#include "message/message.h"

namespace lisp {
namespace {

Octets hex(std::string_view text) {
	return parse_hex(text).value();
}

// A message and what it refers to.
template <class T> struct Read {
	explicit Read(Octets from) : octets(std::move(from)) {
		const auto decoded = decode_as<T>(octets, arena);
		EXPECT_TRUE(decoded) << (decoded ? "" : to_string(decoded.error()));
		if (decoded) message = *decoded;
	}
	explicit Read(const std::string &name) : Read(golden(name).octets) {}
	const T *operator->() const { return &message; }

	Octets octets;
	Arena arena;
	T message;
};

const auto an_rloc = Address{IpAddress::v4(0xc6336401)};  // 198.51.100.1
const auto an_eid = Address{IpAddress::v4(0xcb007107)};   // 203.0.113.7
const auto a_prefix = Address{IpAddress::v4(0xcb007100)}; // 203.0.113.0

// Sets each of the bits, counted from the first of the message, and expects exactly its flag.
template <class T>
void expect_flags(const Octets &plain, const std::vector<std::pair<unsigned, bool T::*>> &flags) {
	for (const auto &[bit, flag] : flags) {
		auto octets = plain;
		octets[bit / 8] |= static_cast<std::uint8_t>(0x80U >> bit % 8);
		const Read<T> found{octets};
		for (const auto &[other, other_flag] : flags)
			EXPECT_EQ(found.message.*other_flag, other_flag == flag) << bit << ' ' << other;
	}
}

// RFC 9301 section 5.2: Type AMPS, p s and reserved bits, L D, IRC, Record Count.
TEST(MapRequestFormat, C012_FlagsAreAtTheirBits) {
	expect_flags<MapRequest>(hex("10000001 1122334455667788 0000 0001c6336401 0020 0001cb007107"),
	    {{4, &MapRequest::authoritative}, {6, &MapRequest::probe}, {7, &MapRequest::solicit},
	        {8, &MapRequest::proxy_itr}, {9, &MapRequest::smr_invoked},
	        {17, &MapRequest::local_xtr}, {18, &MapRequest::dont_map_reply}});
	EXPECT_TRUE(Read<MapRequest> { "REQ-V6-2ITR" } -> authoritative);
	EXPECT_TRUE(Read<MapRequest> { "REQ-PROBE" } -> probe);
	EXPECT_TRUE(Read<MapRequest> { "REQ-SMR" } -> solicit);
	EXPECT_TRUE(Read<MapRequest> { "REQ-SMR" } -> dont_map_reply);
	EXPECT_TRUE(Read<MapRequest> { "REQ-SMRINV" } -> smr_invoked);
	EXPECT_FALSE(Read<MapRequest> { "REQ-SMRINV" } -> solicit);
}

Octets request_with_itr_rlocs(std::uint8_t third_octet, unsigned count) {
	auto octets = hex("10000001 1122334455667788 0000");
	octets[2] = third_octet;
	for (unsigned i = 0; i < count; ++i) {
		const auto rloc = hex("0001c63364");
		octets.insert(octets.end(), rloc.begin(), rloc.end());
		octets.push_back(static_cast<std::uint8_t>(i));
	}
	const auto record = hex("0020 0001cb007107");
	octets.insert(octets.end(), record.begin(), record.end());
	return octets;
}

TEST(MapRequestFormat, C013_IrcIsFiveBitsAndCountsLessOne) {
	const Read<MapRequest> two{"REQ-V6-2ITR"};
	ASSERT_EQ(two->itr_rlocs.size(), 2U);
	EXPECT_EQ(to_string(two->itr_rlocs[0]), "198.51.100.1");
	EXPECT_EQ(to_string(two->itr_rlocs[1]), "2001:db8:ffff::1");
	// 0x60: L and D, which stand before IRC in its octet; 0x80 is reserved.
	for (const auto above : {0x00U, 0x60U, 0x80U}) {
		for (unsigned irc = 0; irc < 32; ++irc) {
			const Read<MapRequest> found{
			    request_with_itr_rlocs(static_cast<std::uint8_t>(above | irc), irc + 1)};
			ASSERT_EQ(found->itr_rlocs.size(), irc + 1);
			EXPECT_EQ(found->itr_rlocs.back(), Address{IpAddress::v4(0xc6336400 + irc)});
			EXPECT_EQ(found->dont_map_reply, above == 0x60);
			ASSERT_EQ(found->records.size(), 1U);
			EXPECT_EQ(found->records[0].eid, an_eid);
		}
	}
}

TEST(MapRequestFormat, C014_SourceEidOfAfi0TakesNoOctets) {
	const Read<MapRequest> probe{"REQ-PROBE"};
	EXPECT_EQ(probe->source_eid, Address{IpAddress{}});
	ASSERT_EQ(probe->itr_rlocs.size(), 1U);
	EXPECT_EQ(probe->itr_rlocs[0], an_rloc); // octets 14 to 19, right after the AFI
	EXPECT_EQ(probe->records[0].eid, a_prefix);
	EXPECT_EQ(probe->records[0].mask_length, 24);
}

TEST(MapRequestFormat, C015_SeveralRecordsAreRead) {
	const Read<MapRequest> found{hex("10000003 1122334455667788 0001c000020a 0001c6336401"
	                                 "0020 0001cb007107"
	                                 "0030 000220010db8000100000000000000000000"
	                                 "8010 0001c6330000")};
	ASSERT_EQ(found->records.size(), 3U);
	EXPECT_EQ(found->records[0], (RequestedEid{32, false, an_eid}));
	EXPECT_EQ(found->records[1], (RequestedEid{48, false, *IpAddress::parse("2001:db8:1::")}));
	EXPECT_EQ(found->records[2], (RequestedEid{16, true, IpAddress::v4(0xc6330000)}));
}

TEST(MapRequestFormat, C016_MappingOfTheSourceFollowsTheRecords) {
	const Read<MapRequest> found{"REQ-MDATA"};
	ASSERT_EQ(found->records.size(), 1U);
	ASSERT_TRUE(found->map_data);
	const auto &record = *found->map_data;
	EXPECT_EQ(record.ttl.count(), 1440U);
	EXPECT_EQ(record.eid, Address{IpAddress::v4(0xc0000200)});
	EXPECT_EQ(record.mask_length, 24);
	EXPECT_TRUE(record.authoritative);
	ASSERT_EQ(record.locators.size(), 1U);
	EXPECT_EQ(record.locators[0], (Locator{1, 100, 255, 0, true, false, true, an_rloc}));
}

// RFC 9437: I is bit 11, N the first of a record.
TEST(MapRequestFormat, C017_SubscriptionHasItsBitsAndTrailer) {
	const Read<MapRequest> found{"REQ-PUBSUB"};
	EXPECT_TRUE(found->records[0].notify);
	ASSERT_TRUE(found->identity);
	EXPECT_EQ(to_hex(found->identity->xtr_id), "00112233445566778899aabbccddeeff");
	EXPECT_EQ(found->identity->site_id, 0x42U);
	auto without = found.octets;
	without[1] = 0;
	without[20] = 0;
	const Read<MapRequest> plain{without};
	EXPECT_FALSE(plain->identity);
	EXPECT_FALSE(plain->records[0].notify);
}

// Section 5.4: Type PES.
TEST(MapReplyFormat, C018_FlagsAreAtTheirBits) {
	expect_flags<MapReply>(
	    hex("20000000 1122334455667788"), {{4, &MapReply::probe}, {5, &MapReply::echo_nonce}});
	EXPECT_TRUE(Read<MapReply> { "REP-PROBE" } -> probe);
	EXPECT_FALSE(Read<MapReply> { "REP-PROBE" } -> security);
	const Read<MapReply> secured{"REP-LISPSEC"};
	EXPECT_TRUE(secured->security);
	EXPECT_FALSE(secured->probe || secured->echo_nonce);
}

// A Map-Reply of one EID-record for 203.0.113.0/24; the octets of the record's fixed part, and
// locators after it.
Octets reply(std::string_view fixed, std::string_view locators = {}) {
	return hex(
	    "20000001 1122334455667788" + std::string{fixed} + "0001cb007100" + std::string{locators});
}

MapRecord first_record(const Octets &octets, Arena &arena) {
	const auto decoded = decode(octets, arena);
	EXPECT_FALSE(decoded.error);
	const auto records = records_of(decoded.message);
	EXPECT_FALSE(records.empty());
	return records.empty() ? MapRecord{} : records[0];
}

TEST(RecordFormat, C019_TtlIs32BitsOfMinutes) {
	Arena arena;
	EXPECT_EQ(first_record(golden("REG-WITHDRAW").octets, arena).ttl, ttl_remove);
	EXPECT_EQ(first_record(golden("REP-NEG15").octets, arena).ttl.count(), 15U);
	EXPECT_EQ(first_record(reply("ffffffff 00 18 0000 0000"), arena).ttl, ttl_receiver_decides);
	EXPECT_EQ(first_record(reply("01020304 00 18 0000 0000"), arena).ttl.count(), 0x01020304U);
}

// RFC 9301 section 12.3 for the names; three bits before A.
TEST(RecordFormat, C020_ActionIsThreeBits) {
	Arena arena;
	EXPECT_EQ(first_record(golden("REP-NEG15").octets, arena).action, Action::natively_forward);
	EXPECT_EQ(first_record(golden("REP-POLICY").octets, arena).action, Action::drop_policy_denied);
	EXPECT_EQ(first_record(golden("REP-AUTHF").octets, arena).action, Action::drop_auth_failure);
	auto octets = reply("00000001 00 18 0000 0000");
	for (unsigned action = 0; action < 8; ++action) {
		octets[18] = static_cast<std::uint8_t>(action << 5);
		const auto record = first_record(octets, arena);
		EXPECT_EQ(static_cast<unsigned>(record.action), action);
		EXPECT_FALSE(record.authoritative);
	}
}

TEST(RecordFormat, C021_AIsOneBit) {
	Arena arena;
	EXPECT_TRUE(first_record(golden("SEED-REG").octets, arena).authoritative);
	for (unsigned bit = 0; bit < 16; ++bit) {
		auto octets = reply("00000001 00 18 0000 0000");
		octets[18 + bit / 8] = static_cast<std::uint8_t>(0x80U >> bit % 8);
		EXPECT_EQ(first_record(octets, arena).authoritative, bit == 3) << bit;
	}
}

TEST(RecordFormat, C022_MapVersionIsTwelveBits) {
	Arena arena;
	EXPECT_EQ(first_record(golden("REP-POS").octets, arena).map_version, 0x123);
	EXPECT_EQ(first_record(reply("00000001 00 18 0000 0fff"), arena).map_version, 0xfff);
	EXPECT_EQ(first_record(reply("00000001 00 18 0000 f001"), arena).map_version, 1);
}

TEST(LocatorFormat, C023_FlagsAreTheLastThreeBits) {
	Arena arena;
	const auto probed = first_record(golden("REP-PROBE").octets, arena).locators;
	ASSERT_EQ(probed.size(), 2U);
	EXPECT_TRUE(probed[0].local && probed[0].probed && probed[0].reachable);
	EXPECT_FALSE(probed[1].local || probed[1].probed);
	EXPECT_TRUE(probed[1].reachable);
	for (unsigned bit = 0; bit < 16; ++bit) {
		auto octets = reply("00000001 01 18 0000 0000", "0102030400000001c6336401");
		octets[32 + bit / 8] = static_cast<std::uint8_t>(0x80U >> bit % 8);
		const auto record = first_record(octets, arena);
		EXPECT_EQ(
		    record.locators[0], (Locator{1, 2, 3, 4, bit == 13, bit == 14, bit == 15, an_rloc}));
	}
}

// Section 5.6: Type P S I, then E T a R M before the Record Count.
TEST(MapRegisterFormat, C024_FlagsAreAtTheirBits) {
	expect_flags<MapRegister>(hex("30000000 1122334455667788 00000000"),
	    {{4, &MapRegister::proxy_reply}, {5, &MapRegister::security},
	        {19, &MapRegister::eid_notify}, {20, &MapRegister::use_ttl}, {21, &MapRegister::merge},
	        {23, &MapRegister::want_map_notify}});
	const Read<MapRegister> all{"REG-FLAGS"};
	EXPECT_TRUE(all->proxy_reply && all->identity && all->eid_notify && all->use_ttl &&
	            all->merge && all->want_map_notify);
	EXPECT_FALSE(all->security);
	const Read<MapRegister> none{"SEED-REG"};
	EXPECT_FALSE(none->proxy_reply || none->identity || none->want_map_notify);
}

TEST(MapRegisterFormat, C025_KeyIdAndAlgorithmIdAreAnOctetEach) {
	const Read<MapRegister> old{"REG-OLDKEYID"};
	EXPECT_EQ(old->authentication.key_id, 0);
	EXPECT_EQ(old->authentication.algorithm, Algorithm::hmac_sha1);
	const Read<MapRegister> hkdf{"REG-HKDF-16"};
	EXPECT_EQ(hkdf->authentication.key_id, 1);
	EXPECT_EQ(hkdf->authentication.algorithm, Algorithm::hkdf_hmac_sha256);
}

TEST(MapRegisterFormat, C026_AnyLengthOfAuthenticationDataIsPassedOver) {
	for (const auto length : {0U, 1U, 12U, 48U, 255U, 256U}) {
		auto octets = hex("30000001 1122334455667788 01c8");
		octets.push_back(static_cast<std::uint8_t>(length >> 8));
		octets.push_back(static_cast<std::uint8_t>(length & 0xff));
		octets.insert(octets.end(), length, 0xa5);
		const auto record = hex("000005a0 00 18 1000 0000 0001cb007100");
		octets.insert(octets.end(), record.begin(), record.end());
		const Read<MapRegister> found{octets};
		EXPECT_EQ(static_cast<unsigned>(found->authentication.algorithm), 200U);
		EXPECT_EQ(found->authentication.data.size(), length);
		ASSERT_EQ(found->records.size(), 1U);
		EXPECT_EQ(found->records[0].eid, a_prefix);
	}
}

TEST(MapRegisterFormat, C027_IdentityIsTheLast24OctetsWithI) {
	const Read<MapRegister> found{"REG-XTRID"};
	ASSERT_TRUE(found->identity);
	EXPECT_EQ(to_hex(found->identity->xtr_id), "00112233445566778899aabbccddeeff");
	EXPECT_EQ(found->identity->site_id, 0x42U);
	auto without = found.octets;
	without[0] &= 0xfd;
	EXPECT_FALSE(Read<MapRegister> { without } -> identity);
	without.resize(without.size() - 24);
	without[0] |= 0x02;
	Arena arena;
	const auto missing = decode_as<MapRegister>(without, arena);
	ASSERT_FALSE(missing);
	EXPECT_EQ(
	    to_string(missing.error()), "truncated at " + std::to_string(without.size()) + " (xtr-id)");
}

TEST(MapNotifyFormat, C028_TrailerIsReadWithItsBitAndWithout) {
	auto octets = golden("NTF-XTRID").octets;
	for (const auto first : {0x48U, 0x40U, 0x58U, 0x50U}) {
		octets[0] = static_cast<std::uint8_t>(first);
		Arena arena;
		const auto decoded = decode(octets, arena);
		const MapNotify *found = std::get_if<MapNotify>(&decoded.message);
		if (found == nullptr) found = std::get_if<MapNotifyAck>(&decoded.message);
		ASSERT_TRUE(found);
		ASSERT_TRUE(found->identity) << first;
		EXPECT_EQ(found->identity->site_id, 0x42U);
		EXPECT_EQ(found->records.size(), 2U);
	}
}

// RFC 9302 section 6: with N = 12, V2 is newer than V1 where it is ahead by up to 2048 on the
// circle; 0 is no version.
TEST(MapVersion, C063_OrderIsCircular) {
	EXPECT_TRUE(is_older(1, 2));
	EXPECT_FALSE(is_older(2, 1));
	EXPECT_FALSE(is_older(7, 7));
	EXPECT_TRUE(is_older(0xfff, 1)); // after 0xfff comes 1
	EXPECT_FALSE(is_older(1, 0xfff));
	EXPECT_TRUE(is_older(1, 2049)); // ahead by 2048
	EXPECT_FALSE(is_older(2049, 1));
	EXPECT_FALSE(is_older(1, 2050)); // ahead by 2049 is behind
	EXPECT_TRUE(is_older(2050, 1));
	for (const unsigned version : {0U, 1U, 0x800U, 0xfffU}) {
		EXPECT_FALSE(is_older(0, static_cast<std::uint16_t>(version)));
		EXPECT_FALSE(is_older(static_cast<std::uint16_t>(version), 0));
	}
}

} // namespace
} // namespace lisp
