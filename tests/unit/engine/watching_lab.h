// Who watches mappings, and what it is told.
#pragma once

#include "engine/pubsub_lab.h"
#include "engine/watcher.h"

namespace lisp::map_server_lab {

inline Watcher::Options options(const char *secret = "sub-key") {
	Watcher::Options options;
	options.form.resolver = map_server;
	options.form.encapsulated = false;
	options.form.itr_rlocs = {ip("198.51.100.1"), ip("2001:db8::1")};
	options.form.port = subscriber.port;
	options.form.subscriber = XtrIdentity{golden_xtr_id, 0x42};
	options.keys.push_back({std::nullopt, Key{secret}});
	return options;
}

inline std::string text_of(const WatchedChange &change) {
	Text text;
	text += change.kind == WatchedChange::Kind::mapping  ? "mapping "
	        : change.kind == WatchedChange::Kind::change ? "change "
	                                                     : "withdrawal ";
	append(text, *eid_prefix(change.record.eid, change.record.mask_length));
	for (const auto &one : change.record.locators)
		text += " " + to_string(*as_ip(one.rloc)) + "," + std::to_string(one.priority);
	return text.str();
}

struct Watching {
	explicit Watching(Watcher::Options with = options()) : watcher(std::move(with)) {}

	std::string request(std::uint64_t nonce = 0x1000) {
		const auto datagram = watcher.next_request(now, nonce);
		return datagram ? to_hex(datagram->octets) : "none";
	}
	// What it says, joined, or why it is not taken; what it sends back is kept.
	std::string receive(const Octets &octets) {
		const auto news = watcher.receive(octets, now);
		acknowledgement.clear();
		if (!news) return std::string{name(news.error())};
		acknowledgement.assign(news->acknowledgement.begin(), news->acknowledgement.end());
		std::string text;
		for (const auto &change : news->changes)
			text += (text.empty() ? "" : "; ") + text_of(change);
		return text;
	}
	std::string trouble() {
		const auto found = watcher.next_trouble(now);
		if (!found) return "none";
		switch (found->second) {
		case WatchTrouble::no_answer: return "no answer";
		case WatchTrouble::refused: return "refused";
		case WatchTrouble::not_renewed: return "not renewed";
		case WatchTrouble::not_ended: return "not ended";
		}
		return {};
	}

	Watcher watcher;
	Instant now{10h};
	Octets acknowledgement;
};

} // namespace lisp::map_server_lab
