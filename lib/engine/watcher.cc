#include "engine/watcher.h"

#include <algorithm>

namespace lisp {

namespace {

using std::chrono::seconds;

constexpr std::size_t most_known = 65536; // EID-records of one watch, whatever a Map-Server says

bool are_related(const EidPrefix &a, const EidPrefix &b) {
	return a.covers(b) || b.covers(a);
}

// RFC 9437 section 5: the Map-Server has removed the subscription.
bool is_dismissal(List<MapRecord> records) {
	return records.size() == 1 && records[0].locators.empty() &&
	       records[0].action == Action::drop_auth_failure;
}

Octets octets_of(const MapRecord &record) {
	Octets room(encoded_size(record));
	Writer out{room};
	write(out, record);
	return room;
}

} // namespace

std::string_view name(NotWatched reason) {
	switch (reason) {
	case NotWatched::malformed: return "malformed";
	case NotWatched::unexpected_type: return "neither map-notify nor map-reply";
	case NotWatched::unknown_nonce: return "nonce of no open map-request";
	case NotWatched::not_authentic: return "authentication failed";
	case NotWatched::old_nonce: return "nonce not greater than the last: replayed?";
	case NotWatched::other_eid: return "about another EID";
	}
	return "unknown";
}

Watcher::Watcher(Options options) : options_(std::move(options)), room_(max_datagram) {
	// RFC 9301 section 5.3: one Map-Request a second for an EID-prefix.
	options_.timeout = std::max<std::chrono::nanoseconds>(options_.timeout, seconds{1});
}

void Watcher::set_due(Number number, Instant due) {
	auto &watch = watches_[number];
	due_.erase({watch.due, number});
	watch.due = due;
	due_.emplace(due, number);
}

void Watcher::close(Watch &watch) {
	if (!watch.asked.empty()) --open_;
	watch.asked.clear();
}

void Watcher::set_over(Number number) {
	auto &watch = watches_[number];
	due_.erase({watch.due, number});
	watch.state = State::over;
	close(watch);
}

void Watcher::watch(const EidPrefix &eid, Instant now) {
	watches_.emplace_back().eid = eid;
	set_due(watches_.size() - 1, now);
}

// Where a subscription has not begun there is nothing to end: it counts once it is acknowledged.
void Watcher::end(Instant now) {
	for (Number number = 0; number < watches_.size(); ++number) {
		auto &watch = watches_[number];
		if (watch.state == State::over || watch.state == State::ending) continue;
		if (!watch.is_begun) {
			set_over(number);
			continue;
		}
		watch.state = State::ending;
		close(watch);
		watch.tries = 0;
		set_due(number, now);
	}
}

// That a Map-Request is to be sent for. A Map-Server has room for few that are not acknowledged, so
// that most wait where there are many.
std::optional<Watcher::Number> Watcher::next_due(Instant now) {
	for (auto at = due_.begin(); at != due_.end() && at->first <= now;) {
		const auto number = at->second;
		const auto &watch = watches_[number];
		if (watch.refused || watch.tries >= options_.count) {
			++at;
			continue;
		}
		if (!watch.asked.empty()) return number;
		waiting_.push_back(number);
		at = due_.erase(at);
	}
	while (open_ < options_.most_open && !waiting_.empty()) {
		const auto number = waiting_.front();
		waiting_.pop_front();
		const auto &watch = watches_[number];
		if (watch.state != State::over && watch.asked.empty()) return number;
	}
	return std::nullopt;
}

std::optional<Datagram> Watcher::next_request(Instant now, std::uint64_t nonce) {
	const auto number = next_due(now);
	if (!number) return std::nullopt;
	auto &watch = watches_[*number];
	last_nonce_ = std::max(last_nonce_ + 1, nonce);
	if (watch.asked.empty()) ++open_;
	watch.asked.insert(last_nonce_);
	++watch.tries;
	watch.sent = now;
	const auto subscribing = watch.state == State::ending ? Subscribing::end : Subscribing::begin;
	const auto octets = encode_request(options_.form, watch.eid, last_nonce_, room_, subscribing);
	set_due(*number, now + std::chrono::duration_cast<Instant::duration>(options_.timeout));
	return Datagram{options_.form.resolver, {}, octets, {}};
}

std::optional<std::pair<EidPrefix, WatchTrouble>> Watcher::next_trouble(Instant now) {
	while (!due_.empty() && due_.begin()->first <= now) {
		const auto number = due_.begin()->second;
		auto &watch = watches_[number];
		if (!watch.refused && watch.tries < options_.count) return std::nullopt;
		if (watch.refused || watch.state != State::subscribed) {
			const auto trouble = watch.refused                  ? WatchTrouble::refused
			                     : watch.state == State::asking ? WatchTrouble::no_answer
			                                                    : WatchTrouble::not_ended;
			set_over(number);
			return std::pair{watch.eid, trouble};
		}
		watch.tries = 0;
		close(watch);
		set_due(number, now + pause);
		if (!std::exchange(watch.is_told, true))
			return std::pair{watch.eid, WatchTrouble::not_renewed};
	}
	return std::nullopt;
}

std::optional<Instant> Watcher::deadline() const {
	if (!waiting_.empty() && open_ < options_.most_open) return Instant{};
	if (due_.empty()) return std::nullopt;
	return due_.begin()->first;
}

std::optional<Watcher::Number> Watcher::asked_with(std::uint64_t nonce) const {
	for (Number number = 0; number < watches_.size(); ++number)
		if (watches_[number].asked.count(nonce) > 0) return number;
	return std::nullopt;
}

Result<WatchedNews, NotWatched> Watcher::receive(Bytes octets, Instant now) {
	arena_.reset();
	const auto decoded = decode(octets, arena_);
	if (decoded.error) return NotWatched::malformed;
	if (const auto *message = std::get_if<MapNotify>(&decoded.message))
		return on_notify(*message, octets, now);
	if (const auto *message = std::get_if<MapReply>(&decoded.message))
		return on_reply(*message, now);
	return NotWatched::unexpected_type;
}

// The Map-Server takes what was asked for as an ordinary Map-Request.
Result<WatchedNews, NotWatched> Watcher::on_reply(const MapReply &message, Instant now) {
	const auto number = asked_with(message.nonce);
	if (!number) return NotWatched::unknown_nonce;
	if (watches_[*number].state == State::ending) {
		set_over(*number);
	} else {
		watches_[*number].refused = true;
		set_due(*number, now);
	}
	return WatchedNews{};
}

Key *Watcher::signer_of(const MapNotify &message, Bytes octets) {
	for (auto &shared : options_.keys) {
		if (shared.key_id && *shared.key_id != message.authentication.key_id) continue;
		if (shared.key.verify(octets)) return &shared.key;
	}
	return nullptr;
}

// A publication is told by its nonce, the next of the EID that its records are about.
Result<Watcher::Number, NotWatched> Watcher::told_by(const MapNotify &message) const {
	std::optional<Number> found;
	auto reason = NotWatched::other_eid;
	for (const auto &record : message.records) {
		const auto eid = eid_prefix(record.eid, record.mask_length);
		for (Number number = 0; eid && number < watches_.size(); ++number) {
			const auto &watch = watches_[number];
			if (!watch.is_begun || watch.state == State::over || !are_related(*eid, watch.eid))
				continue;
			reason = NotWatched::old_nonce;
			if (message.nonce < watch.nonce) continue;
			if (!found || watch.nonce > watches_[*found].nonce) found = number;
		}
	}
	if (!found) return reason;
	return *found;
}

void Watcher::on_answer(Number number, Instant now) {
	auto &watch = watches_[number];
	close(watch);
	watch.tries = 0;
	watch.is_told = false;
	if (watch.state == State::ending) return set_over(number);
	watch.state = State::subscribed;
	set_due(number, now + renewal);
}

bool Watcher::take(Watch &watch, const MapRecord &record, WatchedChange &change) const {
	const auto eid = eid_prefix(record.eid, record.mask_length);
	if (!eid || !are_related(*eid, watch.eid)) return false;
	auto &known = watch.known;
	change.watched = watch.eid;
	change.record = record;
	if (record.ttl == ttl_remove && record.locators.empty()) {
		change.kind = WatchedChange::Kind::withdrawal;
		return known.erase(*eid) > 0;
	}
	auto octets = octets_of(record);
	const auto found = known.find(*eid);
	if (found != known.end() && found->second == octets) return false;
	// What has no mapping is true of a whole prefix, or else of none that is about it.
	std::erase_if(known, [&](const auto &one) {
		const auto &[other, of_other] = one;
		const bool is_negative = of_other[4] == 0; // its Locator Count
		return record.locators.empty() ? eid->covers(other)
		                               : is_negative && are_related(*eid, other);
	});
	if (known.size() < most_known) known[*eid] = std::move(octets);
	change.kind = watch.is_begun ? WatchedChange::Kind::change : WatchedChange::Kind::mapping;
	return true;
}

// An answer says all about the watched EID itself, though not about what is within it.
void Watcher::drop_untold(Watch &watch, List<MapRecord> told, std::vector<WatchedChange> &changes) {
	for (auto at = watch.known.begin(); at != watch.known.end();) {
		const auto &eid = at->first;
		const bool is_told = std::any_of(told.begin(), told.end(), [&](const MapRecord &record) {
			return eid_prefix(record.eid, record.mask_length) == eid;
		});
		if (is_told || !eid.covers(watch.eid)) {
			++at;
			continue;
		}
		auto &change = changes.emplace_back();
		change.kind = WatchedChange::Kind::withdrawal;
		change.watched = watch.eid;
		change.record.mask_length = eid.length;
		change.record.eid = eid_address(eid, arena_);
		at = watch.known.erase(at);
	}
}

Bytes Watcher::acknowledge(const MapNotify &message, Key &key) {
	MapNotifyAck answer{message};
	const Octets zeros(message.authentication.data.size());
	answer.authentication.data = zeros;
	const auto octets = encode(answer, room_);
	return octets && key.sign(*octets) ? Bytes{*octets} : Bytes{};
}

Result<WatchedNews, NotWatched> Watcher::on_notify(
    const MapNotify &message, Bytes octets, Instant now) {
	auto *key = signer_of(message, octets);
	if (key == nullptr) return NotWatched::not_authentic;
	const auto asked = asked_with(message.nonce);
	const auto told = asked ? Result<Number, NotWatched>{*asked} : told_by(message);
	if (!told) return told.error();
	auto &watch = watches_[*told];
	WatchedNews news;
	if (is_dismissal(message.records)) {
		if (watch.state != State::subscribed) return news;
		watch.tries = 0;
		set_due(*told, std::max(now, watch.sent + seconds{1}));
		return news;
	}
	news.acknowledgement = acknowledge(message, *key);
	if (!asked && message.nonce == watch.nonce) return news; // once more
	if (watch.state != State::ending)
		for (const auto &record : message.records) {
			WatchedChange change;
			if (take(watch, record, change)) news.changes.push_back(change);
		}
	if (asked && watch.state != State::ending) drop_untold(watch, message.records, news.changes);
	watch.nonce = message.nonce;
	watch.is_begun = true;
	last_nonce_ = std::max(last_nonce_, message.nonce);
	if (asked) on_answer(*told, now);
	return news;
}

} // namespace lisp
