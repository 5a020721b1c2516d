// An xTR whose configuration is text, so that what is saved can be read, and those who tell it of
// moves.
#pragma once

#include "engine/change_priority_receiver.h"
#include "message/message.h"

#include <gtest/gtest.h>

#include <sstream>

namespace lisp {

inline constexpr std::uint64_t lab_epoch = 1'700'000'000'000'000'000; // nanoseconds since 1970

struct CpmSender {
	std::string address;
	std::string secret = "lab-key";
	Algorithm algorithm = Algorithm::hmac_sha256;
	std::uint8_t key_id = 0;
};

class Xtr {
public:
	explicit Xtr(std::string configuration, const ChangePriorityReceiver::Options &options = {})
	    : receiver_(options), text_(std::move(configuration)) {
		reload();
	}

	std::vector<EidPrefix> reload() {
		Diagnostics found;
		auto config = parse_site_config(text_, found);
		for (const auto &each : found.all()) EXPECT_TRUE(each.warning) << each.text;
		return receiver_.configure(std::move(config), now);
	}

	// Of an unsigned message, by its flags, as the users' guide lays it out.
	static Octets message(const CpmSender &by, const std::string &flags, std::uint64_t nonce,
	    const std::string &eid, const std::vector<std::string> &addresses = {}) {
		const auto prefix = EidPrefix::parse(eid).value();
		std::vector<IpAddress> list;
		for (const auto &text : addresses) list.push_back(IpAddress::parse(text).value());
		const MovedEid moved{prefix.length, prefix.address, std::span<const IpAddress>(list)};
		ChangePriority content;
		content.from_hypervisor = flags == "H";
		content.notify = flags == "N";
		content.response = flags == "R";
		content.acknowledgement = flags == "A";
		content.nonce = nonce;
		const Octets zeros(authentication_size(by.algorithm));
		content.authentication = {by.key_id, by.algorithm, zeros, {}};
		content.eids = std::span<const MovedEid>(&moved, 1);
		auto octets = encode(content).operator*();
		Key{by.secret}.sign(octets, TakenAs::change_priority);
		return octets;
	}

	void take(const CpmSender &by, const Octets &octets) {
		effects = {};
		const Endpoint from{IpAddress::parse(by.address).value(), 50000};
		const Endpoint to{IpAddress::parse("192.0.2.1").value(), 4342};
		receiver_.receive({from, to, octets}, {now, wall()}, effects);
	}
	void tell(const CpmSender &by, const std::string &flags, std::uint64_t nonce,
	    const std::string &eid, const std::vector<std::string> &addresses = {}) {
		take(by, message(by, flags, nonce, eid, addresses));
	}

	// What waits, into the text, or not.
	void save(bool works = true) {
		effects = {};
		const auto edits = receiver_.next_save(now);
		ASSERT_TRUE(edits);
		Diagnostics found;
		if (const auto edited = works ? edit_site_text(text_, *edits, found) : std::nullopt)
			text_ = edited->text;
		for (const auto &each : found.all()) ADD_FAILURE() << each.text;
		receiver_.saved(works, now, effects);
	}

	// Of the only answer, with its authentication and all else checked.
	int code(const CpmSender &by) const {
		EXPECT_EQ(effects.replies.size(), 1U);
		if (effects.replies.size() != 1) return -1;
		const auto &reply = effects.replies[0];
		EXPECT_TRUE(Key{by.secret}.verify(reply.octets, TakenAs::change_priority));
		EXPECT_EQ(to_string(reply.to), by.address + ":50000");
		EXPECT_EQ(to_string(reply.from), "192.0.2.1:4342");
		EXPECT_EQ(reply.octets[0], 0x51);
		EXPECT_EQ(reply.octets[3], 0);
		return reply.octets[2];
	}

	// "address priority ..." of the EID, in the file's text.
	std::string rlocs(const std::string &eid) const {
		Diagnostics found;
		return rlocs(parse_site_config(text_, found), eid);
	}
	static std::string rlocs(const SiteConfig &config, const std::string &eid) {
		std::ostringstream out;
		for (const auto &section : config.eids)
			if (to_string(section.eid) == eid)
				for (const auto &rloc : config.rlocs_of(section))
					out << (out.tellp() > 0 ? " " : "") << to_string(rloc.rloc) << ' '
					    << unsigned{rloc.priority};
		return out.str();
	}
	std::string in_memory(const std::string &eid) const { return rlocs(receiver_.config(), eid); }

	std::uint64_t wall() const {
		return lab_epoch + static_cast<std::uint64_t>((now - Instant{}).count());
	}
	const ChangePriorityCounters &counters() const { return receiver_.counters(); }
	ChangePriorityReceiver &receiver() { return receiver_; }
	std::string &text() { return text_; }

	Instant now{};
	ChangePriorityReceiver::Effects effects;

private:
	ChangePriorityReceiver receiver_;
	std::string text_;
};

} // namespace lisp
