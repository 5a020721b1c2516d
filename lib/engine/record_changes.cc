#include "engine/record_changes.h"

#include <algorithm>
#include <numeric>

namespace lisp {

namespace {

// Finds records among those between `first` and `last`, by their EID-prefix.
class Index {
public:
	Index(const SiteRecords &records, std::size_t first, std::size_t last)
	    : records_(records), places_(last - first) {
		std::iota(places_.begin(), places_.end(), static_cast<std::uint32_t>(first));
		std::sort(places_.begin(), places_.end(),
		    [&](std::uint32_t a, std::uint32_t b) { return records_.eid(a) < records_.eid(b); });
	}

	std::uint32_t find(const EidPrefix &eid) const {
		const auto found = std::lower_bound(places_.begin(), places_.end(), eid,
		    [&](std::uint32_t place, const EidPrefix &e) { return records_.eid(place) < e; });
		if (found == places_.end() || records_.eid(*found) != eid) return RecordChanges::is_new;
		return *found;
	}

private:
	const SiteRecords &records_;
	std::vector<std::uint32_t> places_;
};

bool say_the_same(
    const SiteRecords &before, std::uint32_t was, const SiteRecords &after, std::size_t is) {
	const auto a = before.octets({was, 1});
	const auto b = after.octets({static_cast<std::uint32_t>(is), 1});
	return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

} // namespace

RecordChanges compare(const SiteRecords &before, const SiteRecords &after) {
	RecordChanges changes{std::vector(after.size(), RecordChanges::is_new),
	    std::vector<bool>(after.size(), true), before.size(), {}};
	// Most edits leave the order as it is: what is the same at both ends needs no search.
	const auto shorter = std::min(before.size(), after.size());
	std::size_t head = 0;
	while (head < shorter && before.eid(head) == after.eid(head)) ++head;
	std::size_t tail = 0;
	while (tail < shorter - head &&
	       before.eid(before.size() - tail - 1) == after.eid(after.size() - tail - 1))
		++tail;
	const Index moved{before, head, before.size() - tail};
	std::vector<bool> stays(before.size());
	for (std::size_t i = 0; i < after.size(); ++i) {
		const auto from_end = after.size() - i;
		const auto was = i < head           ? static_cast<std::uint32_t>(i)
		                 : from_end <= tail ? static_cast<std::uint32_t>(before.size() - from_end)
		                                    : moved.find(after.eid(i));
		changes.was[i] = was;
		if (was != RecordChanges::is_new) stays[was] = true;
		changes.changed[i] = was == RecordChanges::is_new || !say_the_same(before, was, after, i);
	}
	for (std::size_t i = head; i < before.size() - tail; ++i)
		if (!stays[i] && !after.has_moved_away(before.eid(i)))
			changes.gone.push_back(before.eid(i));
	return changes;
}

} // namespace lisp
