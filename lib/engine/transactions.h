// Questions and their answers, found in captured traffic: which Map-Reply belongs to which
// Map-Request, and so on for each pair of LISP messages.
#pragma once

#include "engine/capture_clock.h"
#include "engine/exchange.h"
#include "table/bounded_map.h"

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
	std::size_t open = 65536; // transactions that wait for an answer or were answered just now
	std::uint64_t patience = 60 * second_of_capture; // nanoseconds
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
	// The transaction that the message began: a number below TransactionLimits::open that is its
	// alone until it is among the ended ones.
	std::optional<std::uint32_t> opened;
};

// A request and an answer belong together if they have one nonce, and if the answer goes to who
// asked or to an ITR-RLOC of the request, or is about the EID that was asked for. A request with
// the nonce and the EID of an earlier one repeats it (same sender), or is a copy on its way through
// the mapping system (another sender, one of the two encapsulated). A request that wants no answer
// (SMR, D bit) is none.
//
// Transactions end with the first answer. For as long as the limits allow, they are remembered
// afterwards: more answers are then repeated ones, and a request from the same sender begins a new
// transaction. Where there is no more room, the oldest answered one is forgotten, or else the
// oldest one given up; the same where too many have one nonce.
class Transactions {
public:
	Transactions(const TransactionLimits &limits, std::uint64_t seed);

	TakenMessage take(const Dissection &found);

	// Everything still open is unanswered.
	std::span<const Transaction> finish();

	const TransactionCounters &counters() const { return counters_; }

private:
	using Place = std::uint32_t;
	static constexpr Place nowhere = 0xffffffff;
	static constexpr unsigned max_of_one_nonce = 8;

	struct Key {
		std::uint64_t nonce = 0;
		TransactionKind kind = TransactionKind::map_request;
		bool operator==(const Key &) const = default;
		friend std::uint64_t seeded_hash(const Key &key, std::uint64_t seed) {
			return seeded_hash(key.nonce, seed + static_cast<std::uint64_t>(key.kind));
		}
	};
	struct Chain {
		Place place = nowhere; // of the oldest
	};
	// Which addresses an answer may go to, two bits each: never one too few, now and then one too
	// many.
	using AddressSet = std::uint64_t;
	static constexpr AddressSet anyone = ~AddressSet{0};

	struct Entry {
		Transaction transaction;
		AddressSet askers = 0;
		std::uint64_t deadline = 0; // by the clock
		Place same_nonce = nowhere; // the next younger one with this key
		Place older = nowhere;      // in its queue
		Place younger = nowhere;
		bool encapsulated = false;
		bool closed = false;
	};
	struct Queue {
		Place oldest = nowhere;
		Place youngest = nowhere;
	};
	bool take_answer(const Dissection &found, const Answer &answer);
	void add_unasked(const Dissection &found, const Answer &answer);
	Place find(TransactionKind kind, const Dissection &found, const Answer &answer) const;
	bool fits(const Entry &entry, const Dissection &found, const Answer &answer) const;

	bool take_repeated(const Dissection &found, const Question &question);
	Place open(const Dissection &found, const Question &question);
	Place new_place();

	void close(Place place);
	void give_up(Place place);
	void expire();
	void forget(Place place);

	Place first(TransactionKind kind, std::uint64_t nonce) const;
	void add_to_chain(Place place);
	void remove_from_chain(Place place);
	void append(Queue &queue, Place place);
	void remove(Queue &queue, Place place);

	AddressSet bits_of(const IpAddress &address) const;
	AddressSet askers_of(const Dissection &found) const;

	TransactionLimits limits_;
	std::uint64_t seed_;
	CaptureClock clock_;
	BoundedMap<Key, Chain> chains_;
	std::vector<Entry> entries_;
	std::vector<Place> free_;
	Queue open_;
	Queue closed_;
	std::vector<Transaction> ended_;
	TransactionCounters counters_;
};

} // namespace lisp
