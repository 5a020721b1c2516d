#include "engine/withdrawals.h"

#include "message/map_record.h"

#include <algorithm>

namespace lisp {

namespace {

using namespace std::chrono_literals;

constexpr auto first_retry = 1s;
constexpr unsigned attempts = 5;
constexpr std::size_t max_records = 255; // what a Record Count can tell
constexpr auto nonce_lifetime = 180s;

void append(Octets &octets, const EidPrefix &eid, Arena &arena) {
	arena.reset();
	MapRecord record;
	record.eid = eid_address(eid, arena);
	record.mask_length = eid.length;
	record.authoritative = true;
	const auto before = octets.size();
	octets.resize(before + encoded_size(record));
	Writer out{Room{octets}.subspan(before)};
	write(out, record);
}

} // namespace

void Withdrawals::add(const std::vector<EidPrefix> &eids, Instant now) {
	if (eids.empty()) return;
	eids_.insert(eids.begin(), eids.end());
	last_.reset();
	attempt_ = 0;
	due_ = now;
}

std::optional<Instant> Withdrawals::deadline() const {
	return eids_.empty() ? std::nullopt : std::optional{due_};
}

Withdrawals::Batch Withdrawals::next(std::uint64_t nonce, std::size_t room, Instant now) {
	while (!outstanding_.empty() && now - outstanding_.front().sent > nonce_lifetime)
		outstanding_.pop_front();
	Batch batch;
	batch.attempt = attempt_;
	auto &sent = outstanding_.emplace_back(Outstanding{nonce, now, {}}).eids;
	auto eid = last_ ? eids_.upper_bound(*last_) : eids_.begin();
	for (; eid != eids_.end() && batch.count < max_records; ++eid) {
		const auto before = batch.records.size();
		append(batch.records, *eid, arena_);
		if (batch.records.size() > room && batch.count > 0) {
			batch.records.resize(before);
			break;
		}
		++batch.count;
		sent.push_back(*eid);
	}
	if (eid == eids_.end())
		end_round(now);
	else
		last_ = sent.back();
	return batch;
}

void Withdrawals::end_round(Instant now) {
	last_.reset();
	due_ = now + first_retry * (1 << attempt_);
	if (++attempt_ == attempts) eids_.clear();
}

bool Withdrawals::knows_nonce(std::uint64_t nonce) const {
	return std::any_of(outstanding_.begin(), outstanding_.end(),
	    [nonce](const Outstanding &one) { return one.nonce == nonce; });
}

bool Withdrawals::confirm(std::uint64_t nonce) {
	std::size_t confirmed = 0;
	for (const auto &one : outstanding_)
		if (one.nonce == nonce)
			for (const auto &eid : one.eids) confirmed += eids_.erase(eid);
	return confirmed > 0;
}

void Withdrawals::postpone(Instant drawn_up, Instant until) {
	const auto drawn = [drawn_up](const Outstanding &one) { return one.sent == drawn_up; };
	if (std::none_of(outstanding_.begin(), outstanding_.end(), drawn)) return;
	for (const auto &one : outstanding_)
		if (drawn(one)) eids_.insert(one.eids.begin(), one.eids.end());
	last_.reset();
	attempt_ = 0;
	due_ = until;
}

} // namespace lisp
