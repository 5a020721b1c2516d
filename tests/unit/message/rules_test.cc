#include "golden_packets.h"
#include "message/rules.h"

#include <functional>
#include <set>

namespace lisp {
namespace {

// A captured message that keeps its octets. Between addresses of the public Internet, of IPv4.
struct Packet {
	Octets octets;
	Captured captured;

	Packet at(std::size_t offset, std::string_view hex) && {
		const auto change = parse_hex(hex).value();
		std::copy(
		    change.begin(), change.end(), octets.begin() + static_cast<std::ptrdiff_t>(offset));
		return std::move(*this);
	}
	Packet and_then(std::string_view hex) && {
		const auto more = parse_hex(hex).value();
		octets.insert(octets.end(), more.begin(), more.end());
		captured.length = octets.size();
		return std::move(*this);
	}
	Packet from(std::string_view address, std::uint16_t port) && {
		captured.source = Endpoint{IpAddress::parse(address).value(), port};
		return std::move(*this);
	}
	Packet to(std::string_view address, std::uint16_t port) && {
		captured.destination = Endpoint{IpAddress::parse(address).value(), port};
		return std::move(*this);
	}
	Packet of_length(std::size_t length) && {
		captured.length = length;
		return std::move(*this);
	}
	Packet with(ChecksumState Captured::*checksum, ChecksumState state) && {
		captured.*checksum = state;
		return std::move(*this);
	}
};

Packet raw(std::string_view hex) {
	Packet packet;
	packet.captured.source = Endpoint{IpAddress::v4(0xc6120001), 50000}; // 198.18.0.1
	packet.captured.destination = Endpoint{IpAddress::v4(0xc6120002), control_port};
	return std::move(packet).and_then(hex);
}

Packet packet(const std::string &name) {
	const auto &golden_packet = golden(name);
	auto made = raw(to_hex(golden_packet.octets));
	made.captured.source->port = golden_packet.source_port;
	made.captured.destination->port = golden_packet.destination_port;
	made.captured.data = golden_packet.destination_port == data_port;
	return made;
}

std::set<Warning> warnings_of(const Packet &packet) {
	Arena arena;
	auto captured = packet.captured;
	captured.octets = packet.octets;
	auto found = dissect(captured, arena);
	check_rules(found);
	std::set<Warning> warnings;
	for (const auto *at = &found; at != nullptr; at = at->inner)
		for (std::size_t i = 0; i < warning_count; ++i)
			if (at->warnings.has(static_cast<Warning>(i))) warnings.insert(static_cast<Warning>(i));
	return warnings;
}

// A message that breaks the rule, and one nearly the same that does not.
struct Case {
	Warning rule;
	Packet breaks;
	Packet keeps;
};

constexpr auto ip_sum = &Captured::ip_checksum;
constexpr auto udp_sum = &Captured::udp_checksum;
constexpr auto bad = ChecksumState::bad;
constexpr auto good = ChecksumState::good;

void add_packet_cases(std::vector<Case> &cases) {
	cases.push_back({Warning::bad_ip_checksum, packet("REQ-V4").with(ip_sum, bad),
	    packet("REQ-V4").with(ip_sum, good)});
	cases.push_back({Warning::bad_udp_checksum, packet("REQ-V4").with(udp_sum, bad),
	    packet("DATA-V").with(udp_sum, bad)});
	cases.push_back({Warning::bad_data_checksum, packet("DATA-V").with(udp_sum, bad),
	    packet("REQ-V4").with(udp_sum, bad)});
	cases.push_back(
	    {Warning::zero_udp_checksum, packet("REQ-V4").with(udp_sum, ChecksumState::zero),
	        packet("DATA-V").with(udp_sum, ChecksumState::zero)});
	cases.push_back(
	    {Warning::large_packet, packet("REQ-V4").of_length(549), packet("REQ-V4").of_length(548)});
	cases.push_back({Warning::large_packet,
	    packet("REQ-V4").from("2001:db8::1", 50000).to("2001:db8::2", 4342).of_length(1233),
	    packet("REQ-V4").from("2001:db8::1", 50000).to("2001:db8::2", 4342).of_length(1232)});
	cases.push_back({Warning::wrong_port,
	    packet("REQ-V4").from("198.18.0.1", 4342).to("198.18.0.2", 50000), packet("REQ-V4")});
	cases.push_back({Warning::wrong_port,
	    packet("REP-POS").from("198.18.0.1", 50000).to("198.18.0.2", 4342), packet("REP-POS")});
	cases.push_back({Warning::reserved_type, packet("UNKNOWN-9").at(0, "00"), packet("UNKNOWN-9")});
	cases.push_back({Warning::unassigned_type, packet("UNKNOWN-9"), packet("SHEXT")});
}

void add_request_cases(std::vector<Case> &cases) {
	const auto request = [] { return packet("REQ-V4"); };
	cases.push_back({Warning::reserved_request_bits, request().at(1, "20"),
	    packet("REQ-PUBSUB")}); // whose I bit RFC 6830 had reserved
	cases.push_back({Warning::zero_nonce, request().at(4, "0000000000000000"), request()});
	cases.push_back(
	    {Warning::record_count, request().at(3, "02").and_then("00200001cb007108"), request()});
	cases.push_back({Warning::probe_source_eid, request().at(0, "12"), packet("REQ-PROBE")});
	for (const auto *address : {"7f000001", "00000000", "e0000001", "a9fe0001", "ffffffff"})
		cases.push_back({Warning::unroutable_itr_rloc, request().at(20, address), request()});
	cases.push_back({Warning::direct_smr_invoked, packet("REQ-SMRINV"), request()});
	const auto ecm = [] { return packet("ECM-V4"); };
	cases.push_back({Warning::reserved_ecm_bits, ecm().at(3, "01"), packet("ECM-DDT")});
	cases.push_back({Warning::inner_port, ecm().at(26, "10f7"), ecm()});
	cases.push_back({Warning::inner_data_port, ecm().at(24, "10f5"), ecm()});
	cases.push_back({Warning::inner_smr, ecm().at(32, "11"), ecm()});
	cases.push_back({Warning::inner_probe, packet("ECM-PROBE"), ecm()});
	cases.push_back({Warning::inner_destination, ecm().at(20, "cb007108"), ecm()});
	cases.push_back(
	    {Warning::unwrapped_key, packet("ECM-LISPSEC"), packet("ECM-LISPSEC").at(11, "02")});
}

void add_record_cases(std::vector<Case> &cases) {
	const auto reply = [] { return packet("REP-POS"); };
	const auto registration = [] { return packet("REG-SHA1-20"); };
	cases.push_back({Warning::host_bits, reply().at(27, "01"), reply()});
	cases.push_back({Warning::reserved_reply_bits, reply().at(1, "80"), reply()});
	cases.push_back(
	    {Warning::probe_reply_authority, packet("REP-PROBE").at(18, "0000"), packet("REP-PROBE")});
	cases.push_back({Warning::zero_ttl_locators, reply().at(12, "00000000"),
	    packet("REP-NEG15").at(12, "00000000")});
	cases.push_back({Warning::action_beside_locators, reply().at(18, "3000"), packet("REP-NEG15")});
	cases.push_back({Warning::action_outside_reply, registration().at(42, "3000"), registration()});
	cases.push_back(
	    {Warning::different_ttls, packet("REP-OVERLAP").at(12, "00000001"), packet("REP-OVERLAP")});
	cases.push_back({Warning::unsorted_locators, reply().at(36, "c633640b"), reply()});
	cases.push_back({Warning::duplicate_locator, reply().at(36, "c633640a"), reply()});
	cases.push_back(
	    {Warning::several_probed, reply().at(32, "0007").at(44, "0003"), reply().at(32, "0007")});
	cases.push_back(
	    {Warning::probed_outside_reply, registration().at(56, "0007"), reply().at(32, "0007")});
	cases.push_back({Warning::unusable_weight, reply().at(28, "ff32"), reply().at(28, "ff00")});
	cases.push_back(
	    {Warning::unusable_multicast_weight, reply().at(30, "ff01"), reply().at(30, "0101")});
	cases.push_back({Warning::broadcast_rloc, reply().at(36, "ffffffff"), reply()});
	cases.push_back({Warning::link_local_multicast_rloc, reply().at(36, "e0000001"),
	    reply().at(36, "e8000001")});
	for (const auto *address : {"7f000001", "00000000", "a9fe0001"})
		cases.push_back({Warning::unroutable_rloc, reply().at(36, address), reply()});
}

void add_registration_cases(std::vector<Case> &cases) {
	const auto registration = [] { return packet("REG-SHA1-20"); };
	cases.push_back(
	    {Warning::reserved_register_bits, registration().at(1, "20"), packet("REG-FLAGS")});
	cases.push_back(
	    {Warning::reserved_notify_bits, packet("NTF-SHA1-20").at(2, "01"), packet("NTF-XTRID")});
	cases.push_back({Warning::weak_algorithm, registration(), packet("REG-SHA256-32")});
	cases.push_back({Warning::weak_algorithm, packet("REG-NONE"), packet("NTF-SHA1-20")});
	for (const auto *address : {"10.0.0.1", "172.31.255.1", "192.168.0.1", "127.0.0.1"})
		cases.push_back({Warning::weak_algorithm, registration().from("172.32.0.1", 4342),
		    registration().from(address, 4342)});
	cases.push_back(
	    {Warning::authentication_length, registration().at(13, "03"), packet("REG-SHA1-12")});
	cases.push_back(
	    {Warning::authentication_length, registration().at(13, "00"), packet("REG-NONE")});
	cases.push_back({Warning::uncounted_records, packet("ACK-LISPERS"), packet("ACK-SHA256-32")});
	cases.push_back(
	    {Warning::no_authentication, raw("500000000000000000000001"), packet("ACK-SHA256-32")});
	const auto hole = [] { return packet("REF-HOLE"); };
	cases.push_back(
	    {Warning::referral_ttl, hole().at(18, "a800"), hole().at(12, "00000000").at(18, "a800")});
	cases.push_back({Warning::referral_complete, hole().at(12, "00000000").at(18, "a000"),
	    hole().at(12, "00000000").at(18, "a800")});
	cases.push_back({Warning::no_referrals, hole().at(18, "0000"), hole()});
}

// The EID asked for: bits of the range, Instance ID, an address of AFI 0.
Packet request_for_instances(const std::string &bits, const std::string &instance) {
	return raw("1000000111223344556677880001c000020a0001c6336401"
	           "0000400300000"
	           "2" +
	           bits + "0006" + instance + "0000");
}

void add_lcaf_cases(std::vector<Case> &cases) {
	const auto instance = [] { return packet("REQ-IID"); };
	cases.push_back({Warning::long_mask, instance().at(21, "21"), instance()});
	cases.push_back({Warning::unknown_vendor, packet("LCAF-VENDOR"), packet("LCAF-UNKNOWN")});
	cases.push_back({Warning::unknown_eid_lcaf, instance().at(26, "c8"), packet("LCAF-UNKNOWN")});
	cases.push_back({Warning::instance_range, request_for_instances("18", "000000ff"),
	    request_for_instances("18", "00000100")});
	const auto geo = [] { return packet("LCAF-GEO"); };
	const auto hex = to_hex(geo().octets);
	// After AFI, flags, type 5 and length.
	const auto body = hex.find("4003000005") / 2 + 8;
	cases.push_back({Warning::geo_range, geo().at(body, "805b"), geo()});
	cases.push_back({Warning::geo_range, geo().at(body + 2, "3c"), geo()});
	cases.push_back({Warning::geo_range, geo().at(body + 4, "80b5"), geo()});
}

void add_data_cases(std::vector<Case> &cases) {
	const auto gpe = [] { return packet("DATA-GPE"); };
	cases.push_back({Warning::data_port_missing,
	    packet("DATA-V").from("198.18.0.1", 4341).to("198.18.0.2", 50000), packet("DATA-V")});
	cases.push_back(
	    {Warning::nonce_and_versions, packet("DATA-NLI").at(0, "f8"), packet("DATA-NLI")});
	cases.push_back({Warning::unused_data_flags, gpe().at(0, "84"), gpe()});
	cases.push_back({Warning::reserved_gpe_bits, gpe().at(1, "01"), gpe()});
	cases.push_back({Warning::unused_nonce, packet("DATA-NLI").at(0, "48"),
	    packet("DATA-NLI").at(0, "48000000")});
	cases.push_back(
	    {Warning::unused_status_bits, packet("DATA-NLI").at(0, "88"), packet("DATA-NLI")});
	cases.push_back({Warning::null_destination_version, packet("DATA-V").at(2, "3000"),
	    packet("DATA-V").at(1, "0004")});
}

std::vector<Case> all_cases() {
	std::vector<Case> cases;
	add_packet_cases(cases);
	add_request_cases(cases);
	add_record_cases(cases);
	add_registration_cases(cases);
	add_lcaf_cases(cases);
	add_data_cases(cases);
	return cases;
}

std::string title(Warning warning) {
	const auto &entry = text(warning);
	return std::string{entry.reason} + ", " + std::string{entry.field} + " (" +
	       std::string{entry.section} + ")";
}

TEST(Rules, AreFoundBrokenOrKept) {
	for (const auto &[rule, breaks, keeps] : all_cases()) {
		EXPECT_TRUE(warnings_of(breaks).contains(rule)) << title(rule) << to_hex(breaks.octets);
		EXPECT_FALSE(warnings_of(keeps).contains(rule)) << title(rule) << to_hex(keeps.octets);
	}
}

TEST(Rules, EachHasACase) {
	std::set<Warning> covered;
	for (const auto &[rule, breaks, keeps] : all_cases()) covered.insert(rule);
	for (std::size_t i = 0; i < static_cast<std::size_t>(Warning::nonce_decreased); ++i) {
		const auto warning = static_cast<Warning>(i);
		EXPECT_EQ(covered.contains(warning), !text(warning).section.empty()) << title(warning);
	}
}

TEST(Rules, SayMoreThanEveryDissectionDoes) {
	Arena arena;
	auto asked = packet("REQ-SMRINV");
	asked.captured.octets = asked.octets;
	auto found = dissect(asked.captured, arena);
	EXPECT_FALSE(found.warnings.has_violation());
	check_rules(found);
	EXPECT_TRUE(found.warnings.has_violation());
}

TEST(Rules, SpareWhatCouldNotBeRead) {
	for (const auto &[name, golden_packet] : golden_packets()) {
		for (std::size_t size = 0; size < golden_packet.octets.size(); ++size) {
			auto cut = packet(name);
			cut.octets.resize(size);
			for (const auto warning : warnings_of(cut))
				EXPECT_LT(warning, Warning::large_packet) << name << ' ' << size;
		}
	}
}

// In a data packet they are between themselves, in an Encapsulated Control Message they are not.
TEST(Rules, OfMessagesInDataPacketsAreThoseOfMessagesAlone) {
	for (const auto &[name, golden_packet] : golden_packets()) {
		if (golden_packet.destination_port == data_port) continue;
		auto alone = packet(name);
		alone.captured.udp_checksum = alone.captured.ip_checksum = ChecksumState::good;
		auto around = packet("DATA-V");
		around.octets.resize(data_header_size + 28 + golden_packet.octets.size());
		Writer out{std::span{around.octets}.subspan(data_header_size)};
		write_udp_packet(
		    out, *alone.captured.source, *alone.captured.destination, 64, golden_packet.octets);
		around.captured.length = around.octets.size();
		EXPECT_EQ(warnings_of(around), warnings_of(alone)) << name;
	}
}

// What the golden packets are known to break: most were made to break one thing or nothing.
TEST(Rules, GoldenPacketsBreakWhatTheyWereMadeFor) {
	// As if sent across the public Internet.
	const std::set<Warning> weak{Warning::weak_algorithm};
	const std::map<std::string, std::set<Warning>> expected{
	    {"ACK-LISPERS", {Warning::uncounted_records}},
	    {"ECM-BADSUM", {Warning::bad_udp_checksum}},
	    {"ECM-LISPSEC", {Warning::unwrapped_key}},
	    {"ECM-PROBE", {Warning::inner_probe}},
	    {"ECM-ZEROSUM", {Warning::zero_udp_checksum}},
	    {"LCAF-UNKNOWN", {Warning::unsorted_locators}}, // LCAFs come last, RFC 8060 section 3
	    {"LCAF-VENDOR", {Warning::unknown_vendor}},
	    {"REG-NONE", weak},
	    {"REG-OLDKEYID", weak},
	    {"REG-SHA1-12", weak},
	    {"REG-SHA1-20", weak},
	    {"REG-TAMPERED", weak},
	    {"REQ-SMRINV", {Warning::direct_smr_invoked}},
	    {"SEED-REG", weak},
	    {"UNKNOWN-9", {Warning::unassigned_type}},
	};
	for (const auto &[name, golden_packet] : golden_packets()) {
		std::set<Warning> violations;
		for (const auto warning : warnings_of(packet(name)))
			if (!text(warning).section.empty()) violations.insert(warning);
		const auto known = expected.find(name);
		EXPECT_EQ(violations, known != expected.end() ? known->second : std::set<Warning>{})
		    << name;
	}
}

} // namespace
} // namespace lisp
