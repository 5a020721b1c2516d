#include "net/udp_socket.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <poll.h>
#include <string>
#include <vector>

namespace lisp {
namespace {

Endpoint at(const std::string &text) {
	const auto endpoint = parse_endpoint(text, 0);
	EXPECT_TRUE(endpoint) << text;
	return *endpoint;
}

IpAddress ip(const std::string &text) {
	return *IpAddress::parse(text);
}

bool has_ipv6() {
	try {
		UdpSocket{at("[::1]:0")};
	} catch (const std::system_error &) {
		return false;
	}
	return true;
}

// Loopback delivers before send() returns, or nearly so.
std::optional<UdpSocket::Received> await(UdpSocket &socket, Room room) {
	pollfd waiting{socket.descriptor(), POLLIN, 0};
	EXPECT_EQ(poll(&waiting, 1, 5000), 1);
	return socket.receive(room);
}

class AskedAndAnswered : public testing::TestWithParam<std::array<std::string, 3>> {};

// bound, asked, source expected
TEST_P(AskedAndAnswered, FromTheAddressThatWasAsked) {
	const auto &[bound, asked, expected] = GetParam();
	if (!has_ipv6() && bound.front() == '[') GTEST_SKIP() << "no IPv6 here";
	UdpSocket server{at(bound)};
	ASSERT_NE(server.local().port, 0);
	UdpSocket client{Endpoint{ip(expected).is_v6() ? ip("::1") : ip("127.0.0.1"), 0}};
	std::array<std::uint8_t, 100> room{};
	EXPECT_FALSE(server.receive(room));

	ASSERT_FALSE(client.send({ip(asked), server.local().port}, as_bytes("hello")));
	const auto question = await(server, room);
	ASSERT_TRUE(question);
	EXPECT_EQ(question->from, client.local());
	EXPECT_EQ(question->to, ip(expected));
	EXPECT_EQ(to_hex(question->octets), to_hex(as_bytes("hello")));

	ASSERT_FALSE(server.send(question->from, question->octets, question->to));
	const auto reply = await(client, room);
	ASSERT_TRUE(reply);
	EXPECT_EQ(reply->from, (Endpoint{ip(expected), server.local().port}));
}

INSTANTIATE_TEST_SUITE_P(UdpSocket, AskedAndAnswered,
    testing::Values(std::array<std::string, 3>{"0.0.0.0:0", "127.0.0.1", "127.0.0.1"},
        std::array<std::string, 3>{"0.0.0.0:0", "127.9.8.7", "127.9.8.7"},
        std::array<std::string, 3>{"127.0.0.3:0", "127.0.0.3", "127.0.0.3"},
        std::array<std::string, 3>{"[::]:0", "::1", "::1"},
        std::array<std::string, 3>{"[::1]:0", "::1", "::1"}));

TEST(UdpSocket, NamesTheEndpointThatIsBusy) {
	const UdpSocket first{at("127.0.0.1:0")};
	try {
		const UdpSocket second{first.local()};
		FAIL() << "bound twice";
	} catch (const std::system_error &error) {
		EXPECT_EQ(error.code(), std::errc::address_in_use);
		EXPECT_EQ(error.what(), to_string(first.local()) + ": Address already in use");
	}
}

TEST(UdpSocket, KnowsTheErrorsOfAMissingFamily) {
	for (const int error : {EAFNOSUPPORT, EPROTONOSUPPORT, EADDRNOTAVAIL})
		EXPECT_TRUE(is_family_missing({error, std::generic_category()})) << error;
	for (const int error : {EADDRINUSE, EACCES, EMFILE})
		EXPECT_FALSE(is_family_missing({error, std::system_category()})) << error;
}

TEST(UdpSocket, TheTwoFamiliesShareAPort) {
	if (!has_ipv6()) GTEST_SKIP() << "no IPv6 here";
	const UdpSocket v6{at("[::]:0")};
	const UdpSocket v4{Endpoint{ip("0.0.0.0"), v6.local().port}};
	EXPECT_EQ(v4.local().port, v6.local().port);
}

TEST(UdpSocket, DatagramsOfEveryLength) {
	UdpSocket server{at("127.0.0.1:0")};
	UdpSocket client{at("127.0.0.1:0")};
	Octets room(UdpSocket::max_payload);
	const Octets longest(65507, 'x'); // RFC 768's length field less the headers
	ASSERT_FALSE(client.send(server.local(), longest));
	ASSERT_FALSE(client.send(server.local(), {}));
	const auto whole = await(server, room);
	ASSERT_TRUE(whole);
	EXPECT_EQ(whole->octets.size(), longest.size());
	const auto empty = await(server, room);
	ASSERT_TRUE(empty);
	EXPECT_TRUE(empty->octets.empty());
	EXPECT_FALSE(server.receive(room));
}

TEST(UdpSocket, WhatCannotBeSentIsAnOrdinaryResult) {
	UdpSocket socket{at("127.0.0.1:0")};
	const Octets giant(70000);
	EXPECT_EQ(socket.send(socket.local(), giant), std::errc::message_size);
	EXPECT_TRUE(socket.send(at("[::1]:4342"), as_bytes("x")));
	EXPECT_EQ(socket.send(socket.local(), as_bytes("x"), ip("127.0.0.2")),
	    std::errc::address_not_available);
	UdpSocket wildcard{at("0.0.0.0:0")};
	EXPECT_TRUE(wildcard.send(socket.local(), as_bytes("x"), ip("192.0.2.1")));
}

TEST(UdpSocket, MovesAndClosesOnce) {
	UdpSocket socket;
	EXPECT_EQ(socket.descriptor(), -1);
	Endpoint where;
	{
		UdpSocket other{at("127.0.0.1:0")};
		where = other.local();
		socket = std::move(other);
	}
	EXPECT_THROW(UdpSocket{where}, std::system_error);
	UdpSocket taken{std::move(socket)};
	EXPECT_EQ(taken.local(), where);
	taken = UdpSocket{};
	EXPECT_NO_THROW(UdpSocket{where});
}

TEST(UdpSocket, SeveralLeaveInTheirOrder) {
	UdpSocket server{at("127.0.0.1:0")};
	UdpSocket client{at("127.0.0.1:0")};
	std::array<std::uint8_t, 150> octets{};
	std::vector<Datagram> datagrams;
	for (auto &octet : octets) {
		octet = static_cast<std::uint8_t>(datagrams.size());
		datagrams.push_back({server.local(), {}, Bytes{&octet, 1}});
	}
	const auto progress = client.send(datagrams);
	EXPECT_EQ(progress.sent, octets.size());
	EXPECT_FALSE(progress.error);
	for (const auto octet : octets) {
		std::array<std::uint8_t, 8> room{};
		const auto received = await(server, room);
		ASSERT_TRUE(received);
		EXPECT_EQ(received->from, client.local());
		EXPECT_EQ(to_hex(received->octets), to_hex(Bytes{&octet, 1}));
	}
}

TEST(UdpSocket, SeveralStopAtTheFirstThatCannotLeave) {
	UdpSocket server{at("127.0.0.1:0")};
	UdpSocket client{at("127.0.0.1:0")};
	const Octets too_long(65508);
	const Datagram fine{server.local(), {}, as_bytes("fine")};
	const Datagram oversize{server.local(), {}, too_long};
	const Datagram elsewhere{at("[::1]:4342"), {}, as_bytes("elsewhere")};
	const std::array cut_short{fine, fine, oversize, fine};
	const auto before_oversize = client.send(cut_short);
	EXPECT_EQ(before_oversize.sent, 2U);
	EXPECT_EQ(before_oversize.error, std::errc::message_size);
	const std::array other_family{fine, elsewhere, fine};
	const auto before_elsewhere = client.send(other_family);
	EXPECT_EQ(before_elsewhere.sent, 1U);
	EXPECT_EQ(before_elsewhere.error, std::errc::address_family_not_supported);
	EXPECT_EQ(client.send({}).sent, 0U);
	EXPECT_FALSE(client.send({}).error);
}

TEST(UdpSocket, SourceIsWhatTheRoutesSay) {
	EXPECT_EQ(source_address_for(ip("127.0.0.1")), ip("127.0.0.1"));
	if (has_ipv6()) {
		EXPECT_EQ(source_address_for(ip("::1")), ip("::1"));
	}
	EXPECT_FALSE(source_address_for({}));
}

} // namespace
} // namespace lisp
