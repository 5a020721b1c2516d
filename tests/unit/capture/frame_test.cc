// Frames of every link type, built by hand around one Map-Request.
#include "capture/frame.h"
#include "golden_packets.h"

namespace lisp {
namespace {

const Endpoint sender{IpAddress::v4(0xc6336401), 50000};
const Endpoint receiver{IpAddress::v4(0xc6336402), control_port};
const Endpoint sender6{*IpAddress::parse("2001:db8::1"), control_port};
const Endpoint receiver6{*IpAddress::parse("2001:db8::2"), 50001};

Octets packet(const Endpoint &from, const Endpoint &to, Bytes payload) {
	Octets room(payload.size() + 48);
	Writer out{room};
	write_udp_packet(out, from, to, 64, payload);
	room.resize(out.size());
	return room;
}

Octets operator+(Octets head, const Octets &rest) {
	head.insert(head.end(), rest.begin(), rest.end());
	return head;
}

Octets hex(std::string_view text) {
	return parse_hex(text).value();
}

const Octets ethernet = hex("020000000002020000000001");
const Octets &message() {
	return golden("REQ-V4").octets;
}

void expect_request(const std::optional<Captured> &captured) {
	ASSERT_TRUE(captured);
	EXPECT_EQ(to_hex(captured->octets), to_hex(message()));
	EXPECT_EQ(captured->length, message().size());
	EXPECT_EQ(captured->source, sender);
	EXPECT_EQ(captured->destination, receiver);
	EXPECT_FALSE(captured->data);
	EXPECT_FALSE(captured->fragment);
	EXPECT_EQ(captured->ip_checksum, ChecksumState::good);
	EXPECT_EQ(captured->udp_checksum, ChecksumState::good);
}

struct LinkCase {
	const char *name;
	int dlt;
	const char *header;
};

class Frame : public testing::TestWithParam<LinkCase> {};

TEST_P(Frame, C042_LinkLayerIsTakenOff) {
	const auto layer = link_layer(GetParam().dlt);
	ASSERT_TRUE(layer);
	const auto frame = hex(GetParam().header) + packet(sender, receiver, message());
	expect_request(peel(frame, *layer));
	for (std::size_t size = 0; size < frame.size(); ++size) {
		const Octets cut(frame.begin(), frame.begin() + static_cast<long>(size));
		const auto captured = peel(cut, *layer);
		if (!captured) continue;
		EXPECT_EQ(captured->length, message().size());
		EXPECT_EQ(captured->octets.size(), message().size() - (frame.size() - size));
		EXPECT_EQ(captured->udp_checksum, ChecksumState::unchecked);
	}
}

INSTANTIATE_TEST_SUITE_P(LinkTypes, Frame,
    testing::Values(LinkCase{"Ethernet", 1, "0200000000020200000000010800"},
        LinkCase{"Vlan", 1, "02000000000202000000000181000064 0800"},
        LinkCase{"QinQ", 1, "02000000000202000000000188a80064810000c80800"},
        LinkCase{"OldQinQ", 1, "020000000002020000000001910000648100 00c80800"},
        LinkCase{"Snap", 1, "0200000000020200000000010090 aaaa03000000 0800"},
        LinkCase{"SnapInVlan", 1, "02000000000202000000000181000064 0090 aaaa03000000 0800"},
        LinkCase{"Null", 0, "02000000"}, LinkCase{"NullBigEndian", 0, "00000002"},
        LinkCase{"Loop", 108, "00000002"}, LinkCase{"Raw", 101, ""}, LinkCase{"RawBsd", 12, ""},
        LinkCase{"RawOpenBsd", 14, ""}, LinkCase{"Ipv4", 228, ""},
        LinkCase{"Sll", 113, "00000001000602000000000100000800"},
        LinkCase{"SllVlan", 113, "0000000100060200000000010000810000640800"},
        LinkCase{"Sll2", 276, "0800000000000002000100060200000000010000"},
        LinkCase{"Ppp", 9, "0021"}, LinkCase{"PppAddressAndControl", 9, "ff030021"},
        LinkCase{"PppCompressedProtocol", 9, "21"}, LinkCase{"PppHdlc", 50, "ff030021"},
        LinkCase{"PppHdlcCompressedProtocol", 50, "ff0321"},
        LinkCase{"PppEther", 51, "1100000100640021"},
        LinkCase{"Pppoe", 1, "0200000000020200000000018864 1100000100640021"},
        LinkCase{
            "PppoeInVlans", 1, "02000000000202000000000188a80064810000c88864 1100000100640021"},
        LinkCase{"PppoeSll", 113, "00000001000602000000000100008864 1100000100640021"}),
    [](const auto &link) { return link.param.name; });

TEST(FrameIpv6, EveryLoopbackFamilyNumberIsTaken) {
	const auto ip = packet(sender6, receiver6, message());
	for (const auto *family : {"0a000000", "18000000", "1c000000", "1e000000", "0000001e"})
		EXPECT_TRUE(peel(hex(family) + ip, LinkLayer::family)) << family;
	EXPECT_FALSE(peel(hex("05000000") + ip, LinkLayer::family));
}

TEST(FrameIpv6, C001_EitherPortMakesItControl) {
	const auto captured = peel(packet(sender6, receiver6, message()), LinkLayer::raw);
	ASSERT_TRUE(captured);
	EXPECT_EQ(captured->source, sender6);
	EXPECT_EQ(captured->destination, receiver6);
	EXPECT_FALSE(captured->data);
}

TEST(FrameIpv6, ExtensionHeadersAreWalked) {
	const auto plain = packet(sender6, receiver6, message());
	const auto udp = Octets(plain.begin() + 40, plain.end());
	// Hop-by-hop options, a routing header of 16 octets, an authentication header of 12.
	const auto headers = hex("2b00010400000000"
	                         "33010000000000000000000000000000"
	                         "110100000000000100000002");
	auto head = Octets(plain.begin(), plain.begin() + 40);
	const auto length = headers.size() + udp.size();
	head[4] = static_cast<std::uint8_t>(length >> 8);
	head[5] = static_cast<std::uint8_t>(length);
	head[6] = 0;
	const auto frame = head + headers + udp;
	const auto captured = peel(frame, LinkLayer::raw);
	ASSERT_TRUE(captured);
	EXPECT_EQ(to_hex(captured->octets), to_hex(message()));
	EXPECT_EQ(captured->udp_checksum, ChecksumState::good);
}

TEST(FrameIpv6, PppHasItsOwnNumberForIt) {
	const auto ip = packet(sender6, receiver6, message());
	for (const auto *header : {"ff030057", "0057", "ff0357", "57"})
		EXPECT_TRUE(peel(hex(header) + ip, LinkLayer::ppp)) << header;
	EXPECT_FALSE(peel(hex("ff03c021") + ip, LinkLayer::ppp)); // LCP
}

TEST(FramePppoe, OnlyASessionsDataIsLookedInto) {
	const auto ip = packet(sender, receiver, message());
	EXPECT_FALSE(peel(hex("1109000100640021") + ip, LinkLayer::pppoe)); // discovery: PADI
	EXPECT_FALSE(peel(hex("2100000100640021") + ip, LinkLayer::pppoe)); // another version
	EXPECT_FALSE(peel(ethernet + hex("8863") + hex("1100000100640021") + ip, LinkLayer::ethernet));
}

Octets fragment6(std::uint8_t offset_and_more) {
	const auto plain = packet(sender6, receiver6, message());
	auto head = Octets(plain.begin(), plain.begin() + 40);
	head[5] = static_cast<std::uint8_t>(head[5] + 8);
	head[6] = 44;
	return head + Octets{17, 0, 0, offset_and_more, 0, 0, 0, 1} +
	       Octets(plain.begin() + 40, plain.end());
}

TEST(FrameFragments, OnlyTheFirstIsADatagram) {
	const auto first = peel(fragment6(1), LinkLayer::raw);
	ASSERT_TRUE(first);
	EXPECT_TRUE(first->fragment);
	EXPECT_FALSE(peel(fragment6(8), LinkLayer::raw));
	const auto atomic = peel(fragment6(0), LinkLayer::raw);
	ASSERT_TRUE(atomic);
	EXPECT_FALSE(atomic->fragment);

	auto v4 = packet(sender, receiver, message());
	v4[6] = 0x20; // more fragments
	const auto first4 = peel(v4, LinkLayer::raw);
	ASSERT_TRUE(first4);
	EXPECT_TRUE(first4->fragment);
	v4[7] = 1;
	EXPECT_FALSE(peel(v4, LinkLayer::raw));
}

TEST(FrameIpv4, OptionsArePassedOver) {
	auto plain = packet(sender, receiver, message());
	auto head = Octets(plain.begin(), plain.begin() + 20);
	head[0] = 0x46;
	head[3] = static_cast<std::uint8_t>(head[3] + 4);
	const auto frame = head + hex("94040000") + Octets(plain.begin() + 20, plain.end());
	const auto captured = peel(frame, LinkLayer::raw);
	ASSERT_TRUE(captured);
	EXPECT_EQ(to_hex(captured->octets), to_hex(message()));
	EXPECT_EQ(captured->ip_checksum, ChecksumState::bad);
	EXPECT_EQ(captured->udp_checksum, ChecksumState::good);
}

TEST(FrameIpv4, PaddingOfShortFramesIsNoPartOfTheMessage) {
	auto frame = ethernet + hex("0800") + packet(sender, receiver, message());
	frame.resize(frame.size() + 20);
	expect_request(peel(frame, LinkLayer::ethernet));
}

TEST(FrameIpv4, C003_WrongAndZeroUdpChecksumsShow) {
	auto frame = packet(sender, receiver, message());
	frame[27] ^= 1;
	EXPECT_EQ(peel(frame, LinkLayer::raw)->udp_checksum, ChecksumState::bad);
	frame[26] = frame[27] = 0;
	EXPECT_EQ(peel(frame, LinkLayer::raw)->udp_checksum, ChecksumState::zero);
}

TEST(FrameIpv4, OtherTrafficIsNoDatagram) {
	auto other = receiver;
	other.port = 53;
	EXPECT_FALSE(peel(packet(sender, other, message()), LinkLayer::raw));
	auto tcp = packet(sender, receiver, message());
	tcp[9] = 6;
	EXPECT_FALSE(peel(tcp, LinkLayer::raw));
	EXPECT_FALSE(peel(ethernet + hex("0806000108000604"), LinkLayer::ethernet));
	EXPECT_FALSE(link_layer(105)); // 802.11
}

TEST(FrameIpv4, PortsTellDataFromControl) {
	auto data = receiver;
	data.port = data_port;
	EXPECT_TRUE(peel(packet(sender, data, message()), LinkLayer::raw)->data);
	auto control = sender;
	control.port = control_port;
	EXPECT_FALSE(peel(packet(control, data, message()), LinkLayer::raw)->data);
}

TEST(FrameSnap, OtherHeadersOfIeeeFramesHideNothing) {
	const auto ip = packet(sender, receiver, message());
	for (const auto *header : {"0090 424203000000 0800", "0090 aaaa0300000c 0800",
	         "0090 aaaa03000000 0806", "05dd aaaa03000000 0800"})
		EXPECT_FALSE(peel(ethernet + hex(header) + ip, LinkLayer::ethernet)) << header;
}

TEST(FrameVlan, TagsAreMeasured) {
	EXPECT_EQ(vlan_tags_size(hex("0200000000020200000000010800")), 0U);
	EXPECT_EQ(vlan_tags_size(hex("02000000000202000000000188a80064810000c80800")), 8U);
	EXPECT_EQ(vlan_tags_size(hex("02000000000202000000000188a80064")), 0U);
}

// Linux hands frames that it sends itself to captures before any card has finished their checksum:
// 198.51.100.1 + 198.51.100.2 + 17 + 40, the sum of the pseudo-header, stands in its place.
TEST(FrameIpv4, C003_ChecksumLeftToHardwareIsNotWrong) {
	auto frame = packet(sender, receiver, message());
	frame[26] = 0x54;
	frame[27] = 0xa4;
	EXPECT_EQ(peel(frame, LinkLayer::raw)->udp_checksum, ChecksumState::unchecked);
	frame[27] ^= 1;
	EXPECT_EQ(peel(frame, LinkLayer::raw)->udp_checksum, ChecksumState::bad);
}

} // namespace
} // namespace lisp
