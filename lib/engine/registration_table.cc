#include "engine/registration_table.h"

#include <algorithm>
#include <utility>

namespace lisp {

namespace {

using std::chrono::seconds;

EidPrefix eid_of(Bytes record) {
	Reader in{record};
	in.take(5, "ttl, locator count");
	const auto mask_length = in.u8("eid mask-len");
	in.take(4, "action, map-version");
	Address eid;
	Arena arena;
	read(in, arena, eid, "eid");
	return eid_prefix(eid, mask_length).value_or(EidPrefix{});
}

} // namespace

std::uint16_t RegistrationTable::Registration::map_version() const {
	Reader in{record()};
	in.take(8, "ttl, counts, action");
	return in.u16("map-version") & 0x0fff;
}

RegistrationTable::Seconds RegistrationTable::due(const Registration &registration) {
	return std::chrono::ceil<seconds>(registration.expires.time_since_epoch()).count();
}

void RegistrationTable::link(Number number) {
	auto &registration = registrations_[number];
	const auto second = std::min(due(registration), done_ + 255);
	registration.bucket = static_cast<std::uint8_t>(std::max(second, done_ + 1));
	auto &first = buckets_[registration.bucket];
	registration.previous_due = none;
	registration.next_due = first;
	if (first != none) registrations_[first].previous_due = number;
	first = number;
}

void RegistrationTable::unlink(Number number) {
	const auto &registration = registrations_[number];
	auto &before = registration.previous_due == none
	                   ? buckets_[registration.bucket]
	                   : registrations_[registration.previous_due].next_due;
	before = registration.next_due;
	if (registration.next_due != none)
		registrations_[registration.next_due].previous_due = registration.previous_due;
}

RegistrationTable::Number RegistrationTable::find(Number newest, std::uint32_t xtr) const {
	while (newest != none && registrations_[newest].xtr != xtr)
		newest = registrations_[newest].older;
	return newest;
}

RegistrationTable::Number RegistrationTable::allocate(std::uint32_t xtr) {
	++size_;
	if (xtr >= of_xtr_.size()) of_xtr_.resize(xtr + std::size_t{1});
	++of_xtr_[xtr];
	auto number = static_cast<Number>(registrations_.size());
	if (free_ == none)
		registrations_.emplace_back();
	else
		number = std::exchange(free_, registrations_[free_].older);
	registrations_[number].xtr = xtr;
	return number;
}

void RegistrationTable::release(Number number) {
	unlink(number);
	record_octets_ -= registrations_[number].size;
	--of_xtr_[registrations_[number].xtr];
	registrations_[number] = {};
	registrations_[number].older = free_;
	free_ = number;
	--size_;
}

void RegistrationTable::remove(const EidPrefix &eid, Number newest, Number number) {
	if (newest == number) {
		const auto older = registrations_[number].older;
		if (older == none)
			index_.erase(eid);
		else
			index_.insert(eid, older);
	} else {
		while (registrations_[newest].older != number) newest = registrations_[newest].older;
		registrations_[newest].older = registrations_[number].older;
	}
	release(number);
}

void RegistrationTable::drop_oldest(const EidPrefix &eid, Number newest) {
	std::size_t count = 1;
	auto oldest = newest;
	for (; registrations_[oldest].older != none; ++count) oldest = registrations_[oldest].older;
	if (count >= max_xtrs_per_eid) remove(eid, newest, oldest);
}

// Its number, in the place among those of the EID that `now` gives it.
RegistrationTable::Number RegistrationTable::to_its_place(
    const Offer &offer, Number newest, Instant now) {
	const auto known = find(newest, offer.xtr);
	if (known != none && known == newest) return known;
	if (known == none && newest != none) drop_oldest(offer.eid, newest);
	const auto number = known == none ? allocate(offer.xtr) : known;
	if (known != none) {
		auto before = newest;
		while (registrations_[before].older != known) before = registrations_[before].older;
		registrations_[before].older = registrations_[known].older;
	}
	auto *link = &newest;
	while (*link != none && registrations_[*link].registered > now)
		link = &registrations_[*link].older;
	registrations_[number].older = *link;
	*link = number;
	if (newest == number) index_.insert(offer.eid, number);
	return number;
}

void RegistrationTable::store(Registration &registration, Bytes record) {
	if (registration.size != record.size()) {
		registration.octets.reset(new std::uint8_t[record.size()]);
		record_octets_ += record.size() - registration.size;
		registration.size = static_cast<std::uint16_t>(record.size());
	}
	std::copy(record.begin(), record.end(), registration.octets.get());
}

bool RegistrationTable::put(const Offer &offer, Instant now) {
	if (size_ == 0) done_ = std::chrono::floor<seconds>(now.time_since_epoch()).count();
	const auto newest = index_.exact(offer.eid).value_or(none);
	const auto known = find(newest, offer.xtr);
	if (known != none && registrations_[known].message == offer.message) return false;
	const auto number = to_its_place(offer, newest, now);
	auto &registration = registrations_[number];
	const bool sooner = known != none && offer.expires < registration.expires;
	store(registration, offer.record);
	registration.registered = now;
	registration.expires = offer.expires;
	registration.message = offer.message;
	registration.proxy_reply = offer.proxy_reply;
	registration.merge = offer.merge;
	registration.told = false;
	if (sooner) unlink(number);
	if (sooner || known == none) link(number);
	return true;
}

bool RegistrationTable::withdraw(const EidPrefix &eid, std::uint32_t xtr) {
	const auto newest = index_.exact(eid).value_or(none);
	const auto number = find(newest, xtr);
	if (number == none) return false;
	remove(eid, newest, number);
	return true;
}

void RegistrationTable::retain(
    const std::function<bool(const EidPrefix &, const Registration &)> &keep) {
	std::vector<std::pair<EidPrefix, std::uint32_t>> refused;
	index_.for_each([&](const PrefixIndex::Entry &entry) {
		for (auto at = entry.value; at != none; at = registrations_[at].older)
			if (!keep(entry.prefix, registrations_[at]))
				refused.emplace_back(entry.prefix, registrations_[at].xtr);
		return true;
	});
	for (const auto &[eid, xtr] : refused) withdraw(eid, xtr);
}

// One that another hides was not part of the mapping, unless they are merged.
void RegistrationTable::note_expiry(const EidPrefix &eid, bool is_newest, Number number) {
	if (!notes_expired_ || (!is_newest && !registrations_[number].merge)) return;
	if (expired_.empty() || expired_.back() != eid) expired_.push_back(eid);
}

void RegistrationTable::expire_bucket(std::uint8_t bucket, Instant now, const Gone &gone) {
	auto number = std::exchange(buckets_[bucket], none);
	while (number != none) {
		const auto next = registrations_[number].next_due;
		link(number); // to where it belongs, from where it can be released
		if (registrations_[number].expires <= now) {
			const auto eid = eid_of(registrations_[number].record());
			const auto newest = index_.exact(eid).value_or(none);
			gone(eid, registrations_[number]);
			note_expiry(eid, newest == number, number);
			remove(eid, newest, number);
		}
		number = next;
	}
}

void RegistrationTable::expire(Instant now, const Gone &gone) {
	const auto second = std::chrono::floor<seconds>(now.time_since_epoch()).count();
	if (size_ == 0) done_ = second;
	const auto first = std::max(done_ + 1, second - 255);
	done_ = std::max(done_, first - 1);
	while (done_ < second) {
		++done_;
		expire_bucket(static_cast<std::uint8_t>(done_), now, gone);
	}
}

std::optional<Instant> RegistrationTable::deadline() const {
	for (auto second = done_ + 1; size_ > 0 && second <= done_ + 256; ++second)
		if (buckets_[static_cast<std::uint8_t>(second)] != none) return Instant{seconds{second}};
	return std::nullopt;
}

RegistrationTable::Number RegistrationTable::live(Number number, Instant now) const {
	while (number != none && registrations_[number].expires <= now)
		number = registrations_[number].older;
	return number;
}

std::optional<RegistrationTable::Match> RegistrationTable::longest_match(
    const EidPrefix &eid, Instant now) {
	while (const auto found = index_.longest_match(eid)) {
		const auto newest = live(found->value, now);
		if (newest != none) return Match{found->prefix, newest};
		for (auto at = found->value; at != none;) {
			const auto older = registrations_[at].older;
			note_expiry(found->prefix, true, at);
			remove(found->prefix, at, at);
			at = older;
		}
	}
	return std::nullopt;
}

void RegistrationTable::prefetch(std::span<const EidPrefix> eids) const {
	std::array<const PrefixIndex::Entry *, 64> found; // NOLINT(*-member-init): written first
	while (!eids.empty()) {
		const auto some = eids.first(std::min(eids.size(), found.size()));
		index_.longest_matches(some, found);
		const auto matches = std::span{found}.first(some.size());
		for (const auto *match : matches)
			if (match != nullptr) __builtin_prefetch(&registrations_[match->value]);
		for (const auto *match : matches)
			if (match != nullptr) __builtin_prefetch(registrations_[match->value].octets.get());
		eids = eids.subspan(some.size());
	}
}

void RegistrationTable::for_each_within(
    const EidPrefix &eid, Instant now, const std::function<bool(const Match &)> &visit) const {
	index_.for_each_within(eid, [&](const PrefixIndex::Entry &entry) {
		const auto newest = live(entry.value, now);
		return newest == none || visit({entry.prefix, newest});
	});
}

void RegistrationTable::for_each_after(
    const EidPrefix &eid, Instant now, const std::function<bool(const Match &)> &visit) const {
	index_.for_each_after(eid, [&](const PrefixIndex::Entry &entry) {
		const auto newest = live(entry.value, now);
		return newest == none || visit({entry.prefix, newest});
	});
}

std::optional<EidPrefix> RegistrationTable::vacant(
    const EidPrefix &eid, unsigned base, Instant now) const {
	if (const auto hole = index_.hole(eid, base)) return hole;
	// A covering prefix, or one that has expired, hides it.
	for (auto length = base; length <= eid.length; ++length) {
		const auto candidate = EidPrefix::make(eid.address, length, eid.instance);
		bool empty = true;
		for_each_within(*candidate, now, [&](const Match &) { return empty = false; });
		if (empty) return candidate;
	}
	return std::nullopt;
}

std::size_t RegistrationTable::memory() const {
	return index_.memory() + registrations_.size() * sizeof(Registration) + record_octets_ +
	       of_xtr_.size() * sizeof(of_xtr_[0]);
}

} // namespace lisp
