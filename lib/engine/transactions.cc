#include "engine/transactions.h"

#include "table/seeded_hash.h"

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
    : limits_(limits), seed_(seed) {}

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
	if (!question) return {ended_, std::nullopt};
	const auto hash = hash_of(question->kind, question->nonce);
	if (take_repeated(found, *question, hash)) return {ended_, std::nullopt};
	const auto place = open(found, *question, hash);
	return {ended_, place};
}

std::span<const Transaction> Transactions::finish() {
	ended_.clear();
	while (size_ > 0) end_oldest(false);
	return ended_;
}

bool Transactions::take_answer(const Dissection &found, const Answer &answer) {
	bool known = false;
	for (const auto kind : answer.ends) {
		if (known && !answer.ends_each) break;
		const auto place = find(kind, found, answer);
		if (place == nowhere) continue;
		known = true;
		auto &entry = entries_[place];
		if (entry.state == State::closed) {
			++counters_.repeated_answers;
			continue;
		}
		auto &transaction = entry.transaction;
		transaction.result =
		    answer.negative ? TransactionResult::negative : TransactionResult::answered;
		transaction.answer_time = found.captured.time;
		transaction.answered_by = found.captured.source;
		entry.state = State::closed;
		ended_.push_back(transaction);
	}
	for (const auto kind : answer.follows) {
		const auto place = known ? nowhere : find(kind, found, answer);
		known = known || (place != nowhere && entries_[place].state == State::closed);
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
	Place closed = nowhere;
	const auto open = index_.find(hash_of(kind, answer.nonce), [&](Place place) {
		const auto &entry = entries_[place];
		const auto &transaction = entry.transaction;
		if (transaction.nonce != answer.nonce || transaction.kind != kind) return false;
		if (!fits(entry, found, answer)) return false;
		if (entry.state == State::closed) closed = place;
		return entry.state == State::open;
	});
	return open != nowhere ? open : closed;
}

bool Transactions::fits(const Entry &entry, const Dissection &found, const Answer &answer) const {
	const auto to = address_of(found.captured.destination);
	if (!to) return true;
	const auto bits = bits_of(*to);
	return (entry.askers & bits) == bits || overlap(entry.transaction.eid, answer.eid);
}

bool Transactions::take_repeated(
    const Dissection &found, const Question &question, std::uint32_t hash) {
	const auto sender = address_of(found.captured.source);
	const auto place = index_.find(hash, [&](Place at) {
		const auto &entry = entries_[at];
		const auto &transaction = entry.transaction;
		return transaction.nonce == question.nonce && transaction.kind == question.kind &&
		       transaction.eid == question.eid &&
		       (address_of(transaction.from) == sender || entry.encapsulated ||
		           question.encapsulated);
	});
	if (place == nowhere) return false;
	auto &entry = entries_[place];
	auto &transaction = entry.transaction;
	if (address_of(transaction.from) == sender) {
		if (entry.state == State::closed) {
			forget(entry);
			return false;
		}
		++transaction.attempts;
		transaction.latest_time = found.captured.time;
		return true;
	}
	if (entry.state == State::closed)
		++counters_.late_copies;
	else
		++transaction.forwarded;
	entry.askers |= askers_of(found);
	return true;
}

Transactions::Place Transactions::open(
    const Dissection &found, const Question &question, std::uint32_t hash) {
	make_room(question, hash);
	const auto place = static_cast<Place>((oldest_ + size_) % limits_.remembered);
	if (place == entries_.size()) entries_.emplace_back();
	++size_;
	index_.add(hash, place);
	auto &entry = entries_[place];
	entry.state = State::open;
	entry.encapsulated = question.encapsulated;
	entry.askers = askers_of(found);
	entry.deadline = clock_.now() + limits_.patience;
	auto &transaction = entry.transaction = {};
	transaction.kind = question.kind;
	transaction.nonce = question.nonce;
	transaction.time = transaction.latest_time = found.captured.time;
	transaction.from = found.captured.source;
	transaction.to = found.captured.destination;
	transaction.eid = question.eid;
	transaction.attempts = 1;
	transaction.place = place;
	return place;
}

void Transactions::make_room(const Question &question, std::uint32_t hash) {
	unsigned of_one_nonce = 0;
	Place first = nowhere;
	index_.find(hash, [&](Place at) {
		const auto &transaction = entries_[at].transaction;
		if (transaction.nonce != question.nonce || transaction.kind != question.kind) return false;
		if (of_one_nonce++ == 0) first = at;
		return false;
	});
	if (of_one_nonce == max_of_one_nonce) end(entries_[first], true);
	if (size_ == limits_.remembered) end_oldest(true);
}

void Transactions::end_oldest(bool given_up) {
	end(entries_[oldest_], given_up);
	oldest_ = static_cast<Place>((oldest_ + 1) % limits_.remembered);
	--size_;
}

void Transactions::end(Entry &entry, bool given_up) {
	if (entry.state == State::open) {
		if (given_up) ++counters_.given_up;
		ended_.push_back(entry.transaction);
	}
	forget(entry);
}

void Transactions::forget(Entry &entry) {
	const auto &transaction = entry.transaction;
	if (entry.state != State::forgotten)
		index_.erase(hash_of(transaction.kind, transaction.nonce), transaction.place);
	entry.state = State::forgotten;
}

void Transactions::expire() {
	while (size_ > 0 && entries_[oldest_].deadline < clock_.now()) end_oldest(false);
}

std::uint32_t Transactions::hash_of(TransactionKind kind, std::uint64_t nonce) const {
	return static_cast<std::uint32_t>(seeded_hash(nonce, seed_ + static_cast<std::uint64_t>(kind)));
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
