#include "engine/transactions.h"

#include <algorithm>

namespace lisp {

namespace {

std::optional<std::uint64_t> elapsed(
    std::optional<std::uint64_t> from, std::optional<std::uint64_t> to) {
	if (!from || !to || *to < *from) return std::nullopt;
	return *to - *from;
}

std::optional<IpAddress> address_of(const std::optional<Endpoint> &endpoint) {
	if (!endpoint) return std::nullopt;
	return endpoint->address;
}

bool overlap(const std::optional<EidPrefix> &a, const std::optional<EidPrefix> &b) {
	return a && b && (a->covers(*b) || b->covers(*a));
}

} // namespace

std::string_view name(TransactionResult result) {
	constexpr std::array<std::string_view, transaction_results> names{
	    "answered", "negative", "unanswered", "unasked"};
	return names[static_cast<std::size_t>(result)];
}

std::optional<std::uint64_t> round_trip_time(const Transaction &transaction) {
	return elapsed(transaction.latest_time, transaction.answer_time);
}

std::optional<std::uint64_t> total_time(const Transaction &transaction) {
	return elapsed(transaction.time, transaction.answer_time);
}

Transactions::Transactions(const TransactionLimits &limits, std::uint64_t seed)
    : limits_(limits), seed_(seed), chains_(limits.open, seed) {}

TakenMessage Transactions::take(const Dissection &found) {
	ended_.clear();
	clock_.advance(found.captured.time);
	expire();
	if (const auto answer = answer_in(found)) {
		if (take_answer(found, *answer)) return {ended_, std::nullopt};
		if (!answer->asks) {
			add_unasked(found, *answer);
			return {ended_, std::nullopt};
		}
	}
	const auto question = question_in(found);
	if (!question || take_repeated(found, *question)) return {ended_, std::nullopt};
	const auto place = open(found, *question);
	return {ended_, place};
}

std::span<const Transaction> Transactions::finish() {
	ended_.clear();
	while (open_.oldest != nowhere) {
		ended_.push_back(entries_[open_.oldest].transaction);
		forget(open_.oldest);
	}
	while (closed_.oldest != nowhere) forget(closed_.oldest);
	return ended_;
}

bool Transactions::take_answer(const Dissection &found, const Answer &answer) {
	bool known = false;
	for (const auto kind : answer.ends) {
		const auto place = find(kind, found, answer);
		if (place == nowhere || (known && !answer.ends_each)) continue;
		known = true;
		if (entries_[place].closed) {
			++counters_.repeated_answers;
			continue;
		}
		auto &transaction = entries_[place].transaction;
		transaction.result =
		    answer.negative ? TransactionResult::negative : TransactionResult::answered;
		transaction.answer_time = found.captured.time;
		transaction.answered_by = found.captured.source;
		close(place);
	}
	for (const auto kind : answer.follows) {
		const auto place = known ? nowhere : find(kind, found, answer);
		known = known || (place != nowhere && entries_[place].closed);
	}
	return known;
}

void Transactions::add_unasked(const Dissection &found, const Answer &answer) {
	auto &transaction = ended_.emplace_back();
	transaction.kind = answer.ends.front();
	transaction.result = TransactionResult::unasked;
	transaction.nonce = answer.nonce;
	transaction.time = transaction.answer_time = found.captured.time;
	transaction.from = found.captured.destination;
	transaction.to = transaction.answered_by = found.captured.source;
	transaction.eid = answer.eid;
}

// One that is open, or else one that was.
Transactions::Place Transactions::find(
    TransactionKind kind, const Dissection &found, const Answer &answer) const {
	Place best = nowhere;
	for (auto at = first(kind, answer.nonce); at != nowhere; at = entries_[at].same_nonce) {
		if (!fits(entries_[at], found, answer)) continue;
		if (!entries_[at].closed) return at;
		best = at;
	}
	return best;
}

bool Transactions::fits(const Entry &entry, const Dissection &found, const Answer &answer) const {
	const auto to = address_of(found.captured.destination);
	if (!to) return true;
	const auto bits = bits_of(*to);
	return (entry.askers & bits) == bits || overlap(entry.transaction.eid, answer.eid);
}

bool Transactions::take_repeated(const Dissection &found, const Question &question) {
	const auto sender = address_of(found.captured.source);
	for (auto at = first(question.kind, question.nonce); at != nowhere;
	     at = entries_[at].same_nonce) {
		auto &entry = entries_[at];
		auto &transaction = entry.transaction;
		if (transaction.eid != question.eid) continue;
		if (address_of(transaction.from) == sender) {
			if (entry.closed) {
				forget(at);
				return false;
			}
			++transaction.attempts;
			transaction.latest_time = found.captured.time;
			return true;
		}
		if (!entry.encapsulated && !question.encapsulated) continue;
		if (entry.closed)
			++counters_.late_copies;
		else
			++transaction.forwarded;
		entry.askers |= askers_of(found);
		return true;
	}
	return false;
}

Transactions::Place Transactions::first(TransactionKind kind, std::uint64_t nonce) const {
	const auto at = chains_.find({nonce, kind});
	return at == chains_.nowhere ? nowhere : chains_[at].value.place;
}

Transactions::Place Transactions::new_place() {
	if (free_.empty() && entries_.size() == limits_.open)
		give_up(closed_.oldest != nowhere ? closed_.oldest : open_.oldest);
	if (free_.empty()) {
		entries_.emplace_back();
		return static_cast<Place>(entries_.size() - 1);
	}
	const auto place = free_.back();
	free_.pop_back();
	return place;
}

Transactions::Place Transactions::open(const Dissection &found, const Question &question) {
	unsigned of_one_nonce = 0;
	for (auto at = first(question.kind, question.nonce); at != nowhere;
	     at = entries_[at].same_nonce)
		++of_one_nonce;
	if (of_one_nonce == max_of_one_nonce) give_up(first(question.kind, question.nonce));

	const auto place = new_place();
	auto &entry = entries_[place];
	entry = {};
	auto &transaction = entry.transaction;
	transaction.kind = question.kind;
	transaction.nonce = question.nonce;
	transaction.time = transaction.latest_time = found.captured.time;
	transaction.from = found.captured.source;
	transaction.to = found.captured.destination;
	transaction.eid = question.eid;
	transaction.attempts = 1;
	transaction.place = place;
	entry.askers = askers_of(found);
	entry.encapsulated = question.encapsulated;
	append(open_, place);
	add_to_chain(place);
	return place;
}

void Transactions::close(Place place) {
	auto &entry = entries_[place];
	ended_.push_back(entry.transaction);
	remove(open_, place);
	entry.closed = true;
	append(closed_, place);
}

// Open or not.
void Transactions::give_up(Place place) {
	auto &entry = entries_[place];
	if (!entry.closed) {
		++counters_.given_up;
		ended_.push_back(entry.transaction);
	}
	forget(place);
}

void Transactions::expire() {
	const auto is_late = [&](Place place) {
		return place != nowhere && entries_[place].deadline < clock_.now();
	};
	while (is_late(open_.oldest)) {
		ended_.push_back(entries_[open_.oldest].transaction);
		forget(open_.oldest);
	}
	while (is_late(closed_.oldest)) forget(closed_.oldest);
}

void Transactions::forget(Place place) {
	remove(entries_[place].closed ? closed_ : open_, place);
	remove_from_chain(place);
	free_.push_back(place);
}

void Transactions::add_to_chain(Place place) {
	const auto &transaction = entries_[place].transaction;
	const auto at = chains_.find_or_add({transaction.nonce, transaction.kind});
	auto *link = &chains_[at].value.place;
	while (*link != nowhere) link = &entries_[*link].same_nonce;
	*link = place;
}

void Transactions::remove_from_chain(Place place) {
	const auto &transaction = entries_[place].transaction;
	const auto at = chains_.find({transaction.nonce, transaction.kind});
	auto *link = &chains_[at].value.place;
	while (*link != place) link = &entries_[*link].same_nonce;
	*link = entries_[place].same_nonce;
	if (chains_[at].value.place == nowhere) chains_.erase(at);
}

void Transactions::append(Queue &queue, Place place) {
	auto &entry = entries_[place];
	entry.deadline = clock_.now() + limits_.patience;
	entry.older = queue.youngest;
	entry.younger = nowhere;
	(queue.youngest == nowhere ? queue.oldest : entries_[queue.youngest].younger) = place;
	queue.youngest = place;
}

void Transactions::remove(Queue &queue, Place place) {
	const auto &entry = entries_[place];
	(entry.older == nowhere ? queue.oldest : entries_[entry.older].younger) = entry.younger;
	(entry.younger == nowhere ? queue.youngest : entries_[entry.younger].older) = entry.older;
}

std::uint64_t Transactions::bits_of(const IpAddress &address) const {
	const auto hash = seeded_hash(address, seed_);
	return std::uint64_t{1} << (hash & 63) | std::uint64_t{1} << (hash >> 6 & 63);
}

std::uint64_t Transactions::askers_of(const Dissection &found) const {
	std::uint64_t askers = 0;
	for (const auto *at = &found; at != nullptr; at = at->inner)
		askers |= at->captured.source ? bits_of(at->captured.source->address) : anyone;
	if (const auto *request = std::get_if<MapRequest>(&innermost(found).message))
		for (const auto &rloc : request->itr_rlocs) {
			const auto *ip = as_ip(rloc);
			askers |= ip != nullptr ? bits_of(*ip) : anyone;
		}
	return askers;
}

} // namespace lisp
