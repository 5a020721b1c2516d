// Questions and their answers, found in captured traffic: which Map-Reply belongs to which
// Map-Request, and so on for each pair of LISP messages.
#pragma once

#include "engine/capture_clock.h"
#include "engine/exchange.h"
#include "table/place_index.h"

#include <array>

namespace lisp {

enum class TransactionResult : std::uint8_t {
	answered,
	negative,   // answered, with records that all are without locators, a referral to nowhere, a
	            // Change-Priority Message that was not carried out
	unanswered, // when its time was up, when memory was, or when there was nothing more to come
	unasked,    // an answer to nothing that was seen
};
inline constexpr std::size_t transaction_results = 4;
std::string_view name(TransactionResult result);

struct Transaction {
	TransactionKind kind = TransactionKind::map_request;
	TransactionResult result = TransactionResult::unanswered;
	std::uint64_t nonce = 0;
	// Nanoseconds since 1970.
	std::optional<std::uint64_t> time;        // of the first request; of the answer, if unasked
	std::optional<std::uint64_t> latest_time; // of the last request from the same sender
	std::optional<std::uint64_t> answer_time;
	// Of the outermost message, and of the first of several.
	std::optional<Endpoint> from;
	std::optional<Endpoint> to;
	std::optional<Endpoint> answered_by;
	std::optional<EidPrefix> eid; // the first asked for; none if it is no IP prefix
	std::uint32_t attempts = 0;   // requests from that sender
	std::uint32_t forwarded = 0;  // requests from others, who passed it on encapsulated
	std::uint32_t place = 0;      // see TakenMessage; an unasked answer has none
};

// Nanoseconds from the last request, or the first, to the answer. None without an answer, without
// times, or where the capture has the answer's time before the request's.
std::optional<std::uint64_t> round_trip_time(const Transaction &transaction);
std::optional<std::uint64_t> total_time(const Transaction &transaction);

struct TransactionLimits {
	std::size_t remembered = 65536; // transactions, whether they wait for an answer or have one
	std::uint64_t patience = 60 * second_of_capture; // nanoseconds since the first request
};

struct TransactionCounters {
	std::uint64_t repeated_answers = 0; // to what had been answered
	std::uint64_t late_copies = 0;      // of requests that had been answered
	std::uint64_t given_up = 0;         // unanswered for want of memory, not of time
};

// What came of one message.
struct TakenMessage {
	// In the order in which they ended. Valid until the next call.
	std::span<const Transaction> ended;
	// The transaction that the message began: a number below TransactionLimits::remembered that is
	// its alone until it is among the ended ones.
	std::optional<std::uint32_t> opened;
};

// A request and an answer belong together if they have one nonce, and if the answer goes to who
// asked or to an ITR-RLOC of the request, or is about the EID that was asked for. A request with
// the nonce and the EID of an earlier one repeats it (same sender), or is a copy on its way through
// the mapping system (another sender, one of the two encapsulated). A request that wants no answer
// (SMR, D bit) is none.
//
// A transaction ends with the first answer. It is remembered for as long as it would have waited:
// more answers are then repeated ones, and a request from the same sender begins a new transaction.
// Where there are more than can be remembered, the oldest is forgotten, and if it has no answer
// yet, it is given up; the same where too many have one nonce.
class Transactions {
public:
	Transactions(const TransactionLimits &limits, std::uint64_t seed);

	TakenMessage take(const Dissection &found);

	// Everything still open is unanswered.
	std::span<const Transaction> finish();

	const TransactionCounters &counters() const { return counters_; }

private:
	using Place = PlaceIndex::Place;
	static constexpr Place nowhere = PlaceIndex::nowhere;
	static constexpr unsigned max_of_one_nonce = 8;

	enum class State : std::uint8_t { forgotten, open, closed };
	// Which addresses an answer may go to, two bits each: never one too few, now and then one too
	// many.
	using AddressSet = std::uint64_t;
	static constexpr AddressSet anyone = ~AddressSet{0};

	struct Entry {
		State state = State::forgotten;
		bool encapsulated = false;
		AddressSet askers = 0;
		std::uint64_t deadline = 0; // by the clock
		Transaction transaction;
	};

	bool take_answer(const Dissection &found, const Answer &answer);
	void add_unasked(const Dissection &found, const Answer &answer);
	Place find(TransactionKind kind, const Dissection &found, const Answer &answer) const;
	bool fits(const Entry &entry, const Dissection &found, const Answer &answer) const;

	bool take_repeated(const Dissection &found, const Question &question, std::uint32_t hash);
	Place open(const Dissection &found, const Question &question, std::uint32_t hash);

	void make_room(const Question &question, std::uint32_t hash);

	void end_oldest(bool given_up);
	void end(Entry &entry, bool given_up);
	void forget(Entry &entry);
	void expire();

	std::uint32_t hash_of(TransactionKind kind, std::uint64_t nonce) const;
	AddressSet bits_of(const IpAddress &address) const;
	AddressSet askers_of(const Dissection &found) const;

	TransactionLimits limits_;
	std::uint64_t seed_;
	CaptureClock clock_;
	PlaceIndex index_;
	// In the order of the first requests, from oldest_ on and around the end.
	std::vector<Entry> entries_;
	Place oldest_ = 0;
	std::size_t size_ = 0; // of the part in use, which may have forgotten ones in it
	std::vector<Transaction> ended_;
	TransactionCounters counters_;
};

} // namespace lisp
