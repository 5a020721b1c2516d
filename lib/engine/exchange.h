// What a LISP message asks and what it answers.
#pragma once

#include "message/dissection.h"

namespace lisp {

// By the message that asks. An RLOC probe is a Map-Request, a DDT Map-Request one that a resolver
// has sent on (RFC 8111): each is apart from the others.
enum class TransactionKind : std::uint8_t {
	map_request,     // Map-Reply; or Map-Notify, to one who subscribes (RFC 9437)
	probe,           // Map-Reply
	map_register,    // Map-Notify
	map_notify,      // Map-Notify-Ack, where the Map-Notify answers nothing itself
	info_request,    // Info-Reply
	ddt_map_request, // Map-Referral
	change_priority, // its acknowledgement
};
inline constexpr std::size_t transaction_kinds = 7;
std::string_view name(TransactionKind kind); // "map-request" …

// What waits for an answer.
struct Question {
	TransactionKind kind = TransactionKind::map_request;
	std::uint64_t nonce = 0;
	std::optional<EidPrefix> eid; // the first; none if it is no IP prefix
	bool encapsulated = false;
};

// What an answer may end, and what it may come after when that has ended already.
struct Answer {
	std::span<const TransactionKind> ends; // at least one: the first of which there is one
	std::span<const TransactionKind> follows;
	std::uint64_t nonce = 0;
	std::optional<EidPrefix> eid; // the first; none if it is no IP prefix
	bool negative = false;
	bool ends_each = false; // not the first alone
	bool asks = false;      // if it answers nothing, it is a question itself
};

// Neither for messages that stand alone, among them those that want no answer: an SMR, a
// Map-Request with D, a Map-Register without M.
std::optional<Question> question_in(const Dissection &found);
std::optional<Answer> answer_in(const Dissection &found);

// The message inside, or else the message itself.
const Dissection &innermost(const Dissection &found);

// The same with the Encapsulated Control Messages around it: what was sent, by whomever, before
// data packets carried it.
const Dissection &innermost_packet(const Dissection &found);

} // namespace lisp
