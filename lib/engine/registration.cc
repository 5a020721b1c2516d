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

constexpr std::size_t ipv4_overhead = 28; // octets of IP and UDP header
constexpr std::size_t ipv6_overhead = 48;
constexpr std::size_t record_count_offset = 3;
constexpr std::uint8_t identity_bit = 0x02; // of the first octet

// Those of the run that the Map-Notify does not list.
std::vector<std::uint32_t> unlisted(
    const SiteRecords &records, SiteRecords::Run run, const MapNotify &notify) {
	std::vector<EidPrefix> listed;
	listed.reserve(notify.records.size());
	for (const auto &record : notify.records)
		if (const auto eid = eid_prefix(record.eid, record.mask_length)) listed.push_back(*eid);
	std::sort(listed.begin(), listed.end());
	std::vector<std::uint32_t> missing;
	for (auto i = run.first; i < run.first + run.count; ++i)
		if (!std::binary_search(listed.begin(), listed.end(), records.eid(i))) missing.push_back(i);
	return missing;
}

} // namespace

std::string_view name(RegistrationState state) {
	static constexpr std::array<std::string_view, 7> names{
	    "unresolved", "pending", "sent", "acknowledged", "partial", "refused", "timeout"};
	return names[static_cast<std::size_t>(state)];
}

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
	line_ = line;
	if (!line.previous_secret.empty())
		previous_key_.emplace(line, line.previous_secret);
	else if (same)
		previous_key_.reset();
	else
		previous_key_ = std::move(key_);
	if (same) return;
	key_ = SharedKey{line, line.secret};
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
		const auto &part = parts_[i];
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
		if (part.sent != drawn_up) continue;
		if (part.attempts > 0) --part.attempts;
		if (part.due == never) ++waiting_;
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
	return now + (now + quick <= quick_until_ ? quick : interval);
}

void Registration::count_burst(Instant now) {
	if (now - burst_began_ >= burst_pause) {
		burst_began_ = now;
		burst_ = 0;
	}
	++burst_;
}

SharedKey &Registration::key_for(unsigned attempt, Instant now) {
	const bool tried = previous_key_ && (asks_for_notify() || now <= quick_until_);
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

SharedKey *Registration::signer(Bytes datagram, const MapNotify &notify) {
	if (key_.has_signed(datagram, notify)) return &key_;
	if (previous_key_ && previous_key_->has_signed(datagram, notify)) return &*previous_key_;
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
    const SiteRecords &records, SiteRecords::Run run, const MapNotify &notify) {
	refused_.erase(refused_.lower_bound(run.first), refused_.lower_bound(run.first + run.count));
	const auto missing = unlisted(records, run, notify);
	refused_.insert(missing.begin(), missing.end());
}

bool Registration::acknowledge(
    const SiteRecords &records, const MapNotify &notify, const SharedKey *signer, Instant now) {
	if (withdrawals_.knows_nonce(notify.nonce)) return withdrawals_.confirm(notify.nonce);
	const auto *outstanding = find_outstanding(notify.nonce);
	if (outstanding == nullptr || outstanding->part == no_part) return false;
	auto &part = parts_[outstanding->part];
	// Without M nobody asked, and a Map-Notify changes no plans.
	if (!asks_for_notify() || part.attempts == 0 || notify.nonce < part.first_nonce) return false;
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
		schedule(outstanding->part, part.sent + options_.interval);
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
	case RegistrationState::acknowledged:
		if (has_previous_key_only_) return "the map-server has the previous key still";
		break;
	}
	return {};
}

std::size_t Registration::retried_records() const {
	std::size_t records = 0;
	for (std::size_t i = 0; i < parts_.size(); ++i)
		if (asks_for_notify() && parts_[i].attempts > 1) records += parts_[i].run.count;
	return std::min(records, records_); // those of a difference are in its register, too
}

RegistrationState Registration::state_of(std::uint32_t record) const {
	using enum RegistrationState;
	if (!endpoint_) return unresolved;
	const auto *part = &parts_[part_of(record)];
	for (auto i = whole_; waiting_ > 0 && i < parts_.size(); ++i)
		if (const auto &other = parts_[i]; other.due != never && other.run.first <= record &&
		                                   record < other.run.first + other.run.count)
			part = &other;
	if (!asks_for_notify()) return part->sent == Instant{} ? pending : sent;
	switch (part->answer) {
	case Part::Answer::silence: return timeout;
	case Part::Answer::notify: return refused_.contains(record) ? refused : acknowledged;
	case Part::Answer::none: break;
	}
	return pending;
}

} // namespace lisp
