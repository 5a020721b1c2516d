// LISP inside LISP: messages in data packets (RFC 9300 section 5.3; with a Next Protocol RFC 9305
// section 3) and in Encapsulated Control Messages (RFC 9301 section 5.8), and in one another.
#include "inside.h"

namespace lisp {
namespace {

TEST(InsideData, MessageOfEitherFamilyAndDirection) {
	for (const auto &[from, to] : {std::pair{host, far_host}, std::pair{far_host, host},
	         std::pair{host6, far_host6}, std::pair{far_host6, host6}}) {
		const Taken taken{data_packet(udp(request(), from, to))};
		EXPECT_EQ(taken.found.type, "data");
		EXPECT_FALSE(taken.found.error);
		EXPECT_TRUE(taken.found.warnings.empty());
		expect_request(taken.found.inner);
		ASSERT_TRUE(taken.found.inner);
		EXPECT_EQ(taken.found.inner->captured.source, from);
		EXPECT_EQ(taken.found.inner->captured.destination, to);
		EXPECT_EQ(taken.found.inner->captured.frame, 0U);
	}
}

TEST(InsideData, DataPacketByItsPort) {
	const Taken taken{data_packet(to_data_port(data_packet(udp(request()))))};
	const auto *inner = taken.found.inner;
	ASSERT_TRUE(inner);
	EXPECT_EQ(inner->type, "data");
	EXPECT_TRUE(inner->captured.data);
	expect_request(inner->inner);
}

TEST(InsideData, NothingElseIsLookedInto) {
	auto tcp = udp(request());
	tcp[9] = 6;
	// Destination unreachable, with the packet that was.
	auto icmp = udp(hex("00000000") + udp(request()));
	icmp[9] = 1;
	icmp[20] = icmp[21] = 3;
	auto later_fragment = udp(request());
	later_fragment[7] = 1;
	const std::pair<const char *, Octets> packets[]{{"tcp", tcp}, {"icmp", icmp},
	    {"later fragment", later_fragment}, {"dns", udp(request(), host, {far_host.address, 53})},
	    {"version 5", hex("50") + request()}, {"nothing", {}}};
	for (const auto &[name, packet] : packets) {
		const Taken taken{data_packet(packet)};
		EXPECT_EQ(taken.found.inner, nullptr) << name;
		EXPECT_FALSE(taken.found.error) << name;
		EXPECT_TRUE(taken.found.warnings.empty()) << name;
	}
}

// Two octets of its headers at a time made anything.
TEST(InsideData, AGlanceMissesNoMessage) {
	unsigned messages = 0;
	for (const auto &packet : {udp(request()), udp(request(), host6, far_host6)}) {
		for (std::size_t first = 0; first < 12; ++first) {
			for (std::size_t second = first; second < packet.size(); second += 7) {
				for (const unsigned value : {0U, 1U, 6U, 17U, 44U, 60U, 0x46U, 0x60U, 255U}) {
					auto changed = packet;
					changed[first] = static_cast<std::uint8_t>(value);
					changed[second] = static_cast<std::uint8_t>(value + second);
					const auto ip = read_ip_packet(changed);
					const bool found = ip && lisp_datagram(*ip);
					if (found) ++messages;
					EXPECT_TRUE(!found || may_be_lisp(changed)) << to_hex(changed);
				}
			}
		}
	}
	EXPECT_GT(messages, 100U);
	EXPECT_TRUE(may_be_lisp(udp(request())));
	EXPECT_FALSE(may_be_lisp(udp(request(), host, {far_host.address, 53})));
	EXPECT_FALSE(may_be_lisp(udp(request(), host6, {far_host6.address, 53})));
}

// RFC 8061: with KK not 0, all behind the header is encrypted.
TEST(InsideData, EncryptedIsLeftAlone) {
	for (const auto *header : {"0100000000000000", "0200000000000000", "0300000000000000",
	         "0500000100000000", "0500000300000000"}) {
		const Taken taken{data_packet(udp(request()), header)};
		EXPECT_EQ(taken.found.inner, nullptr) << header;
		EXPECT_FALSE(taken.found.error);
	}
}

TEST(InsideData, C036_NextProtocolDecides) {
	const auto v4 = udp(request());
	const auto v6 = udp(request(), host6, far_host6);
	const auto ethernet = hex("020000000002020000000001");
	const struct {
		std::string_view header;
		Octets inner;
		bool found;
	} cases[]{
	    {"0400000100000000", v4, true},
	    {"0400000200000000", v6, true},
	    {"0400000100000000", v6, false},
	    {"0400000200000000", v4, false},
	    {gpe_ethernet, ethernet + hex("0800") + v4, true},
	    {gpe_ethernet, ethernet + hex("86dd") + v6, true},
	    {gpe_ethernet, ethernet + hex("86dd") + v4, false},
	    {gpe_ethernet, ethernet + hex("0806") + v4, false},
	    {gpe_ethernet, ethernet + hex("810000640800") + v4, true},
	    {gpe_ethernet, ethernet + hex("88a80064810000c886dd") + v6, true},
	    {gpe_ethernet, v4, false},
	    {"0400000400000000", v4, false}, // NSH
	    {"0400000000000000", v4, false},
	    {"0400007f00000000", v4, false},
	    {"0400008000000000", hex("00000001") + v4, true},
	    {"040000ff00000000", hex("00000080 0001000211223344") + v6, true},
	    {"0400008000000000", hex("00000003") + ethernet + hex("0800") + v4, true},
	    {"0400008000000000", hex("00ff0001") + v4, false},
	    {"0400008000000000", hex("000000"), false},
	};
	for (const auto &[header, inner, expected] : cases) {
		const Taken taken{data_packet(inner, header)};
		EXPECT_FALSE(taken.found.error) << header;
		if (expected)
			expect_request(taken.found.inner);
		else
			EXPECT_EQ(taken.found.inner, nullptr) << header << ' ' << to_hex(inner);
	}
}

TEST(InsideData, WrongAndZeroChecksumsAreThoseOfTheMessageInside) {
	auto wrong = data_packet(udp(request()));
	wrong[data_header_size + 27] ^= 1;
	const Taken bad{wrong};
	ASSERT_TRUE(bad.found.inner);
	EXPECT_TRUE(bad.found.inner->warnings.has(Warning::bad_udp_checksum));
	EXPECT_TRUE(bad.found.warnings.empty());
	EXPECT_FALSE(bad.found.error);
	wrong[data_header_size + 26] = wrong[data_header_size + 27] = 0;
	const Taken zero{wrong};
	EXPECT_TRUE(zero.found.inner->warnings.has(Warning::zero_udp_checksum));
	wrong = data_packet(udp(request()));
	wrong[data_header_size + 8] ^= 1; // time to live
	EXPECT_TRUE(Taken{wrong}.found.inner->warnings.has(Warning::bad_ip_checksum));
	// RFC 9300 section 5.3: zero is right in a data packet.
	auto nested = data_packet(to_data_port(data_packet(udp(request()))));
	nested[data_header_size + 26] = nested[data_header_size + 27] = 0;
	EXPECT_TRUE(Taken{nested}.found.inner->warnings.empty());
}

TEST(InsideData, FirstFragmentIsShownAsFarAsItGoes) {
	auto packet = udp(request());
	packet[6] = 0x20; // more fragments
	packet[3] = static_cast<std::uint8_t>(packet[3] - 8);
	packet.resize(packet.size() - 8);
	const Taken taken{data_packet(packet)};
	const auto *inner = taken.found.inner;
	ASSERT_TRUE(inner);
	EXPECT_TRUE(inner->warnings.has(Warning::fragment));
	EXPECT_EQ(inner->captured.length, request().size());
	EXPECT_EQ(inner->captured.octets.size(), request().size() - 8);
	ASSERT_TRUE(inner->error);
	EXPECT_EQ(inner->error->reason, Reason::truncated);
}

unsigned depth(const Dissection &found) {
	unsigned levels = 0;
	for (const auto *at = found.inner; at != nullptr; at = at->inner) ++levels;
	return levels;
}

const Dissection &last(const Dissection &found) {
	return found.inner == nullptr ? found : last(*found.inner);
}

// `data_packets` around `ecms` around a Map-Request.
Octets nested(unsigned data_packets, unsigned ecms) {
	auto octets = request();
	for (unsigned i = 0; i < ecms; ++i) octets = ecm(octets);
	for (unsigned i = 0; i < data_packets; ++i)
		octets = data_packet(i == 0 ? udp(octets) : to_data_port(octets));
	return octets;
}

TEST(LispInLisp, FourMessagesInsideAreShownAndAFifthWarnedOf) {
	for (unsigned data_packets = 0; data_packets <= 6; ++data_packets) {
		for (unsigned ecms = 0; ecms <= 6; ++ecms) {
			const auto levels = data_packets + ecms;
			const Taken taken{nested(data_packets, ecms), data_packets > 0};
			const auto &innermost = last(taken.found);
			EXPECT_FALSE(taken.found.error) << data_packets << ' ' << ecms;
			EXPECT_EQ(depth(taken.found), std::min(levels, 4U)) << data_packets << ' ' << ecms;
			EXPECT_EQ(innermost.warnings.has(Warning::deep_nesting), levels > 4);
			if (levels > 0 && levels <= 4) expect_request(&innermost);
		}
	}
}

struct NestCase {
	std::string name;
	Octets octets;
	bool is_data = true;
	std::vector<std::size_t> begins; // of the messages inside
};

std::vector<NestCase> nests() {
	constexpr std::size_t one = data_header_size + headers_v4;
	constexpr std::size_t framed = data_header_size + 18 + headers_v4;
	return {
	    {"data", data_packet(udp(request())), true, {one}},
	    {"data v6", data_packet(udp(request(), host6, far_host6)), true, {one + 20}},
	    {"data in data", data_packet(to_data_port(data_packet(udp(request())))), true,
	        {one, 2 * one}},
	    {"ecm in data", data_packet(udp(ecm(request()))), true, {one, one + 4 + headers_v4}},
	    {"ecm in ecm", ecm(ecm(request())), false, {4 + headers_v4, 2 * (4 + headers_v4)}},
	    {"frame",
	        data_packet(hex("020000000002020000000001810000640800") + udp(request()), gpe_ethernet),
	        true, {framed}},
	};
}

// As a capture with a small snap length has them.
TEST(LispInLisp, CutAnywhereItIsReadAsFarAsItGoes) {
	for (const auto &nest : nests()) {
		for (std::size_t size = 0; size < nest.octets.size(); ++size) {
			const Taken taken{Octets(nest.octets.begin(),
			                      nest.octets.begin() + static_cast<std::ptrdiff_t>(size)),
			    nest.is_data, nest.octets.size()};
			ASSERT_TRUE(taken.found.error) << nest.name << size;
			EXPECT_EQ(taken.found.error->reason, Reason::truncated) << nest.name << size;
			EXPECT_LE(taken.found.error->offset, size) << nest.name << size;
			const auto *at = taken.found.inner;
			for (const auto begin : nest.begins) {
				if (size < begin || (size == begin && at == nullptr)) break;
				ASSERT_TRUE(at) << nest.name << size;
				EXPECT_EQ(at->captured.length, nest.octets.size() - begin);
				EXPECT_EQ(at->captured.octets.size(), size - begin);
				EXPECT_EQ(at->captured.udp_checksum, ChecksumState::unchecked);
				ASSERT_TRUE(at->error) << nest.name << size;
				EXPECT_EQ(at->error->reason, Reason::truncated);
				EXPECT_LE(at->error->offset, size);
				at = at->inner;
			}
			EXPECT_EQ(at, nullptr) << nest.name << size;
		}
	}
}

TEST(LispInLisp, FaultIsCountedFromTheOutermostMessage) {
	auto wrong = request();
	wrong[18] = 0xee; // the AFI of the ITR-RLOC
	const Taken alone{wrong, false};
	ASSERT_TRUE(alone.found.error);
	for (const auto &nest : nests()) {
		auto octets = nest.octets;
		const auto begin = nest.begins.back();
		octets[begin + 18] = 0xee;
		const Taken taken{octets, nest.is_data};
		for (const auto *at = &taken.found; at != nullptr; at = at->inner) {
			ASSERT_TRUE(at->error) << nest.name;
			EXPECT_EQ(at->error->reason, alone.found.error->reason);
			EXPECT_EQ(at->error->field, alone.found.error->field);
			EXPECT_EQ(at->error->offset, alone.found.error->offset + begin) << nest.name;
		}
	}
}

// A sender's fault, where nothing was cut off the capture: there is less than the headers promise.
TEST(LispInLisp, ShorterThanItsHeadersSayIsAFault) {
	auto octets = data_packet(udp(request()));
	octets.resize(octets.size() - 3);
	const Taken taken{octets};
	ASSERT_TRUE(taken.found.error && taken.found.inner);
	EXPECT_EQ(taken.found.error->reason, Reason::truncated);
	EXPECT_LE(taken.found.error->offset, octets.size());
}

TEST(LispInLisp, OptionsHoldInside) {
	const auto extension = golden("SHEXT").octets;
	DissectOptions options;
	const Taken as_extension{data_packet(udp(extension)), true, {}, options};
	EXPECT_EQ(as_extension.found.inner->type, "shared-extension");
	options.change_priority_sub_type = 1025;
	const Taken as_change{data_packet(udp(extension)), true, {}, options};
	EXPECT_EQ(as_change.found.inner->type, "change-priority");
}

} // namespace
} // namespace lisp
