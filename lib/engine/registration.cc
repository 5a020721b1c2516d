#include "engine/registration.h"

#include "message/message.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lisp {

namespace {

using namespace std::chrono_literals;

// RFC 9301 section 8.2, after a start or a change; section 5.7, without a Map-Notify.
constexpr auto quick_interval = 20s;
constexpr auto first_retry = 1s;
constexpr auto max_retry = 60s;

// With this many registers unanswered, seven seconds after the first, a Map-Server counts as
// silent: one lost datagram is no news.
constexpr unsigned patience = 3;

// A Map-Server forgets what is not registered again for so long (section 8.2), and a Map-Notify is
// not expected to be slower.
constexpr auto nonce_lifetime = 180s;

// 64 datagrams of 576 octets fit the smallest default receive buffer of the systems at hand.
constexpr unsigned burst_size = 64;
constexpr auto burst_pause = 4ms;

// The period is cut into so many pieces, a register refreshed at the beginning of one. Multiples of
// the golden ratio, of 2^32, share them out evenly, however many registers there are.
constexpr int pieces = 4096;
constexpr std::uint32_t golden_ratio = 0x9e3779b9;

constexpr std::size_t ipv4_overhead = 28; // octets of IP and UDP header
constexpr std::size_t ipv6_overhead = 48;
constexpr std::size_t record_count_offset = 3;

// Most Map-Notifies carry the records as they were registered.
bool lists_the_same(Bytes registered, SiteRecords::Run run, const MapNotify &notify, Bytes octets) {
	const auto begin = authentication_data_offset + notify.authentication.data.size();
	return notify.records.size() == run.count && octets.size() - begin >= registered.size() &&
	       std::equal(registered.begin(), registered.end(), octets.subspan(begin).begin());
}

// How many of the run's EID-prefixes the Map-Notify lists.
std::size_t count_listed(
    const SiteRecords &records, SiteRecords::Run run, const MapNotify &notify, Bytes octets) {
	if (lists_the_same(records.octets(run), run, notify, octets)) return run.count;
	std::vector<EidPrefix> listed;
	listed.reserve(notify.records.size());
	for (const auto &record : notify.records)
		if (const auto eid = eid_prefix(record.eid, record.mask_length)) listed.push_back(*eid);
	std::sort(listed.begin(), listed.end());
	std::size_t count = 0;
	for (std::size_t i = run.first; i < std::size_t{run.first} + run.count; ++i)
		count += std::binary_search(listed.begin(), listed.end(), records.eid(i)) ? 1 : 0;
	return count;
}

} // namespace

std::string_view name(RegistrationState state) {
	static constexpr std::array<std::string_view, 7> names{
	    "unresolved", "pending", "sent", "acknowledged", "partial", "refused", "timeout"};
	return names[static_cast<std::size_t>(state)];
}

Registration::Registration(const MapServerLine &line, const RegistrationOptions &options)
    : line_(line), options_(options), wants_notify_(line.want_map_notify || options.always_notify),
      key_(line.secret) {}

bool Registration::is_for(const MapServerLine &line) const {
	auto moved = line;
	moved.position = line_.position;
	return moved == line_;
}

std::size_t Registration::room() const {
	const bool ipv6 = endpoint_->address.is_v6();
	auto packet = options_.mtu != 0 ? options_.mtu : ipv6 ? 1280U : 576U;
	if (line_.whole_site == WholeSite::yes) packet = max_datagram + ipv4_overhead;
	const auto overhead = (ipv6 ? ipv6_overhead : ipv4_overhead) + authentication_data_offset +
	                      authentication_size(line_.algorithm);
	return packet > overhead ? packet - overhead : 0;
}

std::vector<Registration::Part> Registration::make_parts(const SiteRecords &records) const {
	std::vector<Part> parts;
	for (const auto run : records.split(room())) {
		parts.emplace_back();
		parts.back().run = run;
	}
	return parts;
}

void Registration::reset(std::vector<Part> parts, std::size_t differences) {
	parts_ = std::move(parts);
	whole_ = parts_.size() - differences;
	waiting_ = differences;
	due_ = {};
	acknowledged_ = answered_ = silent_ = never_sent_ = 0;
	for (std::uint32_t i = 0; i < parts_.size(); ++i) {
		auto &part = parts_[i];
		if (part.place == 0) part.place = last_place_ += golden_ratio;
		due_.push({part.due, i});
		acknowledged_ += part.acknowledged;
		answered_ += part.answer == Part::Answer::notify ? 1 : 0;
		silent_ += part.answer == Part::Answer::silence ? 1 : 0;
		never_sent_ += part.sent == Instant{} ? 1 : 0;
	}
}

void Registration::resolved(const IpAddress &address, const SiteRecords &records, Instant now) {
	const Endpoint endpoint{address, line_.port};
	if (endpoint_ == endpoint) return;
	endpoint_ = endpoint;
	outstanding_.clear();
	records_ = records.size();
	reset(make_parts(records));
	register_again(now);
}

void Registration::unresolved(std::string why) {
	trouble_ = std::move(why);
}

void Registration::register_again(Instant now) {
	quick_until_ = now + quick_time;
	parts_.resize(whole_);
	for (auto &outstanding : outstanding_)
		if (outstanding.part != no_part && outstanding.part >= whole_) outstanding.part = no_part;
	for (auto &part : parts_) {
		part.answer = Part::Answer::none;
		part.acknowledged = 0;
		part.attempts = 0;
		part.first_nonce = ~std::uint64_t{0}; // what is under way does not count any more
		part.due = now;
	}
	reset(std::move(parts_));
}

void Registration::ask_for_notifies(bool always) {
	if (std::exchange(asks_always_, always) == always || always || wants_notify_) return;
	for (auto &part : parts_) {
		set_answer(part, Part::Answer::none, 0);
		part.attempts = 0;
	}
}

void Registration::postpone(Instant drawn_up, Instant until) {
	for (std::uint32_t i = 0; i < parts_.size(); ++i) {
		auto &part = parts_[i];
		if (part.sent != drawn_up) continue;
		if (part.attempts > 0) --part.attempts;
		if (part.due == never) ++waiting_;
		// Nobody knows for how long: what the Map-Server said last is soon out of date.
		set_answer(part, Part::Answer::none, 0);
		part.sent = Instant{};
		++never_sent_;
		schedule(i, until);
	}
	drop_superseded();
}

void Registration::set_answer(Part &part, Part::Answer answer, std::uint8_t acknowledged) {
	acknowledged_ = acknowledged_ - part.acknowledged + acknowledged;
	answered_ -= part.answer == Part::Answer::notify ? 1 : 0;
	silent_ -= part.answer == Part::Answer::silence ? 1 : 0;
	part.answer = answer;
	part.acknowledged = acknowledged;
	answered_ += part.answer == Part::Answer::notify ? 1 : 0;
	silent_ += part.answer == Part::Answer::silence ? 1 : 0;
}

void Registration::schedule(std::uint32_t part, Instant when) {
	parts_[part].due = when;
	due_.push({when, part});
}

void Registration::drop_superseded() {
	while (!due_.empty() && parts_[due_.top().part].due != due_.top().when) due_.pop();
}

std::optional<Instant> Registration::deadline() const {
	if (!endpoint_ || due_.empty()) return std::nullopt;
	const auto when = due_.top().when;
	return burst_ < burst_size ? when : std::max(when, burst_began_ + burst_pause);
}

bool Registration::is_due(Instant now) const {
	const auto when = deadline();
	return when && *when <= now;
}

Instant Registration::next_after(const Part &part, Instant now) const {
	const std::chrono::seconds interval = options_.interval;
	if (asks_for_notify()) {
		const auto doublings = std::min<unsigned>(part.attempts - 1U, 6);
		const auto cap = std::min<std::chrono::seconds>(max_retry, interval);
		return now + std::min<std::chrono::seconds>(first_retry * (1 << doublings), cap);
	}
	const auto quick = std::min<std::chrono::seconds>(quick_interval, interval);
	return now + quick <= quick_until_ ? now + quick : refresh_after(part, now);
}

// Many registers leave their first burst for places of their own in the period, within two waits,
// neither of them longer than the interval or shorter than a third of it.
Instant Registration::refresh_after(const Part &part, Instant sent) const {
	const Instant::duration interval = options_.interval;
	if (whole_ <= burst_size) return sent + interval;
	const auto place = interval / pieces * (part.place / (0x1'0000'0000U / pieces));
	auto wait = (place - sent.time_since_epoch()) % interval;
	if (wait <= wait.zero()) wait += interval;
	if (wait < interval / 3) wait += interval / 2;
	return sent + wait;
}

Registration::Register Registration::next_register(
    const SiteRecords &records, std::uint64_t nonce, Instant now) {
	const auto index = due_.top().part;
	due_.pop();
	auto &part = parts_[index];
	if (now - burst_began_ >= burst_pause) {
		burst_began_ = now;
		burst_ = 0;
	}
	++burst_;
	while (!outstanding_.empty() && now - outstanding_.front().sent > nonce_lifetime)
		outstanding_.pop_front();
	outstanding_.push_back({nonce, index, now});

	if (part.attempts == 0) part.first_nonce = nonce;
	if (asks_for_notify() && part.attempts >= patience) set_answer(part, Part::Answer::silence, 0);
	if (part.attempts < 255) ++part.attempts;
	never_sent_ -= std::exchange(part.sent, now) == Instant{} ? 1 : 0;
	const bool again = asks_for_notify() && part.attempts > 1;
	// Without a Map-Notify to wait for, a difference that is lost comes with the next register.
	if (index >= whole_ && !asks_for_notify())
		finish(part);
	else
		schedule(index, next_after(part, now));
	drop_superseded();
	return {draw_up(records, part.run, nonce), again};
}

Octets Registration::draw_up(
    const SiteRecords &records, SiteRecords::Run run, std::uint64_t nonce) {
	static constexpr std::array<std::uint8_t, sha256_size> zeros{};
	const auto size = authentication_size(line_.algorithm);
	MapRegister head;
	head.proxy_reply = line_.proxy_reply;
	head.merge = line_.merge;
	head.want_map_notify = asks_for_notify();
	head.nonce = nonce;
	head.authentication.key_id = line_.key_id;
	head.authentication.algorithm = line_.algorithm;
	head.authentication.data = Bytes{zeros}.first(size);
	const auto run_octets = records.octets(run);
	Octets octets(authentication_data_offset + size + run_octets.size());
	Writer out{octets};
	write(out, head);
	out.bytes(run_octets, "records");
	octets[record_count_offset] = run.count;
	if (line_.algorithm != Algorithm::none) key_.sign(octets);
	return octets;
}

bool Registration::is_authentic(Bytes datagram, const MapNotify &notify) {
	if (line_.algorithm == Algorithm::none)
		return notify.authentication.algorithm == Algorithm::none;
	return key_.verify(datagram);
}

const Registration::Outstanding *Registration::find_outstanding(std::uint64_t nonce) const {
	const auto found = std::lower_bound(outstanding_.begin(), outstanding_.end(), nonce,
	    [](const Outstanding &outstanding, std::uint64_t n) { return outstanding.nonce < n; });
	return found != outstanding_.end() && found->nonce == nonce ? &*found : nullptr;
}

bool Registration::knows_nonce(std::uint64_t nonce) const {
	return find_outstanding(nonce) != nullptr;
}

bool Registration::acknowledge(
    const SiteRecords &records, const MapNotify &notify, Bytes datagram) {
	const auto *outstanding = find_outstanding(notify.nonce);
	if (outstanding == nullptr || outstanding->part == no_part) return false;
	auto &part = parts_[outstanding->part];
	// Without M nobody asked, and a Map-Notify changes no plans.
	if (!asks_for_notify() || part.attempts == 0 || notify.nonce < part.first_nonce) return false;
	const auto listed = count_listed(records, part.run, notify, datagram);
	if (outstanding->part >= whole_) {
		auto &whole = parts_[part_of(part.run.first)];
		const auto known = std::min<std::size_t>(whole.acknowledged + listed, whole.run.count);
		set_answer(whole, whole.answer, static_cast<std::uint8_t>(known));
		finish(part);
	} else {
		set_answer(part, Part::Answer::notify, static_cast<std::uint8_t>(listed));
		finish_within(part.run);
		part.attempts = 0;
		schedule(outstanding->part, refresh_after(part, part.sent));
	}
	drop_superseded();
	return true;
}

Octets Registration::acknowledgement(const MapNotify &notify) {
	MapNotifyAck ack;
	static_cast<MapNotify &>(ack) = notify;
	auto octets = encode(Message{ack});
	if (!octets) return {};
	if (line_.algorithm != Algorithm::none) key_.sign(*octets);
	return std::move(*octets);
}

RegistrationState Registration::state() const {
	using enum RegistrationState;
	if (!endpoint_) return unresolved;
	if (parts_.empty()) return acknowledged;
	if (!asks_for_notify()) return never_sent_ == 0 ? sent : pending;
	if (answered_ + silent_ < whole_ + waiting_) return pending;
	if (answered_ == 0) return timeout;
	if (acknowledged_ == records_) return acknowledged;
	return silent_ == 0 && acknowledged_ == 0 ? refused : partial;
}

std::string Registration::explanation() const {
	switch (state()) {
	case RegistrationState::unresolved: return trouble_;
	case RegistrationState::refused: return "the map-server accepted no record";
	case RegistrationState::partial:
		return "records not acknowledged: " + std::to_string(records_ - acknowledged_);
	case RegistrationState::pending:
	case RegistrationState::timeout: return "no map-notify";
	case RegistrationState::sent: return "no map-notify is asked for";
	case RegistrationState::acknowledged: break;
	}
	return {};
}

} // namespace lisp
