// Captures written and read again.
#include "capture/capture_file.h"
#include "capture/capture_writer.h"
#include "golden_packets.h"
#include "scratch_directory.h"

#include <array>
#include <unistd.h>

namespace lisp {
namespace {

constexpr int raw_ip = 12; // DLT_RAW

Octets packet() {
	const auto &payload = golden("REQ-V4").octets;
	Octets octets(28 + payload.size());
	Writer out{Room{octets}};
	write_udp_packet(out, {IpAddress::v4(0xc6336401), 1}, {IpAddress::v4(0xc6336402), control_port},
	    64, payload);
	return octets;
}

TEST(CaptureWriter, WhatIsWrittenIsReadAgain) {
	const ScratchDirectory scratch;
	const auto path = scratch.file("written.pcap");
	const auto octets = packet();
	const Frame whole{1, 1338465600'123456789U, octets.size(), octets};
	const Frame cut{2, 1338465601'000000001U, octets.size(), Bytes{octets}.first(40)};
	{
		auto writer = CaptureWriter::open(path, raw_ip);
		ASSERT_TRUE(writer) << writer.error();
		EXPECT_TRUE(writer->write(std::array{whole, cut}));
		EXPECT_TRUE(writer->flush());
	}
	auto capture = CaptureFile::open(path);
	ASSERT_TRUE(capture) << capture.error();
	EXPECT_EQ(capture->link_type(), raw_ip);
	for (const auto &frame : {whole, cut}) {
		const auto captured = capture->next();
		ASSERT_TRUE(captured);
		EXPECT_EQ(captured->time, frame.time);
		ASSERT_EQ(capture->frames().size(), 1U);
		EXPECT_EQ(to_hex(capture->frames()[0].octets), to_hex(frame.octets));
		EXPECT_EQ(capture->frames()[0].length, frame.length);
	}
	EXPECT_FALSE(capture->next());
}

TEST(CaptureWriter, FailuresShow) {
	const auto nowhere = CaptureWriter::open("/nowhere/at.all", raw_ip);
	ASSERT_FALSE(nowhere);
	EXPECT_EQ(nowhere.error(), "/nowhere/at.all: No such file or directory");

	if (access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full";
	auto full = CaptureWriter::open("/dev/full", raw_ip);
	ASSERT_TRUE(full);
	const auto octets = packet();
	const Frame frame{1, 0, octets.size(), octets};
	bool written = true;
	for (int i = 0; written && i < 10000; ++i) written = full->write(std::array{frame});
	EXPECT_FALSE(written && full->flush());
	EXPECT_EQ(errno, ENOSPC);
}

} // namespace
} // namespace lisp
