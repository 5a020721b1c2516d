// Telling xTRs that EIDs have moved: one Change-Priority Message an EID and xTR, repeated under the
// same nonce until the xTR acknowledges it.
#pragma once

#include "auth/hmac.h"
#include "engine/datagram.h"
#include "engine/instant.h"
#include "message/change_priority.h"

#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lisp {

// What came of one message: where there is no result, nobody acknowledged it.
struct ChangeOutcome {
	EidPrefix eid;
	Endpoint xtr;
	std::optional<ChangeResult> result; // may hold a value that no enumerator names
	unsigned attempts = 0;
	unsigned failures = 0;                  // attempts whose datagram did not leave this host
	std::chrono::microseconds round_trip{}; // since the first attempt
	bool was_sent() const { return attempts > failures; }
};

// A message to be sent, of which kind ever.
struct ChangeOrder {
	enum class Kind : std::uint8_t {
		from_hypervisor, // H
		notify,          // N
		response,        // R
	};
	EidPrefix eid;
	Endpoint xtr;
	Kind kind = Kind::from_hypervisor;
	std::uint64_t nonce = 0;
	std::uint8_t key_id = 0;
	Algorithm algorithm = Algorithm::hmac_sha256;
	std::vector<IpAddress> addresses; // List-IP, at most 255
	IpAddress source;                 // of the datagram; none: the system chooses
};

class ChangePrioritySender {
public:
	struct Options {
		ChangePriorityLayout layout = ChangePriorityLayout::seed;
		std::uint16_t sub_type = 0; // of the extension
		std::uint8_t key_id = 0;
		Algorithm algorithm = Algorithm::hmac_sha256;
		std::vector<IpAddress> peers; // whom the EIDs have talked to, at most 255
		bool want_acknowledgement = true;
		std::chrono::milliseconds timeout{100}; // of the first datagram, then doubled
		unsigned attempts = 4;
		std::chrono::milliseconds limit{1500}; // for all of it
	};

	explicit ChangePrioritySender(Options options);

	// The messages of one EID have one nonce: it is one move. `xtr` is none where the message is
	// only to be seen.
	void add(
	    const EidPrefix &eid, const Endpoint &xtr, const std::string &secret, std::uint64_t nonce);
	// With a key, algorithm and addresses of its own.
	void add(ChangeOrder order, const std::string &secret);

	// The next datagram that is due; what has been waited for in vain ends. Valid until the next
	// call. To be called at the deadline until there is none.
	std::optional<Datagram> next(Instant now);
	void not_sent(); // what next() has returned last did not leave; it is due again in its time
	bool has_begun_all() const { return begun_ == messages_.size(); }
	std::optional<Instant> deadline() const; // nullopt once all is done

	// Which message a datagram acknowledges: one with the right authentication, nonce, EID and
	// sender. Nothing for any other.
	std::optional<std::size_t> receive(const Endpoint &from, Bytes octets, Instant now);

	const std::vector<ChangeOutcome> &outcomes() const { return outcomes_; } // in add()'s order

private:
	struct Message {
		ChangeOrder order;
		Key *key = nullptr;
		Instant first{};
		Instant due{};
		bool ended = false;
	};
	Bytes encode_message(std::size_t number);
	std::optional<std::size_t> due(Instant now);
	void wait(std::size_t number, Instant now);
	void end(std::size_t number);

	Options options_;
	std::unordered_map<std::string, Key> keys_; // by secret
	std::vector<Message> messages_;
	std::vector<ChangeOutcome> outcomes_;
	std::size_t begun_ = 0;                         // those before it have been sent
	std::size_t last_ = 0;                          // what next() has returned
	std::set<std::pair<Instant, std::size_t>> due_; // of those that wait
	std::unordered_multimap<std::uint64_t, std::size_t> by_nonce_;
	Arena arena_;
	Octets room_;
};

} // namespace lisp
