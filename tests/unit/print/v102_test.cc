// The console form of 2012 against what its user's guide shows.
#include "golden_packets.h"
#include "print/v102.h"

#include <fstream>

namespace lisp {
namespace {

std::string v102(Bytes octets) {
	Captured captured;
	captured.octets = octets;
	captured.length = octets.size();
	Arena arena;
	Text text;
	append_v102(text, dissect(captured, arena));
	return text.str();
}

// Runs of blanks and tabulators become one blank, none around "=" nor at the ends.
std::string squeezed(std::string_view line) {
	std::string text;
	for (const char c : line) {
		const bool blank = c == ' ' || c == '\t' || c == '\r';
		if (!blank) {
			if (c == '=' && !text.empty() && text.back() == ' ') text.pop_back();
			text += c;
		} else if (!text.empty() && text.back() != ' ' && text.back() != '=') {
			text += ' ';
		}
	}
	while (!text.empty() && text.back() == ' ') text.pop_back();
	return text;
}

std::vector<std::string> squeezed_lines(std::istream &&in) {
	std::vector<std::string> lines;
	for (std::string line; std::getline(in, line);)
		if (auto text = squeezed(line); !text.empty()) lines.push_back(text);
	return lines;
}

// The guide shows the message's head, its first record and two of that record's four locators.
TEST(V102, MapRegisterReadsAsTheGuideShowsIt) {
	const auto ours = squeezed_lines(std::istringstream{v102(golden("SEED-REG").octets)});
	const auto guide =
	    squeezed_lines(std::ifstream{LISP_TEST_DATA "/data/map-register-2012-human.txt"});
	ASSERT_EQ(guide.size(), 20U);
	ASSERT_GT(ours.size(), guide.size() + 3);
	EXPECT_EQ(ours[0], "Map-Register Packet");
	EXPECT_EQ(ours[1], std::string(26, '='));
	EXPECT_EQ(ours[2], "0x" + to_hex(golden("SEED-REG").octets));
	for (std::size_t i = 0; i < guide.size(); ++i) EXPECT_EQ(ours[3 + i], guide[i]);
	EXPECT_EQ(ours.back(), std::string(26, '='));
}

TEST(V102, LiteralLines) {
	const auto text = v102(golden("SEED-REG").octets);
	for (const auto *line : {"\n#Recodr0\n-------------\n", "\nauth_bit\t\t\t= 0xffffffff\n",
	         "\nlisp_map_version\t\t= 0x0000-0x00000000\n", "\nlisp_type\t\t= 3\n",
	         "\nauth_data\t\t\t=0xa3e543f64e202605dbf4e7c2a2215fdc8083b626\n",
	         "\nRLOC 0:\t\t\tpriority 4\tweight 100\tmpriority 255\tmweight 0\trloc_local 1\t"
	         "rloc_probe 0\treach_bit 1\tloc_afi 1\tlocator\t= 132.227.62.242\n"})
		EXPECT_NE(text.find(line), text.npos) << line;
	EXPECT_EQ(text[0], '\n');
}

TEST(V102, FlagsAreSignedNumbersOfOneBit) {
	const auto text = v102(golden("REG-SHA1-20").octets);
	EXPECT_NE(text.find("rloc_probe\t\t= -1\nwant_map_notify\t= -1\n"), text.npos);
	EXPECT_NE(text.find("key_id\t\t\t= 257\n"), text.npos);
}

TEST(V102, MapReply) {
	EXPECT_EQ(v102(golden("REP-POLICY").octets),
	    "\nMap-Reply Packet\n==========================\n"
	    "0x200000011122334455667788000000010018800000000001cb007100\n"
	    "lisp_type\t\t= 2\nrloc_probe\t\t= 0\necho_nonce_capable\t= 0\nsecurity_bit\t\t= 0\n"
	    "record_count\t\t\t= 1\nlisp_nonce\t\t= 0x11223344-0x55667788\n"
	    "#Recodr0\n-------------\nrecord_ttl\t\t\t= 1\nloc_count\t\t\t= 0\n"
	    "eid_mask_len\t\t\t= 24\naction\t\t\t= -4\nauth_bit\t\t\t= 0x0\n"
	    "lisp_map_version\t\t= 0x0000-0x00000000\neid_afi\t\t\t= 1\neid_prefix\t= 203.0.113.0\n"
	    "-------------\n==========================\n");
	EXPECT_NE(v102(golden("REP-PROBE").octets).find("\trloc_prob 1\t"), std::string::npos);
}

TEST(V102, EncapsulatedMapRequest) {
	EXPECT_EQ(v102(golden("ECM-V6").octets),
	    "\nMap-Request Packet\n==========================\n0x" + to_hex(golden("ECM-V6").octets) +
	        "\n**** Encapsulated Control Message****\nSourceIP \t\t= 2001:db8:2::10\n"
	        "DestIP \t\t= 2001:db8:1:1::1\nSourcePort \t\t= 50001\nDestPort \t\t= 4342\n\n"
	        "lisp_type\t\t= 1\nauth_bit\t\t= 0x1\nmap_data_present\t= 0\nrloc_probet\t\t= 0\n"
	        "smr_bit\t\t\t= 0\npitr_bit\t\t\t= 0\nsmr_invoked\t\t\t= 0\n"
	        "lisp_nonce\t\t= 0x01020304-0x05060708\nirc record_count\t\t= 1\n"
	        "record_count\t\t= 1\nsource_eid_afi\t\t= 0\n"
	        "ITR 0: AFI = 1  ITR RLOC = 198.51.100.1\n"
	        "ITR 1: AFI = 2  ITR RLOC = 2001:db8:ffff::1\n"
	        "eid_mask_len\t\t= 128\nEID 0: AFI = 2   EID prefix = 2001:db8:1:1::1\n"
	        "==========================\n");
}

TEST(V102, OtherMessagesHaveABlockInTheSameStyle) {
	EXPECT_EQ(v102(golden("SHEXT").octets),
	    "\nShared-Extension Packet\n==========================\n0xf401beefdeadbeef\n"
	    "lisp_type\t\t= 15\n==========================\n");
	EXPECT_EQ(v102(Bytes{golden("REP-POLICY").octets}.first(14)),
	    "\nMap-Reply Packet\n==========================\n0x2000000111223344556677880000\n"
	    "lisp_type\t\t= 2\nrloc_probe\t\t= 0\necho_nonce_capable\t= 0\nsecurity_bit\t\t= 0\n"
	    "record_count\t\t\t= 1\nlisp_nonce\t\t= 0x11223344-0x55667788\n"
	    "error\t\t\t= truncated at 12 (record ttl)\n==========================\n");
}

} // namespace
} // namespace lisp
