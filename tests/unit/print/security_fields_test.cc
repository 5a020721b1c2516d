// LISP-SEC authentication data as JSON and text.
#include "golden_packets.h"
#include "print/printer.h"

namespace lisp {
namespace {

std::string print(const char *packet, Format format) {
	Captured captured;
	captured.octets = golden(packet).octets;
	captured.length = captured.octets.size();
	Arena arena;
	Printer printer{{format, TimeForm::none, false}};
	printer.print(dissect(captured, arena));
	return printer.buffer().str();
}

bool has(const std::string &text, const char *part) {
	return text.find(part) != std::string::npos;
}

TEST(SecurityFields, RequestAsAnItrSendsIt) {
	const auto json = print("ECM-LISPSEC", Format::json);
	EXPECT_TRUE(has(json, R"("security":true,)")) << json;
	EXPECT_TRUE(has(json, R"("security-data":{"requested-hmac-id":2,"key-id":0,"wrapping-id":1,)"
	                      R"("wrapping":"null-key-wrap-128",)"
	                      R"("one-time-key":"0000000000000000000102030405060708090a0b0c0d0e0f",)"
	                      R"("eid-authentication":{"kdf-id":2}},)"))
	    << json;
}

TEST(SecurityFields, Reply) {
	const auto json = print("REP-LISPSEC", Format::json);
	EXPECT_TRUE(has(json,
	    R"("security-data":{"eid-authentication":{"kdf-id":2,"etr-cannot-sign":false,"hmac-id":2,)"
	    R"("eids":[{"eid":"203.0.113.0/24"}],"hmac":"6a221d00859ad3ab9b03453ad6a89c76"},)"
	    R"("packet-hmac-id":2,"packet-hmac":"7bb79000a23b5c22ba531901b44f9030"})"))
	    << json;
}

TEST(SecurityFields, AbsentWithoutTheFlag) {
	for (const auto *packet : {"ECM-V4", "REP-POS"}) {
		const auto json = print(packet, Format::json);
		EXPECT_TRUE(has(json, R"("security":false)")) << json;
		EXPECT_FALSE(has(json, "security-data")) << json;
	}
}

TEST(SecurityFields, TextAndLine) {
	const auto text = print("REP-LISPSEC", Format::text);
	EXPECT_TRUE(has(text, "eids: eid 203.0.113.0/24\n")) << text;
	EXPECT_TRUE(has(text, "packet-hmac = 7bb79000a23b5c22ba531901b44f9030\n")) << text;
	EXPECT_TRUE(has(print("REP-LISPSEC", Format::line), ", security,"));
}

} // namespace
} // namespace lisp
