#include "engine/solicitor.h"

#include "message/message.h"

#include <algorithm>

namespace lisp {

namespace {

using std::chrono::duration_cast;

constexpr std::chrono::minutes memory{10}; // of a move, for those who are told of later
constexpr std::size_t most_limits = 65'536;

} // namespace

Solicitor::Solicitor(const Options &options) : options_(options), room_(max_datagram) {}

void Solicitor::moved(const EidPrefix &eid, std::vector<IpAddress> own, Instant now) {
	forget(now);
	left(eid);
	auto &move = moves_[eid];
	move.own = std::move(own);
	move.gate = now + duration_cast<Instant::duration>(options_.gate);
	ends_.emplace_back(now + memory, eid);
}

void Solicitor::solicit(const EidPrefix &eid, const std::vector<IpAddress> &itrs, Instant now) {
	const auto at = moves_.find(eid);
	if (at == moves_.end()) return;
	for (const auto &itr : itrs)
		if (at->second.told.insert(itr).second)
			add(at, itr, at->second.is_open ? now : std::max(now, at->second.gate));
}

void Solicitor::registered(const EidPrefix &eid, Instant now) {
	const auto at = moves_.find(eid);
	if (at == moves_.end() || at->second.is_open) return;
	at->second.is_open = true;
	const auto waiting = at->second.waiting;
	for (const auto &[itr, due] : waiting)
		if (due == at->second.gate) put_off(at, itr, now);
}

void Solicitor::left(const EidPrefix &eid) {
	const auto at = moves_.find(eid);
	if (at == moves_.end()) return;
	for (const auto &[itr, due] : at->second.waiting) due_.erase({due, eid, itr});
	moves_.erase(at);
}

std::optional<Datagram> Solicitor::next(Instant now, std::uint64_t nonce) {
	while (!due_.empty() && std::get<Instant>(*due_.begin()) <= now) {
		const auto [due, eid, itr] = *due_.begin();
		const auto at = moves_.find(eid);
		const auto limit = last_[itr] + duration_cast<Instant::duration>(options_.interval);
		if (last_[itr] != Instant{} && limit > now) {
			++counters_.limited;
			put_off(at, itr, limit);
			continue;
		}
		if (const auto datagram = send(at, itr, now, nonce)) return datagram;
	}
	return std::nullopt;
}

std::optional<Datagram> Solicitor::send(
    Moves::iterator at, const IpAddress &itr, Instant now, std::uint64_t nonce) {
	auto &[eid, move] = *at;
	const auto own = std::find_if(move.own.begin(), move.own.end(),
	    [&](const IpAddress &rloc) { return rloc.family == itr.family; });
	due_.erase({move.waiting[itr], eid, itr});
	move.waiting.erase(itr);
	if (own == move.own.end()) {
		++counters_.no_rloc;
		return std::nullopt;
	}
	if (!move.is_open && move.repeats.insert(itr).second) {
		++counters_.gates_timed_out;
		add(at, itr, now + duration_cast<Instant::duration>(options_.repeat));
	}
	last_[itr] = now;
	++counters_.solicited;
	return encode_solicit(eid, *own, itr, nonce);
}

// One EID-record a message, and the EID as the source EID as well: peers differ in which of the two
// they ask for again, and some die of two records.
Datagram Solicitor::encode_solicit(
    const EidPrefix &eid, const IpAddress &own, const IpAddress &itr, std::uint64_t nonce) {
	Arena arena;
	MapRequest request;
	request.solicit = true;
	request.dont_map_reply = true;
	request.nonce = nonce;
	request.source_eid = eid_address(EidPrefix::host(eid.address, eid.instance), arena);
	const Address itr_rloc{own};
	request.itr_rlocs = std::span<const Address>(&itr_rloc, 1);
	const RequestedEid record{eid.length, false, eid_address(eid, arena)};
	request.records = std::span<const RequestedEid>(&record, 1);
	const auto written = encode(request, room_);
	assert(written);
	return {{itr, control_port}, own, *written};
}

std::optional<Instant> Solicitor::deadline() const {
	if (due_.empty()) return std::nullopt;
	return std::get<Instant>(*due_.begin());
}

void Solicitor::add(Moves::iterator move, const IpAddress &itr, Instant due) {
	if (due_.size() >= options_.most_waiting) {
		++counters_.dropped;
		return;
	}
	move->second.waiting[itr] = due;
	due_.emplace(due, move->first, itr);
}

void Solicitor::put_off(Moves::iterator move, const IpAddress &itr, Instant due) {
	auto &waits = move->second.waiting[itr];
	due_.erase({waits, move->first, itr});
	waits = due;
	due_.emplace(due, move->first, itr);
}

// What still waits is not forgotten.
void Solicitor::forget(Instant now) {
	for (auto left = ends_.size(); left > 0 && ends_.front().first <= now; --left) {
		const auto eid = ends_.front().second;
		ends_.pop_front();
		const auto at = moves_.find(eid);
		if (at == moves_.end()) continue;
		const bool is_newer = at->second.gate + memory > now + options_.gate;
		if (is_newer) continue; // it stands further behind
		if (at->second.waiting.empty())
			moves_.erase(at);
		else
			ends_.emplace_back(now + memory, eid);
	}
	if (last_.size() < most_limits) return;
	std::erase_if(last_, [&](const auto &each) { return each.second + options_.interval <= now; });
}

} // namespace lisp
