#include "engine/withdrawals.h"

#include "message/map_record.h"

#include <algorithm>
#include <utility>

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
	for (const auto &eid : eids) eids_.emplace(eid, never_sent);
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
	// The rest of the round has been confirmed or cancelled since.
	if (eid == eids_.end()) eid = eids_.begin();
	for (; eid != eids_.end() && batch.count < max_records; ++eid) {
		const auto before = batch.records.size();
		append(batch.records, eid->first, arena_);
		if (batch.records.size() > room && batch.count > 0) {
			batch.records.resize(before);
			break;
		}
		++batch.count;
		sent.push_back(eid->first);
		eid->second = std::min(eid->second, nonce);
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
	if (++attempt_ < attempts) return;
	eids_.clear();
	for (auto &one : outstanding_) one.eids = {};
}

std::size_t Withdrawals::find(std::uint64_t nonce) const {
	const auto found = std::lower_bound(outstanding_.begin(), outstanding_.end(), nonce,
	    [](const Outstanding &one, std::uint64_t n) { return one.nonce < n; });
	const bool known = found != outstanding_.end() && found->nonce == nonce;
	return known ? static_cast<std::size_t>(found - outstanding_.begin()) : outstanding_.size();
}

bool Withdrawals::knows_nonce(std::uint64_t nonce) const {
	return find(nonce) < outstanding_.size();
}

bool Withdrawals::confirm(std::uint64_t nonce) {
	const auto place = find(nonce);
	if (place == outstanding_.size()) return false;
	bool any = false;
	for (const auto &eid : std::exchange(outstanding_[place].eids, {})) {
		const auto known = eids_.find(eid);
		if (known == eids_.end() || nonce < known->second) continue;
		eids_.erase(known);
		any = true;
	}
	return any;
}

void Withdrawals::postpone(Instant drawn_up, Instant until) {
	const auto drawn = [drawn_up](const Outstanding &one) { return one.sent == drawn_up; };
	if (std::none_of(outstanding_.begin(), outstanding_.end(), drawn)) return;
	for (const auto &one : outstanding_)
		if (drawn(one))
			for (const auto &eid : one.eids) eids_.emplace(eid, never_sent);
	last_.reset();
	attempt_ = 0;
	due_ = until;
}

} // namespace lisp
