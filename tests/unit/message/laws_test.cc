// Laws that hold for every message, over generated values: decode(encode(m)) == m, and every strict
// prefix of an encoding fails at an offset inside of it.
#include "message/message.h"

#include <gtest/gtest.h>

#include <random>

namespace lisp {
namespace {

// Values chosen by a seeded generator, so that a failure can be had again.
class Generator {
public:
	explicit Generator(unsigned seed) : random_(seed) {}

	std::uint64_t number(std::uint64_t max) {
		return std::uniform_int_distribution<std::uint64_t>{0, max}(random_);
	}
	bool coin() { return number(1) == 1; }
	Bytes octets(std::size_t count) {
		const auto room = arena.array<std::uint8_t>(count);
		for (auto &octet : room) octet = static_cast<std::uint8_t>(number(255));
		return room;
	}
	IpAddress ip(bool v6) { return v6 ? IpAddress::v6(octets(16)) : IpAddress::v4(octets(4)); }
	Address address() {
		switch (number(5)) {
		case 0: return IpAddress{};
		case 1: return Lcaf{static_cast<std::uint8_t>(number(255)), 0, 0, octets(number(20))};
		case 2: return DistinguishedName{"host"};
		default: return ip(coin());
		}
	}
	template <class T, class Make> List<T> list(std::size_t count, Make make) {
		const auto items = arena.array<T>(count);
		for (auto &item : items) item = make();
		return std::span<const T>(items);
	}
	Locator locator() {
		const auto octet = [&] { return static_cast<std::uint8_t>(number(255)); };
		return {octet(), octet(), octet(), octet(), coin(), coin(), coin(), address()};
	}
	MapRecord record() {
		return {RecordTtl{static_cast<std::uint32_t>(number(0xffffffff))},
		    static_cast<std::uint8_t>(number(128)), static_cast<Action>(number(7)), coin(),
		    static_cast<std::uint16_t>(number(0xfff)), address(),
		    list<Locator>(number(4), [&] { return locator(); })};
	}
	List<MapRecord> records() {
		return list<MapRecord>(number(4), [&] { return record(); });
	}
	Authentication authentication() {
		return {static_cast<std::uint8_t>(number(255)), static_cast<Algorithm>(number(255)),
		    octets(number(40))};
	}
	std::optional<XtrIdentity> identity() {
		if (coin()) return std::nullopt;
		XtrIdentity identity;
		for (auto &octet : identity.xtr_id) octet = static_cast<std::uint8_t>(number(255));
		identity.site_id = number(~0ULL);
		return identity;
	}

	MapRequest map_request() {
		MapRequest m;
		for (auto *flag : {&m.authoritative, &m.probe, &m.solicit, &m.proxy_itr, &m.smr_invoked,
		         &m.local_xtr, &m.dont_map_reply})
			*flag = coin();
		m.nonce = number(~0ULL);
		m.source_eid = address();
		m.itr_rlocs = list<Address>(1 + number(31), [&] { return address(); });
		m.records = list<RequestedEid>(number(3), [&] {
			return RequestedEid{static_cast<std::uint8_t>(number(255)), coin(), address()};
		});
		if (coin()) m.map_data = record();
		m.identity = identity();
		return m;
	}
	MapReply map_reply() {
		return {coin(), coin(), number(~0ULL), records(), {}};
	}
	MapRegister map_register() {
		return {coin(), coin(), coin(), coin(), coin(), coin(), number(~0ULL), authentication(),
		    records(), identity()};
	}
	template <class T> T map_notify() {
		T m;
		m.nonce = number(~0ULL);
		m.authentication = authentication();
		m.records = records();
		m.identity = identity();
		return m;
	}
	EncapsulatedControl encapsulated_control() {
		EncapsulatedControl m;
		const bool v6 = coin();
		m.ddt_originated = coin();
		m.to_etr = coin();
		m.to_map_server = coin();
		m.source = {ip(v6), static_cast<std::uint16_t>(number(65535))};
		m.destination = {ip(v6), static_cast<std::uint16_t>(number(65535))};
		m.hop_limit = static_cast<std::uint8_t>(number(255));
		m.payload = octets(number(64));
		return m;
	}
	Message message() {
		switch (number(5)) {
		case 0: return map_request();
		case 1: return map_reply();
		case 2: return map_register();
		case 3: return map_notify<MapNotify>();
		case 4: return map_notify<MapNotifyAck>();
		default: return encapsulated_control();
		}
	}

	Arena arena;

private:
	std::mt19937_64 random_;
};

class Laws : public testing::TestWithParam<unsigned> {};

TEST_P(Laws, WhatIsEncodedDecodesToItself) {
	Generator generate{GetParam()};
	for (int i = 0; i < 200; ++i) {
		generate.arena.reset();
		const auto message = generate.message();
		const auto octets = encode(message);
		ASSERT_TRUE(octets) << to_string(octets.error());
		Arena arena;
		const auto decoded = decode(*octets, arena);
		ASSERT_FALSE(decoded.error) << to_string(*decoded.error) << ' ' << to_hex(*octets);
		EXPECT_TRUE(decoded.message == message) << to_hex(*octets);
	}
}

// A message whose last field is a NUL-terminated name or an empty list can end early only where the
// count or the NUL is missing, which the law covers.
TEST_P(Laws, NoStrictPrefixDecodes) {
	Generator generate{GetParam() + 1000};
	for (int i = 0; i < 40; ++i) {
		generate.arena.reset();
		const auto message = generate.message();
		const auto octets = encode(message);
		ASSERT_TRUE(octets);
		// 24 octets left over are a trailer in a Map-Notify: cut there it is another message.
		const bool trailer = std::holds_alternative<MapNotify>(message) ||
		                     std::holds_alternative<MapNotifyAck>(message);
		for (std::size_t size = 0; size < octets->size(); ++size) {
			const Octets cut(octets->begin(), octets->begin() + static_cast<long>(size));
			Arena arena;
			const auto decoded = decode(cut, arena);
			ASSERT_TRUE(decoded.error || trailer) << size << ' ' << to_hex(*octets);
			if (decoded.error) {
				EXPECT_LE(decoded.error->offset, size);
			}
		}
	}
}

INSTANTIATE_TEST_SUITE_P(Seeds, Laws, testing::Range(0U, 20U));

TEST(MapRequest, RefusesMoreThanItsFieldsHold) {
	const std::vector<Address> rlocs(33, Address{IpAddress::v4(1)});
	MapRequest request;
	request.itr_rlocs = rlocs;
	EXPECT_EQ(encode(Message{request}).error().field, "itr-rloc count");
	request.itr_rlocs = {};
	EXPECT_EQ(encode(Message{request}).error().field, "itr-rloc count");
}

TEST(MapReply, RefusesThe256thRecordAndLocator) {
	const std::vector<MapRecord> records(256);
	MapReply reply;
	reply.records = records;
	EXPECT_EQ(encode(Message{reply}).error().field, "record count");
	const std::vector<Locator> locators(256);
	MapRecord record;
	record.locators = locators;
	reply.records = std::span<const MapRecord>(&record, 1);
	EXPECT_EQ(encode(Message{reply}).error().field, "locator count");
}

// A Record Count of 255 over a few octets must not make the decoder reserve room for 255.
TEST(MapReply, AllocatesByTheOctetsNotByTheCount) {
	const auto octets =
	    parse_hex("200000ff1122334455667788000005a0ff18100000000001cb007100").value();
	Arena arena;
	const auto decoded = decode(octets, arena);
	ASSERT_TRUE(decoded.error);
	EXPECT_EQ(decoded.error->reason, Reason::truncated);
	EXPECT_EQ(std::get<MapReply>(decoded.message).records.size(), 1U); // what was readable
	EXPECT_LE(arena.capacity(), 4096U);
}

// C-006 and C-007: reserved bits are ignored on receipt and zero when sent.
TEST(MapRegister, C007_ReservedBitsAreIgnored) {
	auto octets = parse_hex("3000010000000000000003e801000000").value();
	Arena arena;
	const auto plain = decode_as<MapRegister>(octets, arena);
	ASSERT_TRUE(plain);
	octets[0] |= 0x01;
	octets[1] |= 0xff;
	octets[2] |= 0xe2;
	const auto noisy = decode_as<MapRegister>(octets, arena);
	ASSERT_TRUE(noisy);
	EXPECT_EQ(*noisy, *plain);
	EXPECT_EQ(to_hex(*encode(Message{*noisy})), "3000010000000000000003e801000000");
}

} // namespace
} // namespace lisp
