#include "engine/message_history.h"
#include "golden_packets.h"

namespace lisp {
namespace {

constexpr std::uint64_t millisecond = 1'000'000;
constexpr std::uint64_t start = 1'700'000'000'000 * millisecond;

const Endpoint etr{IpAddress::v4(0xc6336401), 50000};
const Endpoint other_etr{IpAddress::v4(0xc6336402), 50000};
const Endpoint map_server{IpAddress::v4(0xc6336409), control_port};

// One capture, message after message.
class Capture {
public:
	explicit Capture(std::size_t limit = 1024) : history_(limit, 7) {}

	Warnings take(const Octets &octets, const Endpoint &from, const Endpoint &to,
	    std::optional<std::uint64_t> milliseconds = 0) {
		arena_.reset();
		Captured captured;
		captured.octets = octets;
		captured.length = octets.size();
		captured.source = from;
		captured.destination = to;
		captured.data = to.port == data_port;
		if (milliseconds) captured.time = start + *milliseconds * millisecond;
		auto found = dissect(captured, arena_);
		if (auto *authentication = authentication_of(found.message))
			authentication->verification = verification;
		history_.check(found);
		return found.inner != nullptr ? found.inner->warnings : found.warnings;
	}

	std::optional<Verification> verification;

private:
	Arena arena_;
	MessageHistory history_;
};

Octets with(const std::string &name, std::size_t at, std::string_view hex) {
	auto octets = golden(name).octets;
	const auto change = parse_hex(hex).value();
	std::copy(change.begin(), change.end(), octets.begin() + static_cast<std::ptrdiff_t>(at));
	return octets;
}

// A Map-Register of Key ID 1 that wants a Map-Notify.
Octets registration(const std::string &nonce) {
	return with("REG-SHA1-20", 4, "00000000000000" + nonce);
}
Octets notify(const std::string &nonce) {
	return with("NTF-SHA1-20", 4, "00000000000000" + nonce);
}

TEST(MessageHistory, NonceOfMapRegistersGoesUp) {
	Capture capture;
	const auto broken = [&](const Octets &octets, const Endpoint &from, const Endpoint &to) {
		return capture.take(octets, from, to).has(Warning::nonce_decreased);
	};
	EXPECT_FALSE(broken(registration("10"), etr, map_server));
	EXPECT_FALSE(broken(registration("11"), etr, map_server));
	EXPECT_FALSE(broken(registration("11"), etr, map_server)) << "sent again, section 5.7";
	EXPECT_TRUE(broken(registration("10"), etr, map_server));
	EXPECT_FALSE(broken(registration("01"), other_etr, map_server)) << "another ETR";
	EXPECT_FALSE(broken(registration("01"), etr, other_etr)) << "another Map-Server";
	auto of_other_key = registration("01");
	of_other_key[12] = 9;
	EXPECT_FALSE(broken(of_other_key, etr, map_server)) << "another key";
}

TEST(MessageHistory, XtrIdTellsEtrsApart) {
	Capture capture;
	const auto low = with("REG-XTRID", 4, "0000000000000001");
	const auto high = with("REG-XTRID", 4, "0000000000000002");
	auto of_other_xtr = low;
	of_other_xtr[low.size() - 24] ^= 1;
	capture.take(high, etr, map_server);
	EXPECT_FALSE(capture.take(of_other_xtr, etr, map_server).has(Warning::nonce_decreased));
	EXPECT_TRUE(capture.take(low, other_etr, map_server).has(Warning::nonce_decreased))
	    << "it moved";
}

TEST(MessageHistory, ForgedMapRegistersMoveNothing) {
	Capture capture;
	capture.take(registration("10"), etr, map_server);
	capture.verification = Verification{Verdict::bad};
	capture.take(registration("ff"), etr, map_server);
	capture.verification.reset();
	EXPECT_FALSE(capture.take(registration("11"), etr, map_server).has(Warning::nonce_decreased));
}

TEST(MessageHistory, MapNotifyHasTheNonceOfAMapRegister) {
	Capture capture;
	const auto broken = [&](const Octets &octets) {
		return capture.take(octets, map_server, etr).has(Warning::unregistered_notify);
	};
	EXPECT_FALSE(broken(notify("10"))) << "the capture does not have the other direction";
	capture.take(registration("10"), etr, map_server);
	EXPECT_FALSE(broken(notify("10")));
	EXPECT_TRUE(broken(notify("11")));
}

TEST(MessageHistory, MapNotifyIsWanted) {
	Capture capture;
	auto unasking = registration("10");
	unasking[2] &= 0xfe; // M
	capture.take(unasking, etr, map_server);
	EXPECT_TRUE(capture.take(notify("10"), map_server, etr).has(Warning::unwanted_notify));
	capture.take(registration("11"), etr, map_server);
	EXPECT_FALSE(capture.take(notify("11"), map_server, etr).has(Warning::unwanted_notify));
}

TEST(MessageHistory, SmrsAreThreeSecondsApart) {
	Capture capture;
	const auto broken = [&](const Endpoint &to, std::optional<std::uint64_t> milliseconds) {
		return capture.take(golden("REQ-SMR").octets, etr, to, milliseconds).has(Warning::smr_rate);
	};
	EXPECT_FALSE(broken(map_server, 0));
	EXPECT_FALSE(broken(other_etr, 1)) << "another RLOC";
	EXPECT_TRUE(broken(map_server, 2999));
	EXPECT_FALSE(broken(map_server, 5999));
	EXPECT_FALSE(broken(map_server, 5998)) << "out of order";
	EXPECT_FALSE(broken(map_server, std::nullopt)) << "no time, no rate";
}

TEST(MessageHistory, MapRequestsForAnEidAreASecondApart) {
	Capture capture;
	const auto broken = [&](const Octets &octets, const Endpoint &from, std::uint64_t at) {
		return capture.take(octets, from, map_server, at).has(Warning::request_rate);
	};
	const auto &request = golden("REQ-V4").octets;
	EXPECT_FALSE(broken(request, etr, 0));
	EXPECT_FALSE(broken(request, other_etr, 1)) << "the same one, passed on";
	EXPECT_TRUE(broken(request, etr, 999));
	EXPECT_FALSE(broken(request, etr, 1999));
	EXPECT_FALSE(broken(with("REQ-V4", 28, "cb007109"), etr, 2000)) << "another EID";
	EXPECT_FALSE(broken(with("REQ-V4", 20, "c6336407"), etr, 2000)) << "another ITR";
	EXPECT_TRUE(broken(golden("ECM-V4").octets, etr, 2500)) << "encapsulated";
	EXPECT_FALSE(broken(golden("REQ-PROBE").octets, etr, 2500));
	EXPECT_FALSE(broken(golden("REQ-PROBE").octets, etr, 2501)) << "probes have their own rate";
}

Octets in_data_packet(const Octets &message, const Endpoint &from, const Endpoint &to) {
	Octets octets(data_header_size + 28 + message.size());
	Writer out{std::span{octets}.subspan(data_header_size)};
	write_udp_packet(out, from, to, 64, message);
	return octets;
}

// Where a capture has both sides of an xTR, a request is in it twice.
TEST(MessageHistory, RequestsInDataPacketsAreNotCounted) {
	Capture capture;
	const Endpoint etr_for_data{map_server.address, data_port};
	for (const auto *name : {"REQ-V4", "REQ-SMR"}) {
		const auto &request = golden(name).octets;
		capture.take(request, etr, map_server, 0);
		const auto warnings =
		    capture.take(in_data_packet(request, etr, map_server), other_etr, etr_for_data, 1);
		EXPECT_FALSE(warnings.has(Warning::request_rate)) << name;
		EXPECT_FALSE(warnings.has(Warning::smr_rate)) << name;
	}
}

TEST(MessageHistory, RegistrationsInDataPacketsAreLookedAt) {
	Capture capture;
	const Endpoint etr_for_data{map_server.address, data_port};
	capture.take(in_data_packet(registration("09"), etr, map_server), other_etr, etr_for_data);
	EXPECT_TRUE(
	    capture.take(in_data_packet(registration("08"), etr, map_server), other_etr, etr_for_data)
	        .has(Warning::nonce_decreased));
	EXPECT_TRUE(capture.take(registration("07"), etr, map_server).has(Warning::nonce_decreased));
}

TEST(MessageHistory, MapVersionsGoRoundUpwards) {
	Capture capture;
	const auto broken = [&](const std::string &version) {
		return capture.take(with("REP-POS", 20, version), etr, map_server)
		    .has(Warning::version_backwards);
	};
	EXPECT_FALSE(broken("0fff"));
	EXPECT_FALSE(broken("0001"));
	EXPECT_FALSE(broken("0001"));
	EXPECT_TRUE(broken("0fff"));
	EXPECT_FALSE(broken("0000")) << "none";
	EXPECT_FALSE(broken("0002"));
}

TEST(MessageHistory, ForgetsTheOldestBeyondItsLimit) {
	Capture capture{4};
	capture.take(registration("10"), etr, map_server);
	for (std::uint32_t i = 0; i < 5; ++i)
		capture.take(registration("10"), {IpAddress::v4(0x0a000000 + i), 4342}, map_server);
	EXPECT_FALSE(capture.take(registration("01"), etr, map_server).has(Warning::nonce_decreased));
}

} // namespace
} // namespace lisp
