// A Map-Server that takes subscriptions, and what subscribers send to it.
#pragma once

#include "engine/map_server_lab.h"

namespace lisp::map_server_lab {

inline const Endpoint subscriber{ip("198.51.100.1"), 50006};
inline constexpr XtrId golden_xtr_id{
    0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};

inline SubscriberSection subscriber_section(
    const char *name, const char *secret, const char *rloc) {
	SubscriberSection section;
	section.name = name;
	section.secret = secret;
	section.rlocs.push_back({prefix(rloc), {}});
	return section;
}

// EIDs of the golden messages and of a network of hosts, and who may subscribe to them.
inline MapServerConfig pubsub_config() {
	MapServerConfig config;
	config.sites.push_back(site("golden", "golden-key-1",
	    {eid("203.0.113.0/24", false, true), eid("10.0.0.0/8", true, true)}));
	config.subscribers.push_back(subscriber_section("watchers", "sub-key", "198.51.100.0/24"));
	return config;
}

struct Asking {
	const char *eid = "203.0.113.0/24";
	std::uint64_t nonce = 0x1000;
	const char *itr_rloc = "198.51.100.1"; // nullptr: AFI 0
	bool notify = true;
	std::optional<XtrIdentity> identity = XtrIdentity{golden_xtr_id, 0x42};
};

class PubSubLab : public Lab {
public:
	explicit PubSubLab(MapServerConfig config = pubsub_config(), MapServer::Options options = {})
	    : Lab(std::move(config), options) {}

	// Registers, each time with a nonce of its own.
	void registers(const char *text, std::vector<Locator> rlocs, std::uint32_t ttl = 1440,
	    const Endpoint &from = etr, bool merge = false) {
		auto message = Register{++register_nonce}.add(text, std::move(rlocs), ttl);
		message.message.merge = merge;
		message.message.use_ttl = use_ttl;
		EXPECT_EQ(send(message, from).dropped, std::nullopt) << text;
	}

	// The octets of what comes back, if one.
	Octets subscribes(const Asking &asking, const Endpoint &from = subscriber) {
		auto message = request(prefix(asking.eid), arena);
		const auto itr_rloc = asking.itr_rloc == nullptr ? IpAddress{} : ip(asking.itr_rloc);
		message.itr_rlocs = std::span<const Address>(arena.make<Address>(itr_rloc), 1);
		auto asked = message.records[0];
		asked.notify = asking.notify;
		message.records = std::span<const RequestedEid>(arena.make(asked), 1);
		message.nonce = asking.nonce;
		message.identity = asking.identity;
		return answer_to(wire(message), from);
	}
	Octets answer_to(const Octets &octets, const Endpoint &from) {
		const auto outcome = receive(octets, from);
		dropped = reason(outcome);
		if (outcome.send.empty()) return {};
		to = outcome.send[0].to;
		return {outcome.send[0].octets.begin(), outcome.send[0].octets.end()};
	}
	std::optional<MapServerDrop> acknowledges(
	    const Octets &notify, const char *secret = "sub-key", const Endpoint &from = subscriber) {
		auto octets = notify;
		octets[0] = static_cast<std::uint8_t>(0x50 | (octets[0] & 0xf));
		std::fill_n(octets.begin() + 16, 32, std::uint8_t{0});
		EXPECT_TRUE(Key{secret}.sign(octets));
		const auto outcome = receive(octets, from);
		saved.assign(outcome.save.begin(), outcome.save.end());
		return reason(outcome);
	}
	// Subscribed, by both.
	void subscribe(const Asking &asking) {
		const auto notify = subscribes(asking);
		ASSERT_FALSE(notify.empty());
		EXPECT_EQ(acknowledges(notify), std::nullopt);
	}

	// All that is sent without having been asked for, from now on for so long.
	std::vector<Octets> published(std::chrono::seconds how_long = 0s) {
		std::vector<Octets> all;
		const auto end = now + how_long;
		for (;;) {
			server.expire(now);
			while (const auto *notify = server.next_notify(now)) {
				all.push_back(notify->octets);
				times.push_back(now);
				to = notify->to;
			}
			const auto deadline = server.deadline();
			if (!deadline || *deadline > end) break;
			now = std::max(now, *deadline);
		}
		now = end;
		return all;
	}
	std::size_t active() const { return server.subscriptions().active(); }

	bool use_ttl = false; // of what is registered: its own lifetime
	std::uint64_t register_nonce = 0;
	std::optional<MapServerDrop> dropped;
	Octets saved;
	std::vector<Instant> times; // of what was published
};

// "1001: 203.0.113.0/24 198.51.100.10,2", "1002: 203.0.113.0/24 ttl 0"; the nonce in hexadecimal.
inline std::string told(const Octets &octets, const char *secret = "sub-key") {
	if (octets.empty()) return "nothing";
	Arena arena;
	const auto decoded = decode(octets, arena);
	const auto *message = std::get_if<MapNotify>(&decoded.message);
	if (message == nullptr) return "no map-notify";
	if (!Key{secret}.verify(octets)) return "not signed";
	Text text;
	append_hex_digits(text, message->nonce, 4);
	text += ':';
	for (const auto &record : message->records) {
		append(text += ' ', *eid_prefix(record.eid, record.mask_length));
		if (record.locators.empty())
			text += " ttl " + std::to_string(record.ttl.count()) + " act " +
			        std::to_string(static_cast<int>(record.action));
		for (const auto &locator : record.locators)
			text += " " + to_string(*as_ip(locator.rloc)) + "," + std::to_string(locator.priority);
	}
	return text.str();
}
inline std::string told(const std::vector<Octets> &all) {
	std::string text;
	for (const auto &one : all) text += (text.empty() ? "" : "; ") + told(one);
	return text;
}

} // namespace lisp::map_server_lab
