#include "net/udp_batch.h"

#include <gtest/gtest.h>

#include <poll.h>
#include <string>
#include <vector>

namespace lisp {
namespace {

Endpoint at(const std::string &text) {
	return parse_endpoint(text, 0).value();
}

// Loopback delivers before send() returns, or nearly so.
std::span<const UdpSocket::Received> await(UdpBatch &batch, const UdpSocket &socket) {
	pollfd waiting{socket.descriptor(), POLLIN, 0};
	EXPECT_EQ(poll(&waiting, 1, 5000), 1);
	return batch.receive(socket);
}

TEST(UdpBatch, NothingWaits) {
	const UdpSocket server{at("127.0.0.1:0")};
	UdpBatch batch;
	EXPECT_TRUE(batch.receive(server).empty());
}

TEST(UdpBatch, AllThatWaitsInItsOrder) {
	const UdpSocket server{at("127.0.0.1:0")};
	UdpSocket client{at("127.0.0.1:0")};
	const std::size_t count = 2 * UdpBatch::max_size + 7;
	std::vector<std::string> texts;
	for (std::size_t i = 0; i < count; ++i) texts.push_back(std::string(i, 'x') + '.');
	for (const auto &text : texts) ASSERT_FALSE(client.send(server.local(), as_bytes(text)));

	UdpBatch batch;
	std::vector<std::string> got;
	std::size_t calls = 0;
	for (; got.size() < count; ++calls) {
		for (const auto &[from, to, octets] : await(batch, server)) {
			EXPECT_EQ(from, client.local());
			EXPECT_EQ(to, server.local().address);
			got.emplace_back(octets.begin(), octets.end());
		}
	}
	EXPECT_EQ(got, texts);
	EXPECT_EQ(calls, 3U);
	EXPECT_TRUE(batch.receive(server).empty());
}

TEST(UdpBatch, EveryLengthBesideTheOthers) {
	const UdpSocket server{at("127.0.0.1:0")};
	UdpSocket client{at("127.0.0.1:0")};
	const std::array<std::size_t, 5> lengths{0, 65507, 1, 1500, 65507};
	Octets octets(65507);
	for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<std::uint8_t>(i * 7);
	UdpBatch batch;
	for (int round = 0; round < 2; ++round) {
		for (const auto length : lengths)
			ASSERT_FALSE(client.send(server.local(), Bytes{octets}.first(length)));
		const auto received = await(batch, server);
		ASSERT_EQ(received.size(), lengths.size());
		for (std::size_t i = 0; i < lengths.size(); ++i)
			EXPECT_EQ(to_hex(received[i].octets), to_hex(Bytes{octets}.first(lengths[i])));
	}
}

// Asked at several of its addresses, and answering from each, in one batch.
TEST(UdpBatch, EachKnowsWhichAddressWasAsked) {
	UdpSocket server{at("0.0.0.0:0")};
	const std::vector<std::string> asked{"127.0.0.1", "127.9.8.7", "127.0.0.1", "127.0.0.2"};
	std::vector<UdpSocket> clients;
	for (const auto &address : asked) {
		clients.emplace_back(at("127.0.0.1:0"));
		const Endpoint to{*IpAddress::parse(address), server.local().port};
		ASSERT_FALSE(clients.back().send(to, as_bytes(address)));
	}
	UdpBatch batch;
	std::vector<Datagram> answers;
	for (const auto &[from, to, octets] : await(batch, server)) {
		EXPECT_EQ(to_string(to), std::string(octets.begin(), octets.end()));
		answers.push_back({from, to, octets});
	}
	ASSERT_EQ(answers.size(), asked.size());
	EXPECT_EQ(server.send(answers).sent, asked.size());
	for (std::size_t i = 0; i < asked.size(); ++i) {
		const auto answer = await(batch, clients[i]);
		ASSERT_EQ(answer.size(), 1U);
		EXPECT_EQ(to_string(answer[0].from.address), asked[i]);
	}
}

TEST(UdpBatch, AddressesOfIpv6) {
	std::optional<UdpSocket> server;
	try {
		server.emplace(at("[::]:0"));
	} catch (const std::system_error &error) {
		GTEST_SKIP() << error.what();
	}
	UdpSocket client{at("[::1]:0")};
	ASSERT_FALSE(client.send({*IpAddress::parse("::1"), server->local().port}, as_bytes("hello")));
	UdpBatch batch;
	const auto received = await(batch, *server);
	ASSERT_EQ(received.size(), 1U);
	EXPECT_EQ(received[0].from, client.local());
	EXPECT_EQ(to_string(received[0].to), "::1");
}

} // namespace
} // namespace lisp
