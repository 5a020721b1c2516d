// A Map-Server with the site of the golden Map-Registers, and what is sent to it.
#pragma once

#include "engine/map_server.h"
#include "golden_packets.h"

namespace lisp::map_server_lab {

using namespace std::chrono_literals;

inline IpAddress ip(const char *text) {
	return IpAddress::parse(text).value();
}
inline EidPrefix prefix(const char *text) {
	return EidPrefix::parse(text).value();
}

inline SiteSection site(
    const char *name, const char *secret, const std::vector<SiteEidLine> &eids) {
	SiteSection section;
	section.name = name;
	section.keys.emplace_back().secret = secret;
	section.eids = eids;
	return section;
}

inline SiteEidLine eid(const char *text, bool more_specifics = false, bool proxy_reply = false) {
	SiteEidLine line;
	line.eid = prefix(text);
	line.more_specifics = more_specifics;
	line.proxy_reply = proxy_reply;
	return line;
}

// The site that the golden Map-Registers are from.
inline MapServerConfig golden_config() {
	MapServerConfig config;
	config.sites.push_back(
	    site("golden", "golden-key-1", {eid("203.0.113.0/24"), eid("2001:db8:1::/48", true)}));
	return config;
}

inline Locator locator(
    const char *rloc, std::uint8_t priority, bool local = true, bool reachable = true) {
	Locator l;
	l.rloc = ip(rloc);
	l.priority = priority;
	l.weight = 100;
	l.local = local;
	l.reachable = reachable;
	return l;
}

inline const Endpoint etr{ip("198.51.100.9"), 50010};
inline const Endpoint itr{ip("198.51.100.1"), 50000};
inline const Endpoint map_server{ip("198.51.100.200"), control_port};

inline Octets wire(const Message &message) {
	return *encode(message);
}

struct Register {
	MapRegister message;
	std::vector<MapRecord> records;
	std::vector<std::vector<Locator>> locators;
	std::string secret = "golden-key-1";

	explicit Register(std::uint64_t nonce) {
		message.nonce = nonce;
		message.want_map_notify = true;
		message.authentication.algorithm = Algorithm::hmac_sha256;
	}
	Register &add(const char *text, std::vector<Locator> rlocs, std::uint32_t ttl = 1440) {
		const auto parsed = prefix(text);
		MapRecord record;
		record.ttl = RecordTtl{ttl};
		record.mask_length = parsed.length;
		record.authoritative = true;
		record.eid = parsed.address;
		locators.push_back(std::move(rlocs));
		records.push_back(record);
		return *this;
	}
	Octets octets() {
		for (std::size_t i = 0; i < records.size(); ++i) records[i].locators = locators[i];
		const Octets room(authentication_size(message.authentication.algorithm));
		message.authentication.data = room;
		message.records = records;
		auto encoded = wire(message);
		EXPECT_TRUE(Key{secret}.sign(encoded));
		return encoded;
	}
};

inline MapRequest request(
    const EidPrefix &asked, Arena &arena, const char *itr_rloc = "198.51.100.1") {
	MapRequest message;
	message.nonce = 0x1122334455667788;
	message.itr_rlocs = std::span<const Address>(arena.make<Address>(ip(itr_rloc)), 1);
	const RequestedEid record{asked.length, false, eid_address(asked, arena)};
	message.records = std::span<const RequestedEid>(arena.make(record), 1);
	return message;
}

class Lab {
public:
	explicit Lab(MapServerConfig config = golden_config(), MapServer::Options options = {})
	    : server(std::move(config), options) {}

	MapServer::Outcome receive(Bytes octets, const Endpoint &from) {
		return server.receive({from, map_server, octets}, now);
	}
	MapServer::Outcome send(Register message, const Endpoint &from = etr) {
		sent = message.octets();
		return receive(sent, from);
	}
	// What a plain Map-Request gets for an answer, if one.
	std::optional<MapReply> ask(const EidPrefix &asked, const char *itr_rloc = "198.51.100.1") {
		sent = wire(request(asked, arena, itr_rloc));
		const auto outcome = receive(sent, itr);
		if (outcome.send.empty()) return std::nullopt;
		reply = {outcome.send[0].octets.begin(), outcome.send[0].octets.end()};
		to = outcome.send[0].to;
		const auto decoded = decode_as<MapReply>(reply, arena);
		return decoded ? std::optional{*decoded} : std::nullopt;
	}
	std::optional<MapReply> ask(const char *text) { return ask(prefix(text)); }

	std::size_t eids() {
		std::size_t count = 0;
		server.registrations().for_each(now, [&](const auto &) { return ++count > 0; });
		return count;
	}

	MapServer server;
	Instant now{10h};
	Arena arena;
	Octets sent, reply;
	Endpoint to;
};

inline std::string answer_text(const std::optional<MapReply> &reply) {
	if (!reply) return "none";
	Text text;
	for (const auto &record : reply->records) {
		if (!text.empty()) text += ' ';
		append(text, *eid_prefix(record.eid, record.mask_length));
		text += record.locators.empty() ? "!" + std::to_string(record.ttl.count()) : "";
	}
	return text.str();
}

inline std::optional<MapServerDrop> reason(const MapServer::Outcome &outcome) {
	return outcome.dropped ? std::optional{outcome.dropped->reason} : std::nullopt;
}

} // namespace lisp::map_server_lab
