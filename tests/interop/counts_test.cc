// That nothing recorded is left out: the numbers are tshark's.
#include "recording.h"

namespace lisp::interop {
namespace {

using Types = std::map<std::string_view, unsigned>;

Types types_of(const Recording &recording) {
	Types types;
	for (const auto &packet : recording.packets) ++types[type_name(packet.octets)];
	return types;
}

TEST(Interop, EveryMessageOfTheRecordingsIsRead) {
	const Recording first{"opencp-ms-exchanges.pcap"};
	EXPECT_EQ(types_of(first),
	    (Types{{"unknown", 4}, {"map-request", 1}, {"map-reply", 26}, {"map-register", 149},
	        {"map-notify", 14}, {"map-notify-ack", 1}, {"map-referral", 53}, {"info-request", 52},
	        {"info-reply", 2}, {"encapsulated-control", 91}, {"shared-extension", 1}}));
	EXPECT_EQ(first.counters.frames, 406U);
	EXPECT_EQ(first.counters.other, 12U); // neighbor discovery, and ICMP errors
	const Recording second{"opencp-ms-exchanges2.pcap"};
	EXPECT_EQ(types_of(second),
	    (Types{{"map-reply", 7}, {"map-register", 66}, {"map-notify", 7}, {"map-referral", 3},
	        {"info-request", 1}, {"info-reply", 1}, {"encapsulated-control", 11}}));
	EXPECT_EQ(second.counters.frames, 98U); // two messages came in two fragments each
	EXPECT_EQ(second.counters.other, 0U);
	const Recording answers{"opencp-xtr-exchanges.pcap"};
	EXPECT_EQ(types_of(answers), (Types{{"map-request", 4}, {"map-reply", 3}, {"map-register", 1},
	                                 {"encapsulated-control", 5}}));
	const Recording registers{"opencp-xtr-register.pcap"};
	EXPECT_EQ(types_of(registers), (Types{{"map-register", 1}, {"map-notify", 1}}));
	const Recording resolver{"opencp-mr-ddt.pcap"};
	EXPECT_EQ(types_of(resolver), (Types{{"map-register", 1}, {"map-reply", 1}, {"map-referral", 2},
	                                  {"encapsulated-control", 7}}));
}

} // namespace
} // namespace lisp::interop
