// Info-Request and Info-Reply, as the NAT-traversal draft draws them and as peers send them.
#include "address/lcaf.h"
#include "golden_packets.h"
#include "message/message.h"

namespace lisp {
namespace {

Octets hex(std::string_view text) {
	return parse_hex(text).value();
}

TEST(InfoFormat, C031_RequestEndsWithAfi0) {
	Arena arena;
	const auto octets = golden("INFO-REQ").octets;
	const auto found = decode_as<Info>(octets, arena);
	ASSERT_TRUE(found);
	EXPECT_FALSE(found->reply);
	EXPECT_EQ(found->nonce, 0x7700000000000001U);
	EXPECT_EQ(found->authentication.key_id, 0);
	EXPECT_EQ(found->authentication.algorithm, Algorithm::hmac_sha1);
	EXPECT_EQ(found->authentication.data.size(), 20U);
	EXPECT_EQ(found->ttl, RecordTtl{1440});
	EXPECT_EQ(to_string(found->eid), "203.0.113.0");
	EXPECT_EQ(found->mask_length, 24);
	EXPECT_EQ(afi(found->nat), Afi::none);
	EXPECT_EQ(type_name(octets), "info-request");
}

TEST(InfoFormat, C031_ReplyHasTheNatTraversalLcaf) {
	Arena arena;
	const auto octets = golden("INFO-REP").octets;
	const auto found = decode_as<Info>(octets, arena);
	ASSERT_TRUE(found);
	EXPECT_TRUE(found->reply);
	EXPECT_EQ(type_name(octets), "info-reply");
	const auto *nat = as_lcaf<lcaf::NatTraversal>(found->nat);
	ASSERT_NE(nat, nullptr);
	EXPECT_EQ(nat->map_server_port, 4342);
	EXPECT_EQ(nat->etr_port, 50030);
	EXPECT_EQ(to_string(nat->global_etr), "198.51.100.77");
	EXPECT_EQ(to_string(nat->map_server), "198.51.100.200");
	EXPECT_EQ(afi(nat->private_etr), Afi::none);
	ASSERT_EQ(nat->rtrs.size(), 1U);
	EXPECT_EQ(to_string(nat->rtrs[0]), "198.51.100.150");
}

// RFC 8060 section 4.4: RTRs go on to the LCAF's end, and there may be none.
TEST(InfoFormat, C031_ReplyNamesAnyNumberOfRtrs) {
	for (std::uint8_t rtrs = 0; rtrs < 4; ++rtrs) {
		auto octets = golden("INFO-REP").octets;
		const std::size_t lcaf_length_at = 54;
		octets.resize(octets.size() - 6);
		for (std::uint8_t i = 0; i < rtrs; ++i) {
			const auto rtr = hex("0001 0a0000" + std::string{"0"} + std::to_string(i));
			octets.insert(octets.end(), rtr.begin(), rtr.end());
		}
		ASSERT_EQ(octets[lcaf_length_at + 1], 24);
		octets[lcaf_length_at + 1] = static_cast<std::uint8_t>(18 + 6 * rtrs);
		Arena arena;
		const auto found = decode_as<Info>(octets, arena);
		ASSERT_TRUE(found) << to_string(found.error());
		EXPECT_EQ(as_lcaf<lcaf::NatTraversal>(found->nat)->rtrs.size(), rtrs);
		const auto written = encode(*found);
		ASSERT_TRUE(written);
		EXPECT_EQ(to_hex(*written), to_hex(octets));
	}
}

// No authentication at all, no EID, and a host name in place of the last AFI 0.
TEST(InfoFormat, C031_LispersNetRequestIsRead) {
	const auto octets = hex("70000000 0011223344556677 0000 0000 00000000 00 00 0000"
	                        "0011 7874722d6100");
	Arena arena;
	const auto found = decode_as<Info>(octets, arena);
	ASSERT_TRUE(found);
	EXPECT_EQ(found->authentication.algorithm, Algorithm::none);
	EXPECT_TRUE(found->authentication.data.empty());
	EXPECT_EQ(afi(found->eid), Afi::none);
	const auto *name = std::get_if<DistinguishedName>(&found->nat);
	ASSERT_NE(name, nullptr);
	EXPECT_EQ(name->text, "xtr-a");
	const auto written = encode(*found);
	ASSERT_TRUE(written);
	EXPECT_EQ(to_hex(*written), to_hex(octets));
}

TEST(Info, MaskLengthBeyondTheEidIsAFault) {
	auto octets = golden("INFO-REQ").octets;
	const std::size_t mask_at = 16 + 20 + 5;
	octets[mask_at] = 33;
	Arena arena;
	const auto found = decode_as<Info>(octets, arena);
	ASSERT_FALSE(found);
	EXPECT_EQ(found.error(), (WireError{Reason::bad_value, mask_at, "eid mask-len"}));
	Info info;
	info.eid = IpAddress::v4(0);
	info.mask_length = 33;
	const auto written = encode(info);
	ASSERT_FALSE(written);
	EXPECT_EQ(written.error().field, "eid mask-len");
}

TEST(Info, TooLongAuthenticationDataIsRefused) {
	const Octets data(70'000);
	Info info;
	info.authentication.data = data;
	const auto written = encode(info);
	ASSERT_FALSE(written);
	EXPECT_EQ(written.error().field, "authentication data length");
}

} // namespace
} // namespace lisp
