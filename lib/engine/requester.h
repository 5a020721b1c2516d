// Asking a mapping system for EIDs, or an RLOC for its state, as the lig of RFC 6835 does: one
// Map-Request an EID, repeated until a Map-Reply with a nonce of one of them comes. RFC 9301
// sections 5.2, 5.3, 5.8 and 7.1.
#pragma once

#include "engine/datagram.h"
#include "engine/instant.h"
#include "engine/request_form.h"
#include "message/message.h"

#include <deque>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lisp {

// Why a datagram was no answer.
enum class NoAnswer : std::uint8_t {
	malformed,
	unknown_vendor, // an LCAF of one: the whole message is lost
	not_a_map_reply,
	unknown_nonce,     // of nothing that was asked, or is not answered yet
	not_to_a_probe,    // to an RLOC probe, and without P
	not_authoritative, // P, but a record without A
	other_eid, // none of its records covers the EID that was asked for, or its first address
};

std::string_view name(NoAnswer reason);

struct RequestAnswer {
	EidPrefix eid; // as asked
	Endpoint from; // who answered
	std::chrono::microseconds round_trip{};
	List<MapRecord> records; // view the datagram; valid until the next one

	// Of the longest of the records that cover the EID, or else its first address.
	const MapRecord *mapping = nullptr;
	bool positive() const { return !mapping->locators.empty(); }
};

class Requester {
public:
	struct Options : RequestForm {
		std::size_t most_open = 512;                                // EIDs asked for at a time
		unsigned count = 3;                                         // Map-Requests an EID
		std::chrono::nanoseconds timeout = std::chrono::seconds{2}; // after each; at least 1 s
	};

	explicit Requester(Options options);

	void ask(const EidPrefix &eid);

	// The next Map-Request that is due, under `nonce`, 64 random bits; nullopt where none is.
	// Valid until the next call.
	std::optional<Datagram> next_request(Instant now, std::uint64_t nonce);

	// The next EID whose last Map-Request has been waited for in vain.
	std::optional<EidPrefix> next_timeout(Instant now);

	Result<RequestAnswer, NoAnswer> receive(const Endpoint &from, Bytes octets, Instant now);

	std::optional<Instant> deadline() const; // of either of the above; nullopt when all is done
	const Options &options() const { return options_; }

private:
	struct Sent {
		std::uint64_t nonce = 0;
		Instant when{};
	};
	struct Question {
		EidPrefix eid;
		std::vector<Sent> sent; // none before and after it is open
		Instant due{};
	};
	using Number = std::size_t; // of a question
	bool may_begin() const;
	Datagram send(Number number, Instant now, std::uint64_t nonce);
	void end(Number number);
	Result<RequestAnswer, NoAnswer> judge(const Question &question, const MapReply &reply) const;

	Options options_;
	std::deque<Question> questions_;
	Number begun_ = 0;                                   // those before it are open or have ended
	std::set<std::pair<Instant, Number>> due_;           // of those that are open
	std::unordered_map<std::uint64_t, Number> by_nonce_; // of these
	Arena arena_;                                        // of the answer last received
	Octets room_;
};

} // namespace lisp
