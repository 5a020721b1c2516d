// Every golden packet: read, written back, cut, its bits turned over; signed and verified.
#include "auth/hmac.h"
#include "golden_packets.h"
#include "message/type_five.h"
#include "there_and_back.h"

namespace lisp {
namespace {

// The structures of each packet, in the words of layout.h, as its comment in the file and the
// figures of the RFCs have them. Where the reserved bits of a packet are follows from this alone.
const std::string two_records =
    " record ip4 locator ip4 locator ip4 record ip6 locator ip4 locator ip6";
const std::string four_locators = " locator ip4 locator ip4 locator ip6 locator ip6";
const std::map<std::string, std::string> layouts{
    {"SEED-REG", "register auth 20 record ip4" + four_locators + " record ip4" + four_locators +
                     " record ip4" + four_locators + " record ip6" + four_locators},
    {"REQ-V4", "request ip4 ip4 requested-eid ip4"},
    {"REQ-V6-2ITR", "request afi-0 ip4 ip6 requested-eid ip6"},
    {"REQ-PROBE", "request afi-0 ip4 requested-eid ip4"},
    {"REQ-SMR", "request ip4 ip4 requested-eid ip4"},
    {"REQ-SMRINV", "request ip4 ip4 requested-eid ip4"},
    {"REQ-MDATA", "request ip4 ip4 requested-eid ip4 record ip4 locator ip4"},
    {"REQ-PUBSUB", "request afi-0 ip4 requested-eid ip4 identity"},
    {"REQ-IID", "request afi-0 ip4 requested-eid lcaf-instance ip4"},
    {"REP-POS", "reply record ip4 locator ip4 locator ip4 locator ip6"},
    {"REP-PROBE", "reply record ip4 locator ip4 locator ip4"},
    {"REP-NEG15", "reply record ip4"},
    {"REP-NEG1", "reply record ip4"},
    {"REP-POLICY", "reply record ip4"},
    {"REP-AUTHF", "reply record ip4"},
    {"REP-OVERLAP", "reply record ip6 locator ip6 record ip6 locator ip6 record ip6 locator ip6"},
    {"REG-NONE", "register auth" + two_records},
    {"REG-SHA1-20", "register auth 20" + two_records},
    {"REG-SHA1-12", "register auth 12" + two_records},
    {"REG-OLDKEYID", "register auth 20" + two_records},
    {"REG-SHA256-32", "register auth 32" + two_records},
    {"REG-SHA256-16", "register auth 16" + two_records},
    {"REG-HKDF-16", "register auth 16" + two_records},
    {"REG-XTRID", "register auth 32" + two_records + " identity"},
    {"REG-XTRID-LIT", "register auth 32" + two_records + " identity"},
    {"REG-TAMPERED", "register auth 20" + two_records},
    {"REG-FLAGS", "register auth 32" + two_records + " identity"},
    {"REG-WITHDRAW", "register auth 32 record ip4"},
    {"NTF-SHA1-20", "notify auth 20" + two_records},
    {"NTF-SHA256-32", "notify auth 32" + two_records},
    {"NTF-HKDF-16", "notify auth 16" + two_records},
    {"NTF-XTRID", "notify auth 32" + two_records + " identity"},
    {"ACK-SHA256-32", "notify auth 32" + two_records},
    {"ACK-HKDF-16", "notify auth 16" + two_records},
    {"ECM-V4", "ecm ipv4 udp 32"},
    {"ECM-V6", "ecm ipv6 udp 58"},
    {"ECM-DDT", "ecm ipv4 udp 32"},
    {"ECM-ZEROSUM", "ecm ipv4 udp 32"},
    {"ECM-BADSUM", "ecm ipv4 udp 32"},
    {"ECM-PROBE", "ecm ipv4 udp 28"},
    {"ECM-LISPSEC", "ecm request-ad 24 eid-ad ipv4 udp 32"},
    {"REP-LISPSEC", "reply record ip4 locator ip4 locator ip4 reply-ad eid-ad eid-authorization "
                    "secured-eid ip4 16 packet-ad 16"},
    {"REF-MSACK", "referral referral-record ip4 locator ip4"},
    {"REF-HOLE", "referral referral-record ip4"},
    {"INFO-REQ", "info auth 20 info-eid ip4 afi-0"},
    {"INFO-REP", "info auth 20 info-eid ip4 lcaf-nat ip4 ip4 afi-0 ip4"},
    {"SHEXT", "extension 6"},
    {"UNKNOWN-9", "12"},
    {"CPM-SEED", "cpm auth 20 cpm-mask-16 ip4 ip4 ip4"},
    {"ACK-LISPERS", "notify auth 32"},
    {"LCAF-AFILIST", "reply record ip4 locator lcaf ip4 ip6"},
    {"LCAF-ELP", "reply record ip4 locator lcaf path-hop ip4 path-hop ip4"},
    {"LCAF-GEO", "reply record ip4 locator lcaf-geo ip4"},
    {"LCAF-VENDOR", "reply record ip4 locator lcaf-vendor 2"},
    {"LCAF-UNKNOWN", "reply record ip4 locator lcaf-unknown 4 locator ip4"},
    {"DATA-NLI", "data 30"},
    {"DATA-V", "data 30"},
    {"DATA-GPE", "data 30"},
};

// Octets at the end that are no part of the message as decode() has it: records beyond a Record
// Count of 0.
const std::map<std::string, std::size_t> uncounted{{"ACK-LISPERS", 104}};

// Octets at which a packet is wrong on purpose and is written right: the inner UDP checksum.
const std::map<std::string, std::size_t> deliberate_faults{{"ECM-ZEROSUM", 30}, {"ECM-BADSUM", 30}};

// Sizes from which a packet may be cut without a fault: what follows is of no known length.
const std::map<std::string, std::size_t> cuttable_after{{"SHEXT", 2}, {"UNKNOWN-9", 1},
    {"ACK-LISPERS", 48}, {"DATA-NLI", 8}, {"DATA-V", 8}, {"DATA-GPE", 8}};

template <class Value>
Value value_or(const std::map<std::string, Value> &map, const std::string &name, Value otherwise) {
	const auto found = map.find(name);
	return found != map.end() ? found->second : otherwise;
}

// Calls use with the kind that a packet is read as: by its port, by the role of who gets it, or by
// its type.
template <class Use> void as_kind(const std::string &name, Use use) {
	if (golden(name).destination_port == data_port)
		use.template operator()<DataPacket>();
	else if (name == "CPM-SEED")
		use.template operator()<ChangePriority>();
	else
		use.template operator()<Message>();
}

class Golden : public testing::TestWithParam<std::string> {
protected:
	const Octets &octets() const { return golden(GetParam()).octets; }
	std::size_t message_size() const {
		return octets().size() - value_or(uncounted, GetParam(), std::size_t{0});
	}
	Layout layout() const { return parse_layout(layouts.at(GetParam())); }
};

TEST_P(Golden, C009_DecodesAndEncodesToTheSameOctets) {
	as_kind(GetParam(), [&]<class T>() {
		Arena arena;
		const auto found = read_back<T>(octets(), arena);
		ASSERT_FALSE(found.error) << to_string(*found.error);
		EXPECT_EQ(found.size, message_size());
		auto encoded = octets_of(found.value);
		ASSERT_TRUE(encoded) << to_string(encoded.error());
		if (const auto at = value_or(deliberate_faults, GetParam(), std::size_t{0}); at != 0) {
			EXPECT_NE(to_hex(*encoded), to_hex(octets()));
			std::copy_n(octets().begin() + static_cast<long>(at), 2,
			    encoded->begin() + static_cast<long>(at));
		}
		EXPECT_EQ(to_hex(*encoded), to_hex(cut(octets(), message_size())));
	});
}

TEST_P(Golden, C008_EveryTruncationFailsInsideOrIsWhole) {
	as_kind(GetParam(), [&]<class T>() {
		Arena arena;
		const auto whole_from = value_or(cuttable_after, GetParam(), octets().size());
		for (std::size_t size = 0; size < octets().size(); ++size) {
			const auto prefix = cut(octets(), size);
			const auto found = read_back<T>(prefix, arena);
			EXPECT_EQ(!found.error, size >= whole_from) << size;
			if (found.error) {
				EXPECT_LE(found.error->offset, size) << size;
			}
		}
	});
}

TEST_P(Golden, C006_C007_ReservedBitsAreZeroAndIgnored) {
	as_kind(GetParam(), [&]<class T>() {
		Arena arena;
		const auto plain = read_back<T>(octets(), arena);
		const auto reserved = layout().reserved;
		ASSERT_EQ(reserved.size(), message_size());
		auto noisy = octets();
		for (std::size_t at = 0; at < reserved.size(); ++at) {
			EXPECT_EQ(noisy[at] & reserved[at], 0) << at;
			noisy[at] |= reserved[at];
		}
		const auto found = read_back<T>(noisy, arena);
		ASSERT_FALSE(found.error) << to_string(*found.error);
		EXPECT_TRUE(found.value == plain.value);
	});
}

// The masks that the packet's decoded value leads to are those of the table.
TEST_P(Golden, LayoutIsTheOneInTheTable) {
	as_kind(GetParam(), [&]<class T>() {
		Arena arena;
		const auto found = layout_of(read_back<T>(octets(), arena).value);
		EXPECT_EQ(to_hex(found.reserved), to_hex(layout().reserved));
		EXPECT_EQ(to_hex(found.rewritten), to_hex(layout().rewritten));
	});
}

TEST_P(Golden, NoBitIsWithoutMeaning) {
	as_kind(GetParam(), [&]<class T>() { EXPECT_EQ(BitLaw<T>{octets()}.broken(), ""); });
}

std::vector<std::string> names() {
	std::vector<std::string> names;
	for (const auto &[name, packet] : golden_packets()) names.push_back(name);
	return names;
}

INSTANTIATE_TEST_SUITE_P(Packets, Golden, testing::ValuesIn(names()), [](const auto &packet) {
	auto name = packet.param;
	std::replace(name.begin(), name.end(), '-', '_');
	return name;
});

TEST(GoldenPackets, EveryOneIsInTheTable) {
	EXPECT_EQ(golden_packets().size(), 58U);
	for (const auto &[name, packet] : golden_packets()) EXPECT_TRUE(layouts.contains(name)) << name;
}

// A Map-Notify without the bit that announces its trailer may lose that as a whole or in part: 24
// octets are a trailer, any other number is left over (RFC 9301 section 5.7 has neither).
TEST(GoldenPackets, C028_TrailerWithoutItsBitIsReadAndCanBeCutOff) {
	auto octets = golden("NTF-XTRID").octets;
	octets[0] = 0x40;
	Arena arena;
	const auto whole = read_back<MapNotify>(octets, arena);
	ASSERT_FALSE(whole.error);
	ASSERT_TRUE(std::get<MapNotify>(whole.value).identity);
	EXPECT_EQ(std::get<MapNotify>(whole.value).identity->site_id, 0x42U);
	EXPECT_EQ(octets_of(whole.value).operator*()[0], 0x48);
	for (std::size_t size = octets.size() - 24; size < octets.size(); ++size) {
		const auto prefix = cut(octets, size);
		const auto found = read_back<MapNotify>(prefix, arena);
		ASSERT_FALSE(found.error) << size;
		EXPECT_EQ(found.size, octets.size() - 24);
		EXPECT_FALSE(std::get<MapNotify>(found.value).identity) << size;
	}
}

// Read to its end the uncounted records are in the message, and counted when it is written.
TEST(GoldenPackets, C029_UncountedRecordsAreCountedWhenWritten) {
	Arena arena;
	auto octets = golden("ACK-LISPERS").octets;
	const auto found = read_type_five(octets, arena);
	ASSERT_TRUE(found && found->uncounted_records);
	const auto encoded = octets_of(std::get<MapNotifyAck>(found->message));
	ASSERT_TRUE(encoded);
	EXPECT_EQ(octets[3], 0);
	octets[3] = 2;
	EXPECT_EQ(to_hex(*encoded), to_hex(octets));
}

TEST(Authentication, C041_GoldenMacsVerifyAndAreReproduced) {
	int checked = 0;
	for (const auto &[name, packet] : golden_packets()) {
		const auto type = packet.octets[0] >> 4;
		if (type < 3 || type > 5 || packet.key == "-" || packet.key == "(none)") continue;
		// The first is bad on purpose, the second authenticates without its trailer.
		if (name == "REG-TAMPERED" || name == "REG-XTRID-LIT") continue;
		Key key{packet.key};
		EXPECT_TRUE(key.verify(packet.octets)) << name;
		auto copy = packet.octets;
		copy[authentication_data_offset] ^= 1;
		EXPECT_FALSE(key.verify(copy)) << name;
		ASSERT_TRUE(key.sign(copy)) << name;
		EXPECT_EQ(to_hex(copy), to_hex(packet.octets)) << name;
		++checked;
	}
	EXPECT_GE(checked, 17);
}

TEST(Authentication, C108_TamperedMessageIsRefused) {
	EXPECT_FALSE(Key{"golden-key-1"}.verify(golden("REG-TAMPERED").octets));
}

} // namespace
} // namespace lisp
