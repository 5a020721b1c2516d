#include "engine/subscriptions.h"

#include <algorithm>
#include <array>
#include <limits>

namespace lisp {

namespace {

using std::chrono::seconds;

// After each Map-Notify. The last is for an acknowledgement that is on its way.
constexpr std::array<seconds, 7> intervals{
    seconds{3}, seconds{3}, seconds{3}, seconds{6}, seconds{12}, seconds{24}, seconds{3}};

// Of a Map-Notify that answers a request: who wants it asks again.
constexpr unsigned most_answers = 3;

// The Map-Notifies of a subscription count up from the nonce that it was asked for with.
constexpr auto highest_asked =
    std::numeric_limits<std::uint64_t>::max() - std::numeric_limits<std::uint32_t>::max();

// What has changed once more since it was told needs no telling as it was.
void drop_outdated(Subscriptions::Subscription &subscription) {
	auto &changed = subscription.changed;
	for (std::size_t i = 0; i < subscription.of_notify;) {
		const auto rest = changed.begin() + static_cast<std::ptrdiff_t>(subscription.of_notify);
		if (std::find(rest, changed.end(), changed[i]) == changed.end()) {
			++i;
			continue;
		}
		changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
		--subscription.of_notify;
	}
}

} // namespace

std::uint64_t Subscriptions::least_nonce(std::uint32_t subscriber) const {
	const auto found = subscribers_.find(subscriber);
	return found == subscribers_.end() ? 0 : found->second.least_nonce;
}

std::uint64_t Subscriptions::highest_nonce(std::uint32_t subscriber) const {
	auto highest = least_nonce(subscriber);
	for (auto at = by_name_.lower_bound({subscriber, {}, {}});
	     at != by_name_.end() && at->first.subscriber == subscriber; ++at)
		highest = std::max(highest, all_.at(at->second).nonce);
	return highest;
}

void Subscriptions::raise_least_nonce(std::uint32_t subscriber, std::uint64_t nonce) {
	auto &least = subscribers_[subscriber].least_nonce;
	least = std::max(least, nonce);
}

const Subscriptions::Subscription *Subscriptions::find(const Name &name) const {
	const auto found = by_name_.find(name);
	return found == by_name_.end() ? nullptr : &all_.at(found->second);
}

// That the request's must be greater than; none where any is good.
std::optional<std::uint64_t> Subscriptions::last_nonce(const Request &request) const {
	if (const auto *active = find(request.name)) return active->nonce;
	const auto least = least_nonce(request.name.subscriber);
	return request.any_nonce || least == 0 ? std::nullopt : std::optional{least};
}

bool Subscriptions::has_room(const Name &name) const {
	if (by_name_.count(name) > 0) return true;
	const auto subscriber = subscribers_.find(name.subscriber);
	return by_name_.size() < limits_.most &&
	       (subscriber == subscribers_.end() || subscriber->second.active < limits_.most_of_one);
}

void Subscriptions::forget_old_requests(const Request &request, Instant now) {
	const auto &asked = subscribers_[request.name.subscriber].asked;
	while (!asked.empty() && (asked.size() >= limits_.most_asked ||
	                             now - all_.at(*asked.begin()).begun >= request_lifetime))
		remove(*asked.begin());
}

std::optional<Subscriptions::Number> Subscriptions::asked_before(const Request &request) const {
	const auto [first, last] = by_nonce_.equal_range(request.nonce);
	for (auto at = first; at != last; ++at) {
		const auto &one = all_.at(at->second);
		if (!one.is_active && one.request.name == request.name) return at->second;
	}
	return std::nullopt;
}

Subscriptions::Asked Subscriptions::ask(const Request &request, Instant now) {
	if (const auto last = last_nonce(request); last && request.nonce <= *last)
		return {Verdict::replayed, 0};
	if (!has_room(request.name) || request.nonce > highest_asked) return {Verdict::too_many, 0};
	if (const auto before = asked_before(request)) {
		const auto &known = all_.at(*before).request;
		const bool is_same = known.to == request.to && known.ends_it == request.ends_it;
		return {is_same ? Verdict::asked : Verdict::replayed, is_same ? *before : 0};
	}
	forget_old_requests(request, now);
	const auto number = next_number_++;
	auto &subscription = all_[number];
	subscription.request = request;
	subscription.nonce = request.nonce;
	subscription.begun = now;
	subscribers_[request.name.subscriber].asked.insert(number);
	by_nonce_.emplace(request.nonce, number);
	by_eid_.emplace(request.name.eid, number);
	eids_.insert(request.name.eid, 0);
	set_due(number, subscription, now + request_lifetime);
	return {Verdict::asked, number};
}

void Subscriptions::set_answered(Number number, Bytes notify, Instant now) {
	auto &subscription = all_.at(number);
	subscription.notify.assign(notify.begin(), notify.end());
	subscription.sent = 1;
	set_due(number, subscription, now + intervals[0]);
}

void Subscriptions::forget_nonce(Number number, std::uint64_t nonce) {
	const auto [first, last] = by_nonce_.equal_range(nonce);
	for (auto at = first; at != last; ++at)
		if (at->second == number) {
			by_nonce_.erase(at);
			return;
		}
}

void Subscriptions::remove(Number number) {
	const auto at = all_.find(number);
	const auto &subscription = at->second;
	const auto name = subscription.request.name;
	forget_nonce(number, subscription.nonce);
	due_.erase({subscription.due, number});
	auto &subscriber = subscribers_[name.subscriber];
	if (subscription.is_active) {
		by_name_.erase(name);
		--subscriber.active;
	} else {
		subscriber.asked.erase(number);
	}
	by_eid_.erase({name.eid, number});
	const auto other = by_eid_.lower_bound({name.eid, 0});
	if (other == by_eid_.end() || other->first != name.eid) eids_.erase(name.eid);
	all_.erase(at);
}

void Subscriptions::set_due(Number number, Subscription &subscription, Instant due) {
	due_.erase({subscription.due, number});
	subscription.due = due;
	due_.emplace(due, number);
}

Subscriptions::Acknowledged Subscriptions::end(Number number, std::optional<Number> active) {
	const auto name = all_.at(number).request.name;
	const auto nonce = all_.at(number).nonce;
	remove(number);
	if (!active) return Acknowledged::unknown;
	remove(*active);
	raise_least_nonce(name.subscriber, nonce);
	return Acknowledged::ended;
}

void Subscriptions::take(Number number, Instant now) {
	auto &subscription = all_.at(number);
	const auto &name = subscription.request.name;
	auto &subscriber = subscribers_[name.subscriber];
	subscriber.asked.erase(number);
	++subscriber.active;
	by_name_.emplace(name, number);
	forget_nonce(number, subscription.nonce);
	subscription.is_active = true;
	subscription.notify = {};
	subscription.sent = 0;
	const bool has_news = !subscription.changed.empty() || subscription.overflowed;
	set_due(number, subscription, has_news ? now : now + check_interval);
}

// What a request asks for, once it is acknowledged.
Subscriptions::Acknowledged Subscriptions::activate(Number number, Instant now) {
	const auto request = all_.at(number).request;
	const auto known = by_name_.find(request.name);
	const auto active = known == by_name_.end() ? std::nullopt : std::optional{known->second};
	const auto last = last_nonce(request);
	const bool replayed = last && request.nonce <= *last;
	if (replayed || now - all_.at(number).begun >= request_lifetime) {
		remove(number);
		return replayed ? Acknowledged::replayed : Acknowledged::unknown;
	}
	if (request.ends_it) return end(number, active);
	if (!has_room(request.name)) {
		remove(number);
		return Acknowledged::too_many;
	}
	if (active) {
		// What is within the prefix the answer need not have told.
		const auto untold = all_.at(*active).changed;
		remove(*active);
		for (const auto &eid : untold) set_changed(number, eid, now);
	}
	take(number, now);
	return active ? Acknowledged::renewed : Acknowledged::subscribed;
}

Subscriptions::Acknowledgement Subscriptions::acknowledge(std::uint64_t nonce,
    const IpAddress &from, const std::function<bool(std::uint32_t subscriber)> &has_signed,
    Instant now) {
	Acknowledgement result;
	const auto [first, last] = by_nonce_.equal_range(nonce);
	for (auto at = first; at != last; ++at) {
		const auto number = at->second;
		auto &subscription = all_.at(number);
		result.subscriber = subscription.request.name.subscriber;
		result.what = Acknowledged::not_authentic;
		if (!has_signed(result.subscriber)) continue;
		// Or else who repeats a request with another address could have it told there.
		if (!subscription.is_active && subscription.request.to.address != from) continue;
		if (!subscription.is_active) {
			result.what = activate(number, now);
			return result;
		}
		forget_nonce(number, nonce);
		auto &changed = subscription.changed;
		changed.erase(
		    changed.begin(), changed.begin() + static_cast<std::ptrdiff_t>(subscription.of_notify));
		subscription.of_notify = 0;
		subscription.notify = {};
		subscription.sent = 0;
		set_due(number, subscription, changed.empty() ? now + check_interval : now);
		result.what = Acknowledged::publication;
		return result;
	}
	return result;
}

bool Subscriptions::concern(const EidPrefix &eid) const {
	if (all_.empty()) return false;
	bool any = eids_.longest_match(eid).has_value();
	if (!any)
		eids_.for_each_within(eid, [&](const PrefixIndex::Entry &) {
			any = true;
			return false;
		});
	return any;
}

void Subscriptions::for_each_concerned(
    const EidPrefix &eid, const std::function<void(Number, const Subscription &)> &visit) const {
	std::vector<EidPrefix> concerned;
	eids_.for_each_within(eid, [&](const PrefixIndex::Entry &entry) {
		concerned.push_back(entry.prefix);
		return true;
	});
	for (auto length = unsigned{eid.length}; length-- > 0;) {
		const auto match = eids_.longest_match(*EidPrefix::make(eid.address, length, eid.instance));
		if (!match) break;
		concerned.push_back(match->prefix);
		length = match->prefix.length;
	}
	for (const auto &one : concerned)
		for (auto at = by_eid_.lower_bound({one, 0}); at != by_eid_.end() && at->first == one; ++at)
			visit(at->second, all_.at(at->second));
}

void Subscriptions::set_changed(Number number, const EidPrefix &eid, Instant now) {
	auto &subscription = all_.at(number);
	auto &changed = subscription.changed;
	const auto untold = changed.begin() + static_cast<std::ptrdiff_t>(subscription.of_notify);
	if (subscription.overflowed || std::find(untold, changed.end(), eid) != changed.end()) return;
	if (changed.size() >= limits_.most_changes)
		subscription.overflowed = true;
	else
		changed.push_back(eid);
	if (subscription.is_active && (!subscription.is_told() || subscription.overflowed))
		set_due(number, subscription, now);
}

std::optional<Subscriptions::Due> Subscriptions::next(Instant now) {
	while (!due_.empty() && due_.begin()->first <= now) {
		const auto number = due_.begin()->second;
		auto &subscription = all_.at(number);
		if (subscription.is_active) return next_of(number, subscription, now);
		if (subscription.sent > 0 && subscription.sent < most_answers) {
			set_due(number, subscription, now + intervals[subscription.sent++]);
			return Due{What::again, number, subscription};
		}
		remove(number);
	}
	return std::nullopt;
}

Subscriptions::Due Subscriptions::next_of(Number number, Subscription &subscription, Instant now) {
	const bool is_dead = subscription.is_told() && (now - subscription.told >= patience ||
	                                                   subscription.sent == intervals.size());
	if (is_dead || subscription.overflowed) {
		const Due due{What::lost, 0, subscription};
		remove(number);
		raise_least_nonce(due.subscription.request.name.subscriber, due.subscription.nonce);
		return due;
	}
	drop_outdated(subscription);
	if (!subscription.is_told() || subscription.changed.size() > subscription.of_notify)
		return Due{What::changes, number, subscription};
	set_due(number, subscription, now + intervals[subscription.sent++]);
	return Due{What::again, number, subscription};
}

void Subscriptions::set_told(Number number, Bytes notify, std::size_t count, Instant now) {
	auto &subscription = all_.at(number);
	if (!subscription.is_told()) subscription.told = now;
	forget_nonce(number, subscription.nonce);
	by_nonce_.emplace(++subscription.nonce, number);
	subscription.notify.assign(notify.begin(), notify.end());
	subscription.of_notify = count;
	subscription.sent = 1;
	set_due(number, subscription, now + intervals[0]);
}

std::optional<Instant> Subscriptions::deadline() const {
	if (due_.empty()) return std::nullopt;
	return due_.begin()->first;
}

void Subscriptions::for_each(const std::function<void(const Subscription &)> &visit) const {
	for (const auto &[name, number] : by_name_) visit(all_.at(number));
}

void Subscriptions::renumber(const std::vector<std::optional<std::uint32_t>> &numbers,
    const std::function<bool(const Request &)> &may_stay) {
	std::vector<Number> gone;
	for (const auto &[number, subscription] : all_) {
		auto request = subscription.request;
		const auto known = numbers[request.name.subscriber];
		request.name.subscriber = known.value_or(0);
		if (!known || !subscription.is_active || !may_stay(request)) gone.push_back(number);
	}
	for (const auto number : gone) {
		const auto &one = all_.at(number);
		if (one.is_active) raise_least_nonce(one.request.name.subscriber, one.nonce);
		remove(number);
	}
	std::map<std::uint32_t, Subscriber> subscribers;
	for (const auto &[number, subscriber] : subscribers_)
		if (numbers[number]) subscribers[*numbers[number]].least_nonce = subscriber.least_nonce;
	subscribers_ = std::move(subscribers);
	by_name_.clear();
	for (auto &[number, subscription] : all_) {
		auto &name = subscription.request.name;
		name.subscriber = *numbers[name.subscriber];
		by_name_.emplace(name, number);
		++subscribers_[name.subscriber].active;
	}
}

} // namespace lisp
