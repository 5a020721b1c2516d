// Capture files written by hand.
#include "capture/capture_file.h"
#include "golden_packets.h"
#include "scratch_directory.h"

namespace lisp {
namespace {

void append_u32(Octets &out, std::uint32_t value) {
	for (int shift = 0; shift < 32; shift += 8)
		out.push_back(static_cast<std::uint8_t>(value >> shift));
}

// A classic pcap file, little-endian, of frames one second and a half apart.
Octets pcap(std::uint32_t magic, const std::vector<Octets> &frames) {
	Octets file;
	append_u32(file, magic);
	append_u32(file, 4U << 16 | 2); // version 2.4
	append_u32(file, 0);
	append_u32(file, 0);
	append_u32(file, 65535);
	append_u32(file, 1); // Ethernet
	std::uint32_t second = 1338465600;
	for (const auto &frame : frames) {
		append_u32(file, second++);
		append_u32(file, 500000);
		append_u32(file, static_cast<std::uint32_t>(frame.size()));
		append_u32(file, static_cast<std::uint32_t>(frame.size()));
		file.insert(file.end(), frame.begin(), frame.end());
	}
	return file;
}

Octets frame(std::string_view tags, std::uint16_t port) {
	auto octets = parse_hex("020000000002020000000001").value();
	const auto type = parse_hex(std::string{tags} + "0800").value();
	octets.insert(octets.end(), type.begin(), type.end());
	const auto start = octets.size();
	const auto &payload = golden("REQ-V4").octets;
	octets.resize(start + 28 + payload.size());
	Writer out{Room{octets}.subspan(start)};
	write_udp_packet(out, {IpAddress::v4(0xc6336401), port},
	    {IpAddress::v4(0xc6336402), control_port}, 64, payload);
	return octets;
}

constexpr std::uint32_t microseconds = 0xa1b2c3d4;
constexpr std::uint32_t nanoseconds = 0xa1b23c4d;

class CaptureFiles : public testing::Test {
protected:
	CaptureFile open(const Octets &octets) {
		const auto path = scratch_.file("capture.pcap");
		std::ofstream{path, std::ios::binary}.write(
		    reinterpret_cast<const char *>(octets.data()), static_cast<long>(octets.size()));
		auto capture = CaptureFile::open(path);
		if (!capture) throw std::runtime_error(capture.error());
		return std::move(*capture);
	}
	ScratchDirectory scratch_;
};

TEST_F(CaptureFiles, FramesAndTimes) {
	auto capture = open(pcap(microseconds, {frame("", 1), frame("", 2)}));
	const auto first = capture.next();
	ASSERT_TRUE(first);
	EXPECT_EQ(first->frame, 1U);
	EXPECT_EQ(first->time, 1338465600'500000000U);
	EXPECT_EQ(first->source->port, 1);
	EXPECT_EQ(to_hex(first->octets), to_hex(golden("REQ-V4").octets));
	EXPECT_EQ(capture.next()->frame, 2U);
	EXPECT_FALSE(capture.next());
	EXPECT_EQ(capture.error(), "");
	EXPECT_EQ(open(pcap(nanoseconds, {frame("", 1)})).next()->time, 1338465600'000500000U);
}

TEST_F(CaptureFiles, FilterCountsAllFramesAndSeesBehindTags) {
	auto capture = open(pcap(microseconds,
	    {frame("", 1), frame("", 2), frame("88a8006481000065", 2), frame("81000064", 3)}));
	EXPECT_FALSE(capture.set_filter("udp src port 2"));
	EXPECT_EQ(capture.next()->frame, 2U);
	EXPECT_EQ(capture.next()->frame, 3U);
	EXPECT_FALSE(capture.next());
}

TEST_F(CaptureFiles, FilterMayNameTheTags) {
	auto capture = open(pcap(microseconds, {frame("", 1), frame("81000064", 2)}));
	EXPECT_FALSE(capture.set_filter("vlan 100"));
	EXPECT_EQ(capture.next()->frame, 2U);
	EXPECT_FALSE(capture.next());
	EXPECT_TRUE(capture.set_filter("this is none"));
}

TEST_F(CaptureFiles, TheEndOfACutFileIsAnError) {
	auto file = pcap(microseconds, {frame("", 1), frame("", 2)});
	file.resize(file.size() - 10);
	auto capture = open(file);
	EXPECT_TRUE(capture.next());
	EXPECT_FALSE(capture.next());
	EXPECT_NE(capture.error().find("after frame 1: "), std::string::npos) << capture.error();
}

TEST(CaptureFile, OpeningTellsWhy) {
	const auto missing = CaptureFile::open("/nowhere/at.all");
	ASSERT_FALSE(missing);
	EXPECT_EQ(missing.error(), "/nowhere/at.all: No such file or directory");
}

} // namespace
} // namespace lisp
