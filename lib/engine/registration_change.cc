// Registration: what happens to its registers when the site's records change.
#include "engine/registration.h"

#include <algorithm>
#include <utility>

namespace lisp {

namespace {

// With more registers than this many times the fewest there could be, they are made anew.
constexpr std::size_t tolerated_fragments = 2;
constexpr std::size_t always_tolerated = 8;

// Runs of changed records within one run, in its order.
template <class Use>
void for_each_changed(SiteRecords::Run run, const std::vector<bool> &changed, Use use) {
	const auto end = run.first + run.count;
	for (auto first = run.first; first < end;) {
		auto last = first;
		while (last < end && changed[last]) ++last;
		if (last > first) use(SiteRecords::Run{first, static_cast<std::uint8_t>(last - first)});
		first = last + 1;
	}
}

} // namespace

std::uint32_t Registration::part_of(std::uint32_t record) const {
	const auto end = parts_.begin() + static_cast<std::ptrdiff_t>(whole_);
	const auto after = std::upper_bound(parts_.begin(), end, record,
	    [](std::uint32_t r, const Part &part) { return r < part.run.first; });
	return static_cast<std::uint32_t>(after - parts_.begin()) - 1;
}

std::size_t Registration::first_difference(std::uint32_t record) const {
	const auto begin = parts_.begin() + static_cast<std::ptrdiff_t>(whole_);
	const auto first = std::lower_bound(begin, parts_.end(), record,
	    [](const Part &part, std::uint32_t r) { return part.run.first < r; });
	return static_cast<std::size_t>(first - parts_.begin());
}

// Records stay together with those that they were together with, so that one that comes or goes
// moves no others into another register.
std::vector<Registration::Successor> Registration::successors(
    const RecordChanges &changes, const SiteRecords &after) const {
	std::vector<Successor> found;
	const auto part_before = [&](std::size_t record) {
		const auto was = changes.was[record];
		return was == RecordChanges::is_new || parts_.empty() ? no_part : part_of(was);
	};
	for (std::size_t first = 0; first < after.size();) {
		const auto of = part_before(first);
		SiteRecords::Run run{static_cast<std::uint32_t>(first), 1};
		for (auto next = first + 1; next < after.size() && run.count < 255; ++next) {
			const auto part = part_before(next);
			if (part != of && (part != no_part || of == no_part)) break;
			++run.count;
			if (after.octets(run).size() <= room()) continue;
			--run.count;
			break;
		}
		found.push_back({run, of});
		first += run.count;
	}
	const auto fewest = after.split(room());
	if (found.size() <= tolerated_fragments * fewest.size() + always_tolerated) return found;
	found.clear();
	for (const auto run : fewest) found.push_back({run});
	return found;
}

// Nothing is on its way that an answer would have to be told apart from; nor, if it matters, has
// the Map-Server refused any of the records.
bool Registration::is_settled(const Part &part, bool wholly) const {
	if (!asks_for_notify()) return part.sent != Instant{};
	if (part.answer != Part::Answer::notify || part.attempts > 0) return false;
	return !wholly || part.acknowledged == part.run.count;
}

// The records that changed, now or in differences that are not done.
std::vector<bool> Registration::unsettled(const RecordChanges &changes) const {
	auto changed = changes.changed;
	if (waiting_ == 0) return changed;
	std::vector<bool> under_way(changes.before);
	for (auto i = whole_; i < parts_.size(); ++i)
		if (const auto run = parts_[i].run; parts_[i].due != never)
			std::fill_n(under_way.begin() + run.first, run.count, true);
	for (std::size_t i = 0; i < changed.size(); ++i)
		if (const auto was = changes.was[i]; was != RecordChanges::is_new && under_way[was])
			changed[i] = true;
	return changed;
}

std::size_t Registration::still_refused(
    SiteRecords::Run run, const std::vector<bool> &changed) const {
	const auto end = refused_.lower_bound(run.first + run.count);
	const auto count = std::count_if(refused_.lower_bound(run.first), end,
	    [&](std::uint32_t record) { return !changed[record]; });
	return static_cast<std::size_t>(count);
}

void Registration::inherit(
    Part &part, const Part &from, std::size_t unacknowledged, Instant now) const {
	const auto run = part.run;
	part = from;
	part.run = run;
	part.acknowledged = static_cast<std::uint8_t>(
	    std::min<std::size_t>(from.acknowledged, std::size_t{run.count} - unacknowledged));
	if (unacknowledged > 0 && !asks_for_notify())
		part.due = std::min(part.due, next_after(part, now));
}

void Registration::renumber_refused(const RecordChanges &changes) {
	if (refused_.empty()) return;
	const auto before = std::exchange(refused_, {});
	for (std::uint32_t i = 0; i < changes.was.size(); ++i)
		if (before.contains(changes.was[i])) refused_.insert(i);
}

void Registration::cancel_withdrawals(const RecordChanges &changes, const SiteRecords &after) {
	for (std::uint32_t i = 0; i < after.size(); ++i)
		if (changes.was[i] == RecordChanges::is_new) withdrawals_.cancel(after.eid(i));
	for (const auto &eid : after.moved_away()) withdrawals_.cancel(eid);
}

void Registration::change(const RecordChanges &changes, const SiteRecords &after, Instant now) {
	records_ = after.size();
	if (!withdrawals_.empty()) cancel_withdrawals(changes, after);
	if (!endpoint_) return;
	if (line_.withdraw != Withdraw::none) withdrawals_.add(changes.gone, now);
	renumber_refused(changes);
	const auto changed = unsettled(changes);
	if (after.size() != changes.before ||
	    std::find(changed.begin(), changed.end(), true) != changed.end())
		quick_until_ = now + quick_time;
	const auto next = successors(changes, after);
	const bool alone = line_.whole_site == WholeSite::no ||
	                   (line_.whole_site == WholeSite::automatic && next.size() > 1);
	std::vector<Part> parts(next.size());
	std::vector<Part> differences;
	std::vector<std::uint32_t> heirs(whole_, no_part);
	for (std::size_t i = 0; i < next.size(); ++i) {
		auto &part = parts[i];
		const auto [run, of] = next[i];
		part.run = run;
		part.due = now;
		const auto count = static_cast<std::size_t>(
		    std::count(changed.begin() + run.first, changed.begin() + run.first + run.count, true));
		if (of == no_part) continue;
		const auto &from = parts_[of];
		const bool splits = heirs[of] != no_part;
		const bool same = count == 0 && !splits && (alone || run.count == from.run.count);
		if (!same && !(alone && count < run.count && is_settled(from, splits))) continue;
		if (!splits) heirs[of] = static_cast<std::uint32_t>(i);
		inherit(part, from, count + still_refused(run, changed), now);
		for_each_changed(run, changed, [&](SiteRecords::Run difference) {
			differences.emplace_back();
			differences.back().run = difference;
			differences.back().due = now;
		});
	}
	for (auto &outstanding : outstanding_)
		outstanding.part = outstanding.part < whole_ ? heirs[outstanding.part] : no_part;
	parts.insert(parts.end(), differences.begin(), differences.end());
	reset(std::move(parts), differences.size());
}

void Registration::finish(Part &difference) {
	set_answer(difference, Part::Answer::none, 0);
	if (difference.sent == Instant{}) {
		--never_sent_;
		difference.sent = Instant::min();
	}
	difference.due = never;
	difference.attempts = 0;
	--waiting_;
}

// What a register has been acknowledged with, differences need not say again.
void Registration::finish_within(SiteRecords::Run run) {
	if (waiting_ == 0) return;
	const auto end = run.first + run.count;
	for (auto i = first_difference(run.first); i < parts_.size() && parts_[i].run.first < end; ++i)
		if (parts_[i].due != never) finish(parts_[i]);
}

} // namespace lisp
