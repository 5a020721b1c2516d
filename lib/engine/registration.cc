#include "engine/registration.h"

#include "message/message.h"

#include <algorithm>
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
constexpr std::uint8_t identity_bit = 0x02; // of the first octet

// Most Map-Notifies carry the records as they were registered.
bool lists_the_same(Bytes registered, SiteRecords::Run run, const ReceivedNotify &notify) {
	const auto begin = authentication_data_offset + notify.message.authentication.data.size();
	return notify.message.records.size() == run.count &&
	       notify.octets.size() - begin >= registered.size() &&
	       std::equal(registered.begin(), registered.end(), notify.octets.subspan(begin).begin());
}

// Those of the run that the Map-Notify does not list.
std::vector<std::uint32_t> unlisted(
    const SiteRecords &records, SiteRecords::Run run, const ReceivedNotify &notify) {
	if (lists_the_same(records.octets(run), run, notify)) return {};
	std::vector<EidPrefix> listed;
	listed.reserve(notify.message.records.size());
	for (const auto &record : notify.message.records)
		if (const auto eid = eid_prefix(record.eid, record.mask_length)) listed.push_back(*eid);
	std::sort(listed.begin(), listed.end());
	std::vector<std::uint32_t> missing;
	for (auto i = run.first; i < run.first + run.count; ++i)
		if (!std::binary_search(listed.begin(), listed.end(), records.eid(i))) missing.push_back(i);
	return missing;
}

} // namespace

Registration::Registration(const MapServerLine &line, const RegistrationOptions &options)
    : line_(line), options_(options), wants_notify_(line.want_map_notify || options.always_notify),
      key_(line, line.secret) {
	if (!line.previous_secret.empty()) previous_key_.emplace(line, line.previous_secret);
}

bool Registration::is_for(const MapServerLine &line) const {
	auto moved = line;
	moved.position = line_.position;
	return moved == line_;
}

bool Registration::is_but_for_the_key(const MapServerLine &line) const {
	auto with_the_key = line;
	with_the_key.secret = line_.secret;
	with_the_key.previous_secret = line_.previous_secret;
	with_the_key.key_file = line_.key_file;
	with_the_key.algorithm = line_.algorithm;
	with_the_key.key_id = line_.key_id;
	return is_for(with_the_key);
}

void Registration::change_key(const MapServerLine &line, const SiteRecords &records, Instant now) {
	const bool same = line.secret == line_.secret && line.algorithm == line_.algorithm &&
	                  line.key_id == line_.key_id;
	// A key that the Map-Server has not taken yet is none to fall back to.
	const bool taken = !previous_key_ || (asks_for_notify() ? !line_.previous_secret.empty() &&
	                                                              !has_previous_key_only_
	                                                        : now > both_keys_until_);
	line_ = line;
	if (!line.previous_secret.empty())
		previous_key_.emplace(line, line.previous_secret);
	else if (same)
		previous_key_.reset();
	else if (taken)
		previous_key_ = std::move(key_);
	if (same) return;
	key_ = SharedKey{line, line.secret};
	both_keys_until_ = now + quick_time;
	has_previous_key_only_ = false;
	if (!endpoint_) return;
	for (auto &outstanding : outstanding_) outstanding.part = no_part;
	reset(make_parts(records));
	register_again(now);
}

std::size_t Registration::room() const {
	const bool ipv6 = endpoint_->address.is_v6();
	auto packet = options_.mtu != 0 ? options_.mtu : ipv6 ? 1280U : 576U;
	if (line_.whole_site == WholeSite::yes) packet = max_datagram + ipv4_overhead;
	const auto authentication = std::max(
	    key_.authentication_octets(), previous_key_ ? previous_key_->authentication_octets() : 0);
	const auto overhead = (ipv6 ? ipv6_overhead : ipv4_overhead) + authentication_data_offset +
	                      authentication + (line_.identity ? xtr_identity_size : 0);
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
	if (!endpoint_) both_keys_until_ = now + quick_time;
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
	refused_.clear();
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
	refused_.clear();
	for (auto &part : parts_) {
		set_answer(part, Part::Answer::none, 0);
		part.attempts = 0;
	}
}

void Registration::postpone(Instant drawn_up, Instant until) {
	for (std::uint32_t i = 0; i < parts_.size(); ++i) {
		auto &part = parts_[i];
		if (part.sent != drawn_up) {
			if (part.due <= drawn_up) schedule(i, until);
			continue;
		}
		if (part.attempts > 0) --part.attempts;
		if (part.due == never) ++waiting_;
		// Nobody knows for how long: what the Map-Server said last is soon out of date.
		set_answer(part, Part::Answer::none, 0);
		part.sent = Instant{};
		++never_sent_;
		schedule(i, until);
	}
	drop_superseded();
	withdrawals_.postpone(drawn_up, until);
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
	const auto withdrawal = withdrawals_.deadline();
	if (!endpoint_ || (due_.empty() && !withdrawal)) return std::nullopt;
	auto when = withdrawal.value_or(Instant::max());
	if (!due_.empty()) when = std::min(when, due_.top().when);
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

void Registration::count_burst(Instant now) {
	if (now - burst_began_ >= burst_pause) {
		burst_began_ = now;
		burst_ = 0;
	}
	++burst_;
}

SharedKey &Registration::key_for(unsigned attempt, Instant now) {
	const bool tried = previous_key_ && (asks_for_notify() || now <= both_keys_until_);
	return tried && attempt % 2 == 1 ? *previous_key_ : key_;
}

Registration::Register Registration::next_register(
    const SiteRecords &records, std::uint64_t nonce, Instant now) {
	count_burst(now);
	if (const auto when = withdrawals_.deadline(); when && *when <= now)
		return next_withdrawal(nonce, now);
	const auto index = due_.top().part;
	due_.pop();
	auto &part = parts_[index];
	while (!outstanding_.empty() && now - outstanding_.front().sent > nonce_lifetime)
		outstanding_.pop_front();
	outstanding_.push_back({nonce, index, now});

	if (part.attempts == 0) part.first_nonce = nonce;
	if (asks_for_notify() && part.attempts >= patience) set_answer(part, Part::Answer::silence, 0);
	auto &key = key_for(part.attempts, now);
	// Past the end, each key has its turn still.
	part.attempts = part.attempts < 255 ? part.attempts + 1 : 254;
	never_sent_ -= std::exchange(part.sent, now) == Instant{} ? 1 : 0;
	const bool again = asks_for_notify() && part.attempts > 1;
	// Without a Map-Notify to wait for, a difference that is lost comes with the next register.
	if (index >= whole_ && !asks_for_notify())
		finish(part);
	else
		schedule(index, next_after(part, now));
	drop_superseded();
	return {draw_up(records.octets(part.run), part.run.count, nonce, key), again};
}

Registration::Register Registration::next_withdrawal(std::uint64_t nonce, Instant now) {
	const auto batch = withdrawals_.next(nonce, room(), now);
	// A Map-Server that takes each register for the complete set has just lost the others.
	if (whole_ == 1 && line_.whole_site != WholeSite::no) schedule(0, now);
	return {
	    draw_up(batch.records, batch.count, nonce, key_for(batch.attempt, now)), batch.attempt > 0};
}

Octets Registration::draw_up(
    Bytes records, std::uint8_t count, std::uint64_t nonce, SharedKey &key) const {
	MapRegister head;
	head.proxy_reply = line_.proxy_reply;
	head.merge = line_.merge;
	head.want_map_notify = asks_for_notify();
	head.nonce = nonce;
	head.authentication = key.authentication();
	Octets octets(authentication_data_offset + key.authentication_octets() + records.size() +
	              (line_.identity ? xtr_identity_size : 0));
	Writer out{octets};
	write(out, head);
	out.bytes(records, "records");
	octets[record_count_offset] = count;
	if (line_.identity) {
		octets[0] |= identity_bit;
		write(out, *line_.identity);
	}
	key.sign(octets);
	return octets;
}

SharedKey *Registration::signer(const ReceivedNotify &notify) {
	if (key_.has_signed(notify)) return &key_;
	if (previous_key_ && previous_key_->has_signed(notify)) return &*previous_key_;
	return nullptr;
}

const Registration::Outstanding *Registration::find_outstanding(std::uint64_t nonce) const {
	const auto found = std::lower_bound(outstanding_.begin(), outstanding_.end(), nonce,
	    [](const Outstanding &outstanding, std::uint64_t n) { return outstanding.nonce < n; });
	return found != outstanding_.end() && found->nonce == nonce ? &*found : nullptr;
}

bool Registration::knows_nonce(std::uint64_t nonce) const {
	return find_outstanding(nonce) != nullptr || withdrawals_.knows_nonce(nonce);
}

void Registration::note_refused(
    const SiteRecords &records, SiteRecords::Run run, const ReceivedNotify &notify) {
	refused_.erase(refused_.lower_bound(run.first), refused_.lower_bound(run.first + run.count));
	const auto missing = unlisted(records, run, notify);
	refused_.insert(missing.begin(), missing.end());
}

bool Registration::acknowledge(const SiteRecords &records, const ReceivedNotify &notify,
    const SharedKey *signer, Instant now) {
	const auto nonce = notify.message.nonce;
	if (withdrawals_.knows_nonce(nonce)) return withdrawals_.confirm(nonce);
	const auto *outstanding = find_outstanding(nonce);
	if (outstanding == nullptr || outstanding->part == no_part) return false;
	auto &part = parts_[outstanding->part];
	// Without M nobody asked, and a Map-Notify changes no plans.
	if (!asks_for_notify() || part.attempts == 0 || nonce < part.first_nonce) return false;
	last_notify_ = now;
	has_previous_key_only_ = signer != &key_;
	if (!has_previous_key_only_ && line_.previous_secret.empty()) previous_key_.reset();
	note_refused(records, part.run, notify);
	const auto refused = std::distance(refused_.lower_bound(part.run.first),
	    refused_.lower_bound(part.run.first + part.run.count));
	const auto listed = part.run.count - static_cast<std::size_t>(refused);
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

Octets Registration::acknowledgement(const MapNotify &notify, SharedKey &signer) {
	MapNotifyAck ack;
	static_cast<MapNotify &>(ack) = notify;
	auto octets = encode(Message{ack});
	if (!octets) return {};
	signer.sign(*octets);
	return std::move(*octets);
}

} // namespace lisp
