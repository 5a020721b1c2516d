// Capture files written by hand.
#include "capture/capture_file.h"
#include "golden_packets.h"
#include "scratch_directory.h"

#include <atomic>
#include <thread>
#include <unistd.h>
#include <zlib.h>

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

// The two fragments of such a frame.
std::pair<Octets, Octets> fragments(std::string_view tags, std::uint16_t port) {
	const auto whole = frame(tags, port);
	const auto ip = 14 + tags.size() / 2;
	auto first = whole;
	first.resize(ip + 20 + 16);
	first[ip + 3] = 36;
	first[ip + 6] = 0x20; // more fragments
	auto second = Octets(whole.begin(), whole.begin() + static_cast<long>(ip + 20));
	second.insert(second.end(), whole.begin() + static_cast<long>(ip + 36), whole.end());
	second[ip + 3] = static_cast<std::uint8_t>(second.size() - ip);
	second[ip + 7] = 2; // of 8 octets
	return {first, second};
}

Octets gzip(const Octets &octets) {
	z_stream stream{};
	deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	Octets out(deflateBound(&stream, octets.size()));
	stream.next_in = const_cast<Bytef *>(octets.data());
	stream.avail_in = static_cast<uInt>(octets.size());
	stream.next_out = out.data();
	stream.avail_out = static_cast<uInt>(out.size());
	deflate(&stream, Z_FINISH);
	out.resize(stream.total_out);
	deflateEnd(&stream);
	return out;
}

Octets operator+(Octets head, const Octets &rest) {
	head.insert(head.end(), rest.begin(), rest.end());
	return head;
}

void append(const std::string &path, const Octets &octets) {
	std::ofstream{path, std::ios::binary | std::ios::app}.write(
	    reinterpret_cast<const char *>(octets.data()), static_cast<long>(octets.size()));
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

TEST_F(CaptureFiles, FragmentsAreOneMessageWithTheNumberOfTheLast) {
	const auto [first, second] = fragments("", 7);
	auto capture = open(pcap(microseconds, {second, frame("", 1), first, frame("", 2)}));
	EXPECT_EQ(capture.next()->frame, 2U);
	EXPECT_EQ(capture.frames().size(), 1U);
	const auto whole = capture.next();
	ASSERT_TRUE(whole);
	EXPECT_EQ(whole->frame, 3U);
	EXPECT_EQ(whole->time, 1338465602'500000000U);
	EXPECT_FALSE(whole->fragment);
	EXPECT_EQ(whole->udp_checksum, ChecksumState::good);
	EXPECT_EQ(to_hex(whole->octets), to_hex(golden("REQ-V4").octets));
	ASSERT_EQ(capture.frames().size(), 2U);
	EXPECT_EQ(capture.frames()[0].number, 1U);
	EXPECT_EQ(to_hex(capture.frames()[0].octets), to_hex(second));
	EXPECT_EQ(capture.next()->frame, 4U);
	EXPECT_FALSE(capture.next());
}

TEST_F(CaptureFiles, TheFirstFragmentAloneComesWhenTheOthersAreGivenUp) {
	const auto [first, second] = fragments("", 7);
	const auto only_first = [](const std::optional<Captured> &captured) {
		return captured && captured->fragment && captured->octets.size() == 8 &&
		       captured->length == golden("REQ-V4").octets.size();
	};
	auto capture = open(pcap(microseconds, {first, frame("", 1)}));
	EXPECT_EQ(capture.next()->frame, 2U);
	const auto at_end = capture.next();
	EXPECT_TRUE(only_first(at_end));
	EXPECT_EQ(at_end->frame, 1U);
	EXPECT_FALSE(capture.next());

	// Frames are a second apart.
	std::vector<Octets> frames(31, frame("", 1));
	frames.front() = first;
	frames.push_back(second);
	auto late = open(pcap(microseconds, frames));
	for (int i = 0; i < 29; ++i) EXPECT_FALSE(late.next()->fragment);
	EXPECT_EQ(late.next()->frame, 31U);
	EXPECT_EQ(late.next()->frame, 1U);
	EXPECT_FALSE(late.next());
	EXPECT_EQ(late.counters().fragments_dropped, 1U);
}

TEST_F(CaptureFiles, FilterTakesFragmentsOfWhichOneMatches) {
	const auto [first, second] = fragments("81000064", 7);
	const auto other = fragments("", 8);
	auto capture = open(pcap(microseconds, {other.first, other.second, first, second}));
	EXPECT_FALSE(capture.set_filter("udp src port 7"));
	EXPECT_EQ(capture.next()->frame, 4U);
	EXPECT_FALSE(capture.next());
	EXPECT_EQ(capture.counters().unmatched, 1U);
	EXPECT_EQ(capture.counters().messages, 1U);
}

TEST_F(CaptureFiles, WhatIsPassedOverIsCounted) {
	auto tcp = frame("", 1);
	tcp[23] = 6;
	auto other_tcp = tcp;
	other_tcp[36] = 0;
	auto arp = frame("", 1);
	arp[13] = 6;
	auto capture = open(pcap(microseconds, {tcp, frame("", 1), arp, other_tcp}));
	while (capture.next()) {
	}
	const auto counters = capture.counters();
	EXPECT_EQ(counters.frames, 4U);
	EXPECT_EQ(counters.messages, 1U);
	EXPECT_EQ(counters.tcp, 1U);
	EXPECT_EQ(counters.other, 2U);
	EXPECT_EQ(counters.fragments_dropped, 0U);
}

TEST_F(CaptureFiles, GzipIsUndone) {
	const auto file = pcap(microseconds, {frame("", 1), frame("", 2)});
	const auto half = static_cast<long>(file.size() / 2);
	const auto in_members = gzip(Octets(file.begin(), file.begin() + half)) +
	                        gzip(Octets(file.begin() + half, file.end()));
	for (const auto &compressed : {gzip(file), in_members, in_members + Octets(100)}) {
		auto capture = open(compressed);
		EXPECT_EQ(capture.next()->frame, 1U);
		EXPECT_EQ(capture.next()->frame, 2U);
		EXPECT_FALSE(capture.next());
		EXPECT_EQ(capture.error(), "");
	}
}

TEST_F(CaptureFiles, GzipThatEndsTooSoonIsAnErrorAfterAllBeforeIt) {
	const auto compressed = gzip(pcap(microseconds, std::vector<Octets>(9, frame("", 1))));
	// The last eight octets check what is there whole.
	auto capture = open(Octets(compressed.begin(), compressed.end() - 4));
	for (unsigned i = 1; i <= 9; ++i) EXPECT_EQ(capture.next()->frame, i);
	EXPECT_FALSE(capture.next());
	EXPECT_NE(capture.error().find("after frame 9: gzip data ends too soon"), std::string::npos)
	    << capture.error();

	auto forged = compressed;
	forged[compressed.size() - 6] ^= 1;
	auto broken = open(forged);
	while (broken.next()) {
	}
	EXPECT_NE(broken.error().find("gzip data is broken"), std::string::npos) << broken.error();
}

TEST_F(CaptureFiles, AGrowingFileIsFollowedIntoTheNextOne) {
	const auto path = scratch_.file("growing.pcap");
	const auto file = pcap(microseconds, {frame("", 1), frame("", 2)});
	const auto most = static_cast<long>(file.size()) - 20;
	int ends[2];
	ASSERT_EQ(pipe(ends), 0);
	std::atomic<int> seen = 0;
	std::thread follower{[&] {
		auto capture = CaptureFile::follow(path, ends[0]);
		for (const auto frame : {1U, 2U, 1U, 2U, 3U, 1U, 2U}) {
			EXPECT_EQ(capture->next()->frame, frame);
			++seen;
			seen.notify_one();
		}
		EXPECT_FALSE(capture->next());
		EXPECT_EQ(capture->error(), "");
	}};
	const auto await = [&seen](int messages) {
		for (int now = 0; (now = seen) < messages;) seen.wait(now);
	};
	append(path, Octets(file.begin(), file.begin() + most));
	await(1);
	append(path, Octets(file.begin() + most, file.end()));
	await(2);
	const auto fresh = scratch_.file("fresh.pcap");
	append(fresh, pcap(nanoseconds, {frame("", 3), frame("", 4), frame("", 5)}));
	std::filesystem::rename(fresh, path);
	await(5);
	std::ofstream{path, std::ios::trunc}.close();
	append(path, file);
	await(7);
	EXPECT_EQ(::write(ends[1], "s", 1), 1);
	follower.join();
	close(ends[0]);
	close(ends[1]);
}

TEST(CaptureFile, OpeningTellsWhy) {
	const auto missing = CaptureFile::open("/nowhere/at.all");
	ASSERT_FALSE(missing);
	EXPECT_EQ(missing.error(), "/nowhere/at.all: No such file or directory");
}

} // namespace
} // namespace lisp
