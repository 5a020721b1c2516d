// What decoding tools show, with the numbers of the conformance rows, through the same rooms as a
// capture goes: frame, dissection, output.
#include "capture/frame.h"
#include "golden_packets.h"
#include "print/printer.h"

namespace lisp {
namespace {

std::string print(const Captured &captured, Format format) {
	Arena arena;
	Printer printer{{format, TimeForm::none, false}};
	printer.print(dissect(captured, arena));
	return printer.buffer().str();
}

std::string print(Bytes octets, Format format) {
	Captured captured;
	captured.octets = octets;
	captured.length = octets.size();
	return print(captured, format);
}

bool has(const std::string &text, std::string_view part) {
	return text.find(part) != text.npos;
}

unsigned occurrences(std::string_view text, std::string_view part) {
	unsigned count = 0;
	for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
	return count;
}

TEST(Shown, C001_EitherPortMakesItControl) {
	const Endpoint server{IpAddress::v4(0xc6336401), control_port};
	const Endpoint client{IpAddress::v4(0xc6336402), 50000};
	for (const auto &[from, to] : {std::pair{server, client}, std::pair{client, server}}) {
		Octets room(200);
		Writer out{room};
		write_udp_packet(out, from, to, 64, golden("REP-POS").octets);
		const auto captured = peel(out.written(), LinkLayer::raw);
		ASSERT_TRUE(captured);
		const auto text = print(*captured, Format::json);
		EXPECT_TRUE(has(text, R"("type":"map-reply","nonce":"0x1122334455667788")")) << text;
		EXPECT_FALSE(has(text, "error") || has(text, "warnings")) << text;
	}
	Octets room(200);
	Writer out{room};
	write_udp_packet(out, client, client, 64, golden("REP-POS").octets);
	EXPECT_FALSE(peel(out.written(), LinkLayer::raw));
}

TEST(Shown, C021_AIsTrueOrFalse) {
	const auto text = print(golden("SEED-REG").octets, Format::json);
	EXPECT_EQ(occurrences(text, R"("authoritative":true)"), 4U);
	EXPECT_EQ(occurrences(text, R"("authoritative":)"), 4U);
	const auto negative = print(golden("REP-NEG1").octets, Format::json);
	EXPECT_EQ(occurrences(negative, R"("authoritative":false)"), 1U);
	for (const auto format : {Format::line, Format::text, Format::json})
		EXPECT_FALSE(has(print(golden("SEED-REG").octets, format), "-1"));
}

TEST(Shown, C024_EveryFlagOfAMapRegister) {
	const auto text = print(golden("REG-FLAGS").octets, Format::json);
	EXPECT_TRUE(has(text, R"("proxy-reply":true,"security":false,"eid-notify":true,)"
	                      R"("use-ttl":true,"merge":true,"want-map-notify":true)"))
	    << text;
}

// RFC 9301 section 5.6 has two numbers where RFC 6830 section 6.1.6 had one: that is for who asks
// for the output of 2012.
TEST(Shown, C025_KeyIdInBothViews) {
	const auto &old = golden("REG-OLDKEYID").octets;
	EXPECT_TRUE(has(print(old, Format::json), R"("key-id":0,"algorithm":1,)"));
	EXPECT_TRUE(has(print(old, Format::v102), "\nkey_id\t\t\t= 1\n"));
	const auto &both = golden("REG-SHA256-32").octets;
	EXPECT_TRUE(has(print(both, Format::json), R"("key-id":1,"algorithm":2,)"));
	EXPECT_TRUE(has(print(both, Format::v102), "\nkey_id\t\t\t= 258\n"));
}

TEST(Shown, C028_TrailerOfAMapNotifyWithItsBitAndWithout) {
	auto octets = golden("NTF-XTRID").octets;
	for (const auto first : {std::uint8_t{0x48}, std::uint8_t{0x40}}) {
		octets[0] = first;
		const auto text = print(octets, Format::json);
		EXPECT_TRUE(has(text, R"("xtr-id":"00112233445566778899aabbccddeeff")")) << text;
		EXPECT_TRUE(has(text, R"("site-id":"0x0000000000000042")")) << text;
	}
}

TEST(Shown, C034_DdtOriginated) {
	EXPECT_TRUE(has(print(golden("ECM-DDT").octets, Format::json), R"("ddt-originated":true)"));
	EXPECT_TRUE(has(print(golden("ECM-V4").octets, Format::json), R"("ddt-originated":false)"));
	EXPECT_TRUE(has(print(golden("ECM-DDT").octets, Format::line), ", ddt-originated"));
	EXPECT_FALSE(has(print(golden("ECM-V4").octets, Format::line), "ddt-originated"));
}

} // namespace
} // namespace lisp
