// A replier of a site under test: golden packets and made-up Map-Requests go in, what it does about
// them comes out.
#pragma once

#include "engine/replier.h"
#include "golden_packets.h"

namespace lisp::replier_lab {

inline IpAddress ip(const char *text) {
	return IpAddress::parse(text).value();
}
inline EidPrefix eid(const char *text) {
	return EidPrefix::parse(text).value();
}

inline Octets octets_of(const Message &message) {
	const auto octets = encode(message);
	EXPECT_TRUE(octets);
	return octets ? *octets : Octets{};
}

struct Section {
	const char *eid;
	std::uint32_t ttl;
	std::vector<RlocLine> rlocs;
};

inline RlocLine rloc(const char *address, std::uint8_t priority, std::uint8_t weight, bool local) {
	RlocLine line;
	line.rloc = ip(address);
	line.priority = priority;
	line.weight = weight;
	line.local = local;
	return line;
}

inline SiteConfig site(const std::vector<Section> &sections) {
	SiteConfig config;
	for (const auto &section : sections) {
		EidSection to;
		to.eid = eid(section.eid);
		to.ttl = RecordTtl{section.ttl};
		to.first_rloc = static_cast<std::uint32_t>(config.rlocs.size());
		to.rloc_count = static_cast<std::uint8_t>(section.rlocs.size());
		config.rlocs.insert(config.rlocs.end(), section.rlocs.begin(), section.rlocs.end());
		config.eids.push_back(to);
	}
	return config;
}

inline const std::vector<RlocLine> two_rlocs{
    rloc("198.51.100.10", 1, 50, false), rloc("198.51.100.9", 1, 50, true)};

// The site of the golden packets; its RLOCs stand in the wrong order.
inline SiteConfig golden_site() {
	return site({{"203.0.113.0/24", 1440, two_rlocs},
	    {"2001:db8:1::/48", 1440,
	        {rloc("2001:db8:ffff::9", 2, 100, false), rloc("198.51.100.9", 1, 50, true)}}});
}

// The database that RFC 9301 section 5.5 has as its example, in its IPv6 form.
inline SiteConfig overlapping_site() {
	const std::vector<RlocLine> rlocs{rloc("2001:db8:ffff::9", 1, 100, true)};
	return site({{"2001:db8::/32", 1440, rlocs}, {"2001:db8:1::/48", 1440, rlocs},
	    {"2001:db8:1:1::/64", 1440, rlocs}, {"2001:db8:1:2::/64", 1440, rlocs}});
}

inline Replier::Options without_limit() {
	Replier::Options options;
	options.rate = 0;
	return options;
}

class Xtr {
public:
	explicit Xtr(const SiteConfig &config, const Replier::Options &options = without_limit())
	    : replier(EidRecords{config}, options) {}

	Replier::Outcome receive(
	    Bytes octets, const Endpoint &sender, const char *to = "198.51.100.9") {
		return replier.receive({sender, {ip(to), control_port}, octets}, now);
	}
	Replier::Outcome receive(const MapRequest &request, const char *from = "198.51.100.1") {
		const auto octets = octets_of(request);
		return receive(octets, {ip(from), 50000});
	}
	// A golden packet from 198.51.100.1 and the source port that its line names.
	Replier::Outcome golden(const std::string &name, const char *from = "198.51.100.1") {
		const auto &packet = lisp_golden(name);
		return receive(packet.octets, {ip(from), packet.source_port});
	}

	Replier replier;
	Instant now{};

private:
	static const GoldenPacket &lisp_golden(const std::string &name) { return ::golden(name); }
};

inline Datagram sent(const Replier::Outcome &outcome) {
	const auto *datagram = std::get_if<Datagram>(&outcome);
	EXPECT_NE(datagram, nullptr);
	return datagram == nullptr ? Datagram{} : *datagram;
}

struct Answer {
	Arena arena;
	MapReply reply;
};

inline Answer answer(const Replier::Outcome &outcome) {
	Answer result;
	const auto datagram = sent(outcome);
	const auto reply = decode_as<MapReply>(datagram.octets, result.arena);
	EXPECT_TRUE(reply);
	if (reply) result.reply = *reply;
	return result;
}

inline std::vector<std::string> eids_of(const MapReply &reply) {
	std::vector<std::string> eids;
	for (const auto &record : reply.records)
		eids.push_back(to_string(eid_prefix(record.eid, record.mask_length).value()));
	return eids;
}

inline std::string dropped(const Replier::Outcome &outcome) {
	const auto *drop = std::get_if<Dropped>(&outcome);
	return drop == nullptr ? "not dropped" : std::string(name(drop->reason));
}
inline std::string because(DropReason reason) {
	return std::string(name(reason));
}

// A request with the lists that it refers to.
struct Request : MapRequest {
	explicit Request(std::initializer_list<const char *> eids,
	    std::initializer_list<const char *> itr = {"198.51.100.1"}) {
		for (const auto *text : eids) {
			const auto prefix = eid(text);
			asked_.push_back({prefix.length, false, eid_address(prefix, arena_)});
		}
		for (const auto *text : itr) rlocs_.push_back(ip(text));
		nonce = 0x1122334455667788;
		records = asked_;
		itr_rlocs = rlocs_;
	}

private:
	Arena arena_;
	std::vector<RequestedEid> asked_;
	std::vector<Address> rlocs_;
};

inline Octets encapsulated(
    const MapRequest &request, const char *source, const char *destination, std::uint16_t port) {
	const auto payload = octets_of(request);
	EncapsulatedControl message;
	message.source = {ip(source), port};
	message.destination = {ip(destination), control_port};
	message.payload = payload;
	return octets_of(message);
}

} // namespace lisp::replier_lab
