#include "capture/hex_reader.h"

#include <gtest/gtest.h>

namespace lisp {
namespace {

struct Message {
	std::string hex;
	std::uint64_t frame;
	std::string ports;
	bool data;
	bool operator==(const Message &) const = default;
};

struct Read {
	std::vector<Message> messages;
	std::vector<std::string> errors;
};

Read read_all(std::string text) {
	auto *file = fmemopen(text.data(), text.size(), "r");
	HexReader reader{file, "dump"};
	Read read;
	while (const auto captured = reader.next()) {
		std::string ports;
		if (captured->source)
			ports = to_string(*captured->source) + " " + to_string(*captured->destination);
		read.messages.push_back({to_hex(captured->octets), captured->frame, ports, captured->data});
		EXPECT_EQ(captured->length, captured->octets.size());
		EXPECT_FALSE(captured->time);
	}
	read.errors = reader.take_errors();
	std::fclose(file);
	return read;
}

TEST(HexReader, OneMessageALine) {
	const auto read = read_all("900000\nA0B1 c2 d3\r\n\n  9001  \n");
	EXPECT_EQ(read.messages, (std::vector<Message>{{"900000", 1, "", false},
	                             {"a0b1c2d3", 2, "", false}, {"9001", 3, "", false}}));
	EXPECT_TRUE(read.errors.empty());
}

TEST(HexReader, RawDumpGoesOnOverLines) {
	const auto read = read_all("Raw package:\nMap-Register Packet\n=====\n\t0x9000\n\t01\n\t0203\n"
	                           "lisp_type = 3\n9004\n");
	EXPECT_EQ(read.messages,
	    (std::vector<Message>{{"9000010203", 1, "", false}, {"9004", 2, "", false}}));
}

TEST(HexReader, RawDumpMayBreakInsideAnOctet) {
	EXPECT_EQ(read_all("0x900\n1\n").messages[0].hex, "9001");
}

TEST(HexReader, BlankLineAndNextDumpEndOne) {
	const auto read = read_all("0x90\n01\n\n9002\n0x9003\n0x9004\n");
	EXPECT_EQ(read.messages, (std::vector<Message>{{"9001", 1, "", false}, {"9002", 2, "", false},
	                             {"9003", 3, "", false}, {"9004", 4, "", false}}));
}

TEST(HexReader, AddressesMayStandBefore) {
	const auto read = read_all("192.0.2.1:5 > [2001:db8::1]:4342 9000\n"
	                           "192.0.2.1:5 > 192.0.2.2:4341 0x90\n01\n"
	                           "192.0.2.1:4342 > 192.0.2.2:4341 9002\n9003\n");
	EXPECT_EQ(read.messages,
	    (std::vector<Message>{{"9000", 1, "192.0.2.1:5 [2001:db8::1]:4342", false},
	        {"9001", 2, "192.0.2.1:5 192.0.2.2:4341", true},
	        {"9002", 3, "192.0.2.1:4342 192.0.2.2:4341", false}, {"9003", 4, "", false}}));
}

TEST(HexReader, PrintedLinesPutAColonAfterTheAddresses) {
	const auto read = read_all("[::1]:5 > 192.0.2.1:4341: 900001\n");
	EXPECT_EQ(read.messages, (std::vector<Message>{{"900001", 1, "[::1]:5 192.0.2.1:4341", true}}));
}

TEST(HexReader, UnbracketedIpv6HasNoPort) {
	const auto read = read_all("::1:5 > ::2:4341 900001\n900002\n");
	EXPECT_EQ(read.messages, (std::vector<Message>{{"900002", 1, "", false}}));
}

// As drawings of messages and logs have them.
TEST(HexReader, RulersAndWordsAreText) {
	const auto read = read_all("0 1 2 3 4 5 6 7 8 9 0 1\nBad\n  add\n0\n900001\n");
	EXPECT_EQ(read.messages, (std::vector<Message>{{"900001", 1, "", false}}));
	EXPECT_TRUE(read.errors.empty());
}

TEST(HexReader, FaultsNameTheLineAndReadingGoesOn) {
	const auto read = read_all("\n90000\n0x90 zz\n\n9000\n192.0.2.1:5 > 192.0.2.2:6 nonsense\n");
	ASSERT_EQ(read.messages.size(), 1U);
	EXPECT_EQ(read.errors, (std::vector<std::string>{"dump:2: expected pairs of hexadecimal digits",
	                           "dump:3: expected pairs of hexadecimal digits",
	                           "dump:6: expected pairs of hexadecimal digits"}));
}

TEST(HexReader, TextWithoutAnyIsAnError) {
	EXPECT_EQ(read_all("hello\n").errors,
	    (std::vector<std::string>{"dump: no message in hexadecimal found"}));
	EXPECT_TRUE(read_all("\n").errors.empty());
}

} // namespace
} // namespace lisp
