// The recorded conversations of peers, in pcaps/: what was said, and to whom.
#pragma once

#include "capture/capture_file.h"
#include "engine/instant.h"
#include "message/message.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>

namespace lisp::interop {

inline IpAddress ip(const char *text) {
	return IpAddress::parse(text).value();
}
inline EidPrefix prefix(const char *text) {
	return EidPrefix::parse(text).value();
}

struct Packet {
	std::uint64_t frame = 0;
	Instant when{};
	Endpoint from;
	Endpoint to;
	Octets octets;
	std::optional<std::uint64_t> nonce; // of the message, or of the one inside
};

inline std::optional<std::uint64_t> nonce_in(Bytes octets) {
	Arena arena;
	const auto decoded = decode(octets, arena);
	if (const auto *outer = std::get_if<EncapsulatedControl>(&decoded.message))
		return outer->payload.empty() ? std::nullopt : nonce_in(outer->payload);
	if (octets.size() < 12) return std::nullopt;
	Reader in{octets.subspan(4)};
	return in.u64("nonce");
}

struct Recording {
	explicit Recording(const std::string &name) {
		auto file = CaptureFile::open(LISP_TEST_DATA "/../pcaps/" + name);
		EXPECT_TRUE(file) << file.error();
		if (!file) return;
		while (const auto found = file->next()) {
			const Octets octets(found->octets.begin(), found->octets.end());
			const Instant when{std::chrono::nanoseconds{found->time.value()}};
			packets.push_back({found->frame, when, found->source.value(),
			    found->destination.value(), octets, nonce_in(octets)});
		}
		EXPECT_EQ(file->error(), "");
		counters = file->counters();
	}
	const Packet &operator[](std::uint64_t frame) const {
		for (const auto &packet : packets)
			if (packet.frame == frame) return packet;
		throw std::out_of_range("no such frame");
	}

	std::vector<Packet> packets;
	CaptureCounters counters;
};

// What came to a host's control port, and the peer's answer if it gave one.
struct Exchange {
	const Packet *asked = nullptr;
	const Packet *answer = nullptr;
};

// Of the hosts with these addresses, in the order of what was asked.
inline std::vector<Exchange> exchanges(
    const Recording &recording, const std::vector<IpAddress> &hosts) {
	const auto is_one = [&](const IpAddress &address) {
		return std::find(hosts.begin(), hosts.end(), address) != hosts.end();
	};
	std::vector<Exchange> all;
	for (const auto &packet : recording.packets) {
		if (packet.nonce && is_one(packet.from.address)) {
			const auto last = std::find_if(all.rbegin(), all.rend(),
			    [&](const Exchange &exchange) { return exchange.asked->nonce == packet.nonce; });
			if (last != all.rend() && last->answer == nullptr) last->answer = &packet;
		}
		if (is_one(packet.to.address) && packet.to.port == control_port)
			all.push_back({&packet, nullptr});
	}
	return all;
}

// "map-reply 10.100.0.0/24 ttl 1 natively-forward", for who compares answers.
inline std::string summary(Bytes octets) {
	Arena arena;
	const auto decoded = decode(octets, arena);
	std::string text{type_name(octets)};
	if (decoded.error) return text + " (malformed)";
	for (const auto &record : records_of(decoded.message)) {
		text += ' ' + to_string(*eid_prefix(record.eid, record.mask_length)) + " ttl " +
		        std::to_string(record.ttl.count());
		if (record.locators.empty()) text += " act " + std::to_string(unsigned(record.action));
		for (const auto &locator : record.locators) text += ' ' + to_string(locator.rloc);
	}
	return text;
}

// Where two messages of one length differ: "1, 16-35".
inline std::string differences(Bytes a, Bytes b) {
	std::string text;
	for (std::size_t i = 0; i < a.size(); ++i) {
		if (a[i] == b[i]) continue;
		auto end = i;
		while (end + 1 < a.size() && a[end + 1] != b[end + 1]) ++end;
		text += (text.empty() ? "" : ", ") + std::to_string(i);
		if (end > i) text += '-' + std::to_string(end);
		i = end;
	}
	return text;
}

struct Ours {
	Octets octets; // none: nothing was sent
	Endpoint to;
	std::string reason; // why
};

// What became of a packet here and with the peer, in one line.
inline std::string verdict(const Ours &ours, const Packet *theirs) {
	const auto because = ours.reason.empty() ? "" : ", " + ours.reason;
	if (ours.octets.empty())
		return (theirs == nullptr ? "silence" : "silence, not " + summary(theirs->octets)) +
		       because;
	if (theirs == nullptr) return summary(ours.octets) + ", not silence" + because;
	std::string text{type_name(ours.octets)};
	if (const auto said = summary(theirs->octets); summary(ours.octets) != said)
		text = summary(ours.octets) + ", not " + said;
	else if (ours.octets.size() != theirs->octets.size())
		text += " of other length";
	else if (ours.octets != theirs->octets)
		text += " but for " + differences(ours.octets, theirs->octets);
	if (ours.to != theirs->to)
		text += " to " + to_string(ours.to) + ", not to " + to_string(theirs->to);
	return text + because;
}

// What is to become of the packets of these frames, and the rule by which it does.
struct Row {
	std::uint64_t first = 0;
	std::uint64_t last = 0;
	const char *verdict = nullptr;
	const char *rule = nullptr;
};

// Every packet is in one of the rows, and every row has one.
class Table {
public:
	explicit Table(std::vector<Row> rows) : rows_(std::move(rows)), used_(rows_.size()) {}
	~Table() {
		for (std::size_t i = 0; i < rows_.size(); ++i) EXPECT_TRUE(used_[i]) << rows_[i].first;
	}
	void expect(std::uint64_t frame, const std::string &verdict) {
		for (std::size_t i = 0; i < rows_.size(); ++i) {
			if (frame < rows_[i].first || frame > rows_[i].last) continue;
			used_[i] = true;
			EXPECT_EQ(verdict, rows_[i].verdict) << "frame " << frame << ": " << rows_[i].rule;
			return;
		}
		ADD_FAILURE() << "frame " << frame << " is in no row: " << verdict;
	}

private:
	std::vector<Row> rows_;
	std::vector<bool> used_;
};

} // namespace lisp::interop
