// Golden packets in every output form, against what the RFCs and the packets' descriptions say.
#include "golden_packets.h"
#include "print/line.h"
#include "print/printer.h"

namespace lisp {
namespace {

Captured captured(Bytes octets) {
	Captured captured;
	captured.octets = octets;
	captured.length = octets.size();
	return captured;
}

std::string print(const Captured &what, PrinterOptions options) {
	Arena arena;
	Printer printer{options};
	printer.print(dissect(what, arena));
	return printer.buffer().str();
}

std::string json(Bytes octets) {
	return print(captured(octets), {Format::json, TimeForm::utc, false});
}

std::string line(Bytes octets) {
	return print(captured(octets), {Format::line, TimeForm::utc, false});
}

bool has(const std::string &text, std::string_view part) {
	return text.find(part) != text.npos;
}

TEST(Json, C022_PositiveReplyHasEveryField) {
	EXPECT_EQ(json(golden("REP-POS").octets),
	    R"({"length":76,"type":"map-reply","nonce":"0x1122334455667788","probe":false,)"
	    R"("echo-nonce":false,"security":false,"records":[{"ttl":1440,"eid":"203.0.113.0/24",)"
	    R"("action":"no-action","authoritative":true,"map-version":291,"locators":[)"
	    R"({"rloc":"198.51.100.9","priority":1,"weight":50,"mpriority":255,"mweight":0,)"
	    R"("local":true,"probe":false,"reachable":true},)"
	    R"({"rloc":"198.51.100.10","priority":1,"weight":50,"mpriority":255,"mweight":0,)"
	    R"("local":false,"probe":false,"reachable":true},)"
	    R"({"rloc":"2001:db8:ffff::9","priority":2,"weight":100,"mpriority":255,"mweight":0,)"
	    R"("local":false,"probe":false,"reachable":true}]}]})"
	    "\n");
}

TEST(Json, C017_SubscriptionShowsItsTrailer) {
	const auto text = json(golden("REQ-PUBSUB").octets);
	EXPECT_TRUE(has(text, R"("records":[{"eid":"203.0.113.0/24","notify":true}])"));
	EXPECT_TRUE(has(text, R"("xtr-id":"00112233445566778899aabbccddeeff")"));
	EXPECT_TRUE(has(text, R"("site-id":"0x0000000000000042")"));
	EXPECT_FALSE(has(text, "source-eid"));
}

TEST(Json, C019_SpecialTtlsHaveNames) {
	EXPECT_TRUE(has(json(golden("REG-WITHDRAW").octets), R"("ttl":0,"ttl-name":"remove")"));
	auto reply = golden("REP-NEG15").octets;
	std::fill_n(reply.begin() + 12, 4, std::uint8_t{0xff});
	EXPECT_TRUE(has(json(reply), R"("ttl":4294967295,"ttl-name":"receiver-decides")"));
}

TEST(Json, C020_ActionsHaveNamesOrNumbers) {
	auto reply = golden("REP-NEG15").octets;
	constexpr std::array<std::string_view, 8> names{"no-action", "natively-forward",
	    "send-map-request", "drop", "drop-policy-denied", "drop-auth-failure", "unassigned-6",
	    "unassigned-7"};
	for (std::size_t action = 0; action < names.size(); ++action) {
		reply[18] = static_cast<std::uint8_t>(action << 5);
		EXPECT_TRUE(has(json(reply), "\"action\":\"" + std::string{names[action]} + '"'));
	}
}

TEST(Json, C025_KeyIdAndAlgorithmAreTwoNumbers) {
	EXPECT_TRUE(has(json(golden("REG-OLDKEYID").octets),
	    R"("authentication":{"key-id":0,"algorithm":1,"algorithm-name":"sha1","data":"b897)"));
}

TEST(Json, C026_UnknownAlgorithmIsSkippedByItsLength) {
	auto message = golden("REG-SHA256-32").octets;
	message[13] = 200;
	const auto text = json(message);
	EXPECT_TRUE(has(text, R"("algorithm":200,"algorithm-name":"unknown")"));
	EXPECT_TRUE(has(text, R"("eid":"2001:db8:1::/48")"));
}

TEST(Json, C032_EncapsulatedMessageIsAnObjectInside) {
	const auto text = json(golden("ECM-V6").octets);
	EXPECT_TRUE(has(text, R"("type":"encapsulated-control","security":false)"));
	EXPECT_TRUE(has(text, R"("inner":{"src":"2001:db8:2::10","sport":50001,)"
	                      R"("dst":"2001:db8:1:1::1","dport":4342,"length":58,)"
	                      R"("type":"map-request")"));
	EXPECT_FALSE(has(text, "warnings"));
}

TEST(Json, C029_TypeFiveIsToldApart) {
	EXPECT_TRUE(
	    has(json(golden("CPM-SEED").octets), R"("type":"change-priority","layout":"seed")"));
	EXPECT_TRUE(has(json(golden("ACK-SHA256-32").octets), R"("type":"map-notify-ack","nonce")"));
	const auto uncounted = json(golden("ACK-LISPERS").octets);
	EXPECT_TRUE(has(uncounted, R"("type":"map-notify-ack")"));
	EXPECT_TRUE(has(uncounted, R"("eid":"2001:db8:1::/48")"));
	EXPECT_TRUE(has(uncounted, R"("reason":"more records than counted")"));
}

// The golden vectors of both layouts, with peers and without.
TEST(Json, C029_ChangePriorityMessagesOfBothLayouts) {
	const auto head =
	    std::string{"0102030405060708000100140000000000000000000000000000000000000000"};
	for (const auto &[first, body] :
	    std::vector<std::pair<std::string, std::string>>{{"50000000", "00200001c0000206"},
	        {"50000002", "00200001c00002060001c6336401000220010db8000000000000000000000001"},
	        {"58000000", "200001c0000206"}, {"52000001", "00200001c00002060001c6336401"},
	        {"58000001", "80000220010db80001000000000000000000060001c6336401"}}) {
		const auto octets = parse_hex(first + head + body).value();
		EXPECT_TRUE(has(json(octets), R"("type":"change-priority")")) << body;
		EXPECT_FALSE(has(json(octets), "error")) << body;
		const auto cut = Bytes{octets}.first(octets.size() - 1);
		// Flags that no Map-Notify-Ack has tell it even where it is cut short.
		EXPECT_TRUE(has(json(cut), first[1] == '2' ? "change-priority" : "map-notify-ack")) << body;
		EXPECT_TRUE(has(json(cut), "error")) << body;
	}
}

TEST(Json, AckOfHeaderAndNonceAloneIsReadable) {
	const auto text = json(Bytes{golden("ACK-SHA256-32").octets}.first(12));
	EXPECT_TRUE(has(text, R"("type":"map-notify-ack","nonce":"0x00000000000003e9")"));
	EXPECT_TRUE(has(text, "no authentication fields"));
	EXPECT_FALSE(has(text, "error"));
}

TEST(Json, FaultsStandBesideWhatWasReadable) {
	const auto &whole = golden("REP-POS").octets;
	const auto text = json(Bytes{whole}.first(42));
	EXPECT_TRUE(has(text, R"("eid":"203.0.113.0/24")"));
	EXPECT_TRUE(has(text, R"("rloc":"198.51.100.9")"));
	EXPECT_TRUE(has(text, R"("error":{"reason":"truncated","offset":42,"field":"locator)")) << text;
	const auto start = json(Bytes{whole}.first(5));
	EXPECT_TRUE(has(start, R"("type":"map-reply","data":"2000000111")")) << start;
}

TEST(Json, SnaplenShowsAsTruncation) {
	auto cut = captured(golden("UNKNOWN-9").octets);
	cut.length += 10;
	EXPECT_TRUE(has(print(cut, {Format::json, TimeForm::utc, false}),
	    R"("length":22,"type":"unknown","data":"900000000000000000000000",)"
	    R"("error":{"reason":"truncated","offset":12,"field":"message"})"));
	auto ecm = captured(Bytes{golden("ECM-V4").octets}.first(60));
	ecm.length += 4;
	const auto text = print(ecm, {Format::json, TimeForm::utc, false});
	EXPECT_TRUE(has(text, R"("source-eid":"192.0.2.10")")) << text;
	EXPECT_TRUE(has(text, R"("error":{"reason":"truncated")")) << text;
}

TEST(Json, HostBitsAndLongMasksAreWarnings) {
	auto reply = golden("REP-POS").octets;
	reply[17] = 16;
	EXPECT_TRUE(has(json(reply),
	    R"("warnings":[{"reason":"host bits set","field":"eid","section":"RFC 9301 5.4"}])"));
	EXPECT_TRUE(has(json(reply), R"("eid":"203.0.113.0/16")"));
	reply[17] = 33;
	EXPECT_TRUE(has(json(reply), R"("reason":"mask longer than the address")"));
	auto request = golden("REQ-IID").octets;
	request[21] = 24;
	EXPECT_TRUE(has(json(request), R"("eid":"[100]10.1.1.1/24")"));
	EXPECT_TRUE(has(json(request), "host bits set"));
}

TEST(Json, RulesBrokenInsideAnEncapsulatedMessage) {
	EXPECT_TRUE(has(json(golden("ECM-PROBE").octets),
	    R"("warnings":[{"reason":"probe in an encapsulated control message","field":"inner probe","section":"RFC 9301 5.8"}])"));
	EXPECT_TRUE(has(json(golden("ECM-ZEROSUM").octets),
	    R"("warnings":[{"reason":"zero checksum","field":"udp checksum","section":"RFC 9301 5"}]},)"
	    R"("warnings":[{"reason":"zero checksum","field":"inner udp checksum","section":"RFC 9301 5"}]})"));
	EXPECT_TRUE(has(json(golden("ECM-BADSUM").octets), R"("wrong checksum")"));
}

TEST(Json, ChecksumsOfDataPacketsMayBeZero) {
	auto data = captured(golden("DATA-V").octets);
	data.udp_checksum = ChecksumState::zero;
	data.data = true;
	const auto text = print(data, {Format::json, TimeForm::utc, false});
	EXPECT_TRUE(has(text, R"("type":"data","nonce-present":false)"));
	EXPECT_FALSE(has(text, "warnings"));
	data.data = false;
	EXPECT_TRUE(has(print(data, {Format::json, TimeForm::utc, false}), "zero checksum"));
}

TEST(Json, AddressesTimeAndFrame) {
	auto what = captured(golden("UNKNOWN-9").octets);
	what.frame = 7;
	what.time = 1338465600'123456789;
	what.source = parse_endpoint("192.0.2.1:1024", 0);
	what.destination = parse_endpoint("[2001:db8::1]:4342", 0);
	EXPECT_EQ(print(what, {Format::json, TimeForm::utc, true}),
	    R"({"time":"2012-05-31T12:00:00.123456789Z","frame":7,"src":"192.0.2.1","sport":1024,)"
	    R"("dst":"2001:db8::1","dport":4342,"length":12,"type":"unknown",)"
	    R"("data":"900000000000000000000000","octets":"900000000000000000000000"})"
	    "\n");
	EXPECT_EQ(print(what, {Format::line, TimeForm::epoch, false}),
	    "1338465600.123456789 192.0.2.1:1024 > [2001:db8::1]:4342: unknown, 12 octets\n");
	EXPECT_EQ(print(what, {Format::hex, TimeForm::epoch, false}),
	    "192.0.2.1:1024 > [2001:db8::1]:4342 900000000000000000000000\n");
}

TEST(Json, DocumentsDoNotRunIntoEachOther) {
	Arena arena;
	Printer printer{{Format::json, TimeForm::none, false}};
	const auto found = dissect(captured(golden("UNKNOWN-9").octets), arena);
	printer.print(found);
	const auto once = printer.buffer().str();
	printer.print(found);
	EXPECT_EQ(printer.buffer().str(), once + once);
}

TEST(Line, NegativeReplyAndFlags) {
	EXPECT_EQ(line(golden("REP-NEG15").octets),
	    "map-reply, nonce 0x1122334455667788, 203.0.112.0/23 ttl 15 natively-forward\n");
	EXPECT_EQ(line(golden("REQ-SMR").octets),
	    "map-request, nonce 0xb0b1b2b3b4b5b6b7, solicit, dont-map-reply, source-eid 203.0.113.7, "
	    "itr-rloc 198.51.100.9, eid 192.0.2.10/32\n");
}

TEST(Text, ListsKeepTheirKeys) {
	EXPECT_EQ(print(captured(golden("REQ-V6-2ITR").octets), {Format::text, TimeForm::none, false}),
	    "map-request\n"
	    "  length = 58\n"
	    "  type = map-request\n"
	    "  nonce = 0x0102030405060708\n"
	    "  authoritative = yes\n"
	    "  probe = no\n"
	    "  solicit = no\n"
	    "  proxy-itr = no\n"
	    "  smr-invoked = no\n"
	    "  local-xtr = no\n"
	    "  dont-map-reply = no\n"
	    "  itr-rlocs = 198.51.100.1\n"
	    "  itr-rlocs = 2001:db8:ffff::1\n"
	    "  records: eid 2001:db8:1:1::1/128, notify no\n");
	const auto overlap =
	    print(captured(golden("REP-OVERLAP").octets), {Format::text, TimeForm::none, false});
	std::size_t records = 0;
	for (auto at = overlap.find("\n  records\n"); at != overlap.npos;
	     at = overlap.find("\n  records\n", at + 1))
		++records;
	EXPECT_EQ(records, 3U);
}

TEST(Dump, SixteenOctetsALine) {
	EXPECT_EQ(print(captured(golden("REP-NEG15").octets), {Format::line, TimeForm::none, true}),
	    line(golden("REP-NEG15").octets) + "\t0x0000:  2000 0001 1122 3344 5566 7788 0000 000f\n"
	                                       "\t0x0010:  0017 2000 0000 0001 cb00 7000\n");
}

TEST(Values, NamesCannotActOnATerminal) {
	const Address name = DistinguishedName{"a\x1b[2J'"};
	Text text;
	append(text, EidText{name, 0});
	EXPECT_EQ(text.view(), "'a\\x1b[2J\\x27'/0");
}

TEST(Warnings, AllHaveTexts) {
	for (unsigned i = 0; i < static_cast<unsigned>(Warning::count_); ++i) {
		EXPECT_FALSE(text(static_cast<Warning>(i)).reason.empty());
		EXPECT_FALSE(text(static_cast<Warning>(i)).field.empty());
	}
}

TEST(Nesting, IsBounded) {
	Octets message = golden("REQ-V4").octets;
	const Endpoint from{IpAddress::v4(0xc000020a), 50000};
	for (int depth = 0; depth < 200; ++depth) {
		EncapsulatedControl outer;
		outer.source = outer.destination = from;
		outer.payload = message;
		auto wrapped = encode(outer);
		ASSERT_TRUE(wrapped);
		message = std::move(*wrapped);
	}
	const auto text = json(message);
	EXPECT_TRUE(has(text, R"("inner":{)"));
	EXPECT_LT(text.size(), 2000U);
}

} // namespace
} // namespace lisp
