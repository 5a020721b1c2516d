// An AFI that nobody knows ends the whole message (RFC 9301 section 5.1): its address has no length
// that could be skipped. At every place where a message may have an address.
#include "message/message.h"

#include <gtest/gtest.h>

#include <ostream>

namespace lisp {
namespace {

// A message up to an address and from there on.
struct Place {
	const char *name;
	const char *before;
	const char *after;
};
void PrintTo(const Place &place, std::ostream *out) {
	*out << place.name;
}

const std::string lcaf_in_request = "10000001 1122334455667788 0000 0001c6336401 0020 4003 0000 ";

const std::vector<Place> places{
    {"RequestSourceEid", "10000001 1122334455667788", "0001c6336401 0020 0001cb007107"},
    {"RequestFirstItrRloc", "10000101 1122334455667788 0000", "0001c6336402 0020 0001cb007107"},
    {"RequestSecondItrRloc", "10000101 1122334455667788 0000 0001c6336402", "0020 0001cb007107"},
    {"RequestRecord", "10000001 1122334455667788 0000 0001c6336402 0020", ""},
    {"RequestSecondRecord", "10000002 1122334455667788 0000 0001c6336402 00200001cb007107 0020",
        ""},
    {"RequestMapDataEid", "14000000 1122334455667788 0000 0001c6336402 000005a0 00181000 0000", ""},
    {"RequestMapDataLocator",
        "14000000 1122334455667788 0000 0001c6336402 000005a0 01181000 0000 0001cb007100"
        "0132ff000005",
        ""},
    {"ReplyEid", "20000001 1122334455667788 000005a0 00181000 0000", ""},
    {"ReplyLocator", "20000001 1122334455667788 000005a0 02181000 0000 0001cb007100 0132ff000005",
        "0132ff000005 0001c6336402"},
    {"ReplyLastLocator",
        "20000001 1122334455667788 000005a0 02181000 0000 0001cb007100 0132ff000005 0001c6336402"
        "0132ff000005",
        ""},
    {"ReplySecuredEid", "22000000 1122334455667788 01000000 0010 0002 01000002 0018", "0004 0002"},
    {"RegisterEid", "30000001 1122334455667788 00000000 000005a0 00181000 0000", ""},
    {"RegisterLocator",
        "30000001 1122334455667788 00000000 000005a0 01181000 0000 0001cb007100 0132ff000005", ""},
    {"NotifyEid", "40000001 1122334455667788 00000000 000005a0 00181000 0000", ""},
    {"NotifyLocator",
        "40000001 1122334455667788 00000000 000005a0 01181000 0000 0001cb007100 0132ff000005", ""},
    {"NotifyAckEid", "50000001 1122334455667788 00000000 000005a0 00181000 0000", ""},
    {"NotifyAckLocator",
        "50000001 1122334455667788 00000000 000005a0 01181000 0000 0001cb007100 0132ff000005", ""},
    {"ReferralEid", "60000001 1122334455667788 000005a0 00184000 0000", ""},
    {"ReferralLocator",
        "60000001 1122334455667788 000005a0 01184000 0000 0001cb007100 000000000001", ""},
    {"InfoEid", "70000000 1122334455667788 00000000 000005a0 0018", "0000"},
    {"InfoNat", "70000000 1122334455667788 00000000 000005a0 0018 0001cb007100", ""},
    {"EncapsulatedSecuredEid", "88000000 01000002 0000 0001 0010 0002 01000002 0018",
        "45000021 00000000 4011 0000 c000020a cb007107 c35010f6000d0000 9000000000"},
};

// Each type of LCAF around it, by its body: in a Map-Request's record.
const std::vector<Place> lcaf_places{{"AfiList", "01 00 0006", ""},
    {"AfiListSecond", "01 00 000c 0001c6336402", ""}, {"InstanceId", "02 00 000a 00000064", ""},
    {"AsNumber", "03 00 000a 0000fde8", ""},
    {"ApplicationData", "04 00 0012 000000 06 0001ffff 00500050", ""},
    {"Geo", "05 00 0012 80280000 80020000 00000023", ""},
    {"NatGlobalEtr", "07 00 000e 10f6c36e", "0000 0000"},
    {"NatMapServer", "07 00 000e 10f6c36e 0000", "0000"},
    {"NatPrivateEtr", "07 00 000e 10f6c36e 0000 0000", ""},
    {"NatRtr", "07 00 0010 10f6c36e 0000 0000 0000", ""},
    {"NonceLocator", "08 00 000a 00abcdef", ""},
    {"MulticastSource", "09 00 0014 00000064 0000 2020", "0001e0000001"},
    {"MulticastGroup", "09 00 0014 00000064 0000 2020 0001c6336402", ""},
    {"PathHop", "0a 00 0008 0000", ""}, {"SecurityKey", "0b 00 000a 00000100", ""},
    {"SourcePrefix", "0c 00 0010 0000 1818", "0001c6336402"},
    {"DestinationPrefix", "0c 00 0010 0000 1818 0001c6336402", ""},
    {"ReplicationEntry", "0d 00 000a 00000001", ""}, {"Json", "0e 00 000a 0002 7b7d", ""},
    {"Key", "0f 00 0008", "0000"}, {"Value", "0f 00 0008 0000", ""},
    {"EncapsulationFormat", "10 00 000a 00000001", ""},
    {"Nested", "01 00 0012 4003 0000 02 00 000a 00000064", ""}};

void expect_end_at_unknown_afi(const std::string &before, const std::string &after) {
	Arena arena;
	const auto known = parse_hex(before + "0001c6336401" + after);
	ASSERT_TRUE(known);
	const auto readable = decode(*known, arena);
	ASSERT_FALSE(readable.error) << to_string(*readable.error);
	EXPECT_EQ(readable.size, known->size());
	const auto offset = parse_hex(before)->size();
	for (const auto *afi : {"0063", "0003", "4004", "ffff", "0100"}) {
		const auto octets = parse_hex(before + afi + "c6336401" + after).value();
		const auto decoded = decode(octets, arena);
		ASSERT_TRUE(decoded.error) << afi;
		EXPECT_EQ(decoded.error->reason, Reason::unsupported) << to_string(*decoded.error);
		EXPECT_EQ(decoded.error->offset, offset) << to_string(*decoded.error);
		EXPECT_FALSE(decoded.error->field.empty());
	}
}

class UnknownAfi : public testing::TestWithParam<Place> {};

TEST_P(UnknownAfi, C005_EndsTheMessage) {
	expect_end_at_unknown_afi(GetParam().before, GetParam().after);
}

class UnknownAfiInLcaf : public testing::TestWithParam<Place> {};

TEST_P(UnknownAfiInLcaf, C005_EndsTheMessage) {
	expect_end_at_unknown_afi(lcaf_in_request + GetParam().before, GetParam().after);
}

const auto name_of_place = [](const auto &place) { return place.param.name; };
INSTANTIATE_TEST_SUITE_P(Places, UnknownAfi, testing::ValuesIn(places), name_of_place);
INSTANTIATE_TEST_SUITE_P(Places, UnknownAfiInLcaf, testing::ValuesIn(lcaf_places), name_of_place);

// A Change-Priority Message has IP addresses alone: every other AFI is a fault.
TEST(UnknownAfiInChangePriority, C005_EndsTheMessage) {
	const std::vector<Place> all{{"eid", "50000001 1122334455667788 00000000 0020", "0001c6336402"},
	    {"address", "50000001 1122334455667788 00000000 0020 0001c0000206", ""},
	    {"eid", "58000001 1122334455667788 00000000 20", "0001c6336402"},
	    {"address", "58000001 1122334455667788 00000000 20 0001c0000206", ""},
	    {"target rloc", "ffa0 8001 1122334455667788 00000000 0000",
	        "0020 0001c0000206 0001 0001c6336402"},
	    {"eid", "ffa0 8001 1122334455667788 00000000 0000 0000 0020", "0001 0001c6336402"},
	    {"address", "ffa0 8001 1122334455667788 00000000 0000 0000 0020 0001c0000206 0001", ""}};
	for (const auto &[field, before, after] : all) {
		Arena arena;
		const auto known = parse_hex(std::string{before} + "0001c6336401" + after).value();
		EXPECT_TRUE(decode_change_priority(known, arena)) << before;
		for (const auto *afi : {"0063", "4003", "0011", "0100"}) {
			const auto octets = parse_hex(std::string{before} + afi + "c6336401" + after).value();
			const auto found = decode_change_priority(octets, arena);
			ASSERT_FALSE(found) << before << afi;
			EXPECT_EQ(found.error().field, field);
			EXPECT_EQ(found.error().offset, parse_hex(before)->size());
		}
	}
}

} // namespace
} // namespace lisp
