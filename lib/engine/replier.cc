#include "engine/replier.h"

#include <algorithm>

namespace lisp {

namespace {

struct DropEntry {
	std::string_view name;
	std::uint64_t ReplierCounters::*counter;
};

// In the order of DropReason.
constexpr std::size_t most_requesters = 65'536;
constexpr std::array drop_entries{
    DropEntry{"malformed", &ReplierCounters::malformed},
    DropEntry{"LCAF of an unknown vendor", &ReplierCounters::unknown_vendor},
    DropEntry{"not for an xTR to answer", &ReplierCounters::unexpected_type},
    DropEntry{"bad inner IP checksum", &ReplierCounters::inner_ip_checksum},
    DropEntry{"inner UDP checksum is zero", &ReplierCounters::inner_checksum_zero},
    DropEntry{"bad inner UDP checksum", &ReplierCounters::inner_checksum_bad},
    DropEntry{"inner UDP port is the data port", &ReplierCounters::inner_data_port},
    DropEntry{"no Map-Request inside", &ReplierCounters::inner_not_map_request},
    DropEntry{"RLOC probe inside an ECM", &ReplierCounters::encapsulated_probe},
    DropEntry{"asks for LISP-SEC", &ReplierCounters::lisp_sec},
    DropEntry{"asks for no Map-Reply", &ReplierCounters::dont_map_reply},
    DropEntry{"no usable ITR-RLOC", &ReplierCounters::no_usable_itr_rloc},
    DropEntry{"ITR-RLOC refused", &ReplierCounters::itr_rloc_refused},
    DropEntry{"EID not owned", &ReplierCounters::not_owned},
    DropEntry{"rate limit", &ReplierCounters::rate_limited},
    DropEntry{"rate limit of the source", &ReplierCounters::source_limited},
    DropEntry{"rate limit of all", &ReplierCounters::total_limited},
    DropEntry{"rate limit of SMRs", &ReplierCounters::smr_limited},
    DropEntry{"Map-Reply too large", &ReplierCounters::too_large},
};
static_assert(drop_entries.size() == static_cast<std::size_t>(DropReason::too_large) + 1);

constexpr std::size_t max_records = 255;  // of a Map-Reply
constexpr std::size_t min_head_size = 12; // before its records
constexpr std::size_t min_record_size = 16;
constexpr std::size_t record_count_offset = 3;
constexpr unsigned rlocs_of_a_source = 8; // that its Map-Requests may name in earnest
constexpr RecordTtl negative_ttl{15};     // RFC 9301 section 8.3: of what is no LISP site

Dropped drop(DropReason reason) {
	return {reason, {}};
}

std::uint32_t ttl_of(Bytes record) {
	return Reader{record}.u32("record ttl");
}

} // namespace

std::string_view name(DropReason reason) {
	return drop_entries[static_cast<std::size_t>(reason)].name;
}

Replier::Limits::Limits(const Options &options)
    : replies({options.rate, options.burst}, options.seed),
      probe_replies({options.rate, options.burst}, options.seed),
      sources({options.rate * rlocs_of_a_source, options.burst * rlocs_of_a_source}, options.seed),
      total({options.rate > 0 ? options.total_rate : 0, options.total_burst}),
      smrs({options.rate > 0 ? options.smr_rate : 0, options.smr_burst}) {}

Replier::Replier(EidRecords eids, const Options &options)
    : Replier(std::make_shared<const EidRecords>(std::move(eids)), options,
          std::make_shared<Limits>(options)) {}

Replier::Replier(
    std::shared_ptr<const EidRecords> eids, const Options &options, std::shared_ptr<Limits> limits)
    : eids_(std::move(eids)), options_(options), limits_(std::move(limits)),
      room_(std::max(options.max_octets_ipv4, options.max_octets_ipv6)) {
	selected_.reserve(max_records);
	holes_.reserve(max_records);
	// The shortest that covers an EID is found first: its hole is the widest.
	std::stable_sort(options_.negative.begin(), options_.negative.end(),
	    [](const auto &a, const auto &b) { return a.length < b.length; });
}

Replier::Outcome Replier::receive(const Arrival &arrival, Instant now) {
	arena_.reset();
	return act_on(sort(arrival), now);
}

void Replier::receive(std::span<const Arrival> arrivals, Instant now, const Use &use) {
	arena_.reset();
	batch_.clear();
	for (const auto &arrival : arrivals) batch_.push_back(sort(arrival));
	if (arrivals.size() > 1) prefetch();
	for (std::size_t i = 0; i < arrivals.size(); ++i) use(arrivals[i], act_on(batch_[i], now));
}

// The first EID of each: most ask for no other, and a crowd of them would be looked up twice.
void Replier::prefetch() {
	wanted_.clear();
	for (const auto &sorted : batch_) {
		const auto *asked = std::get_if<Asked>(&sorted);
		if (asked == nullptr || asked->request.records.empty()) continue;
		const auto &first = asked->request.records.front();
		if (const auto eid = eid_prefix(first.eid, first.mask_length)) wanted_.push_back(*eid);
	}
	eids_->prefetch(wanted_);
}

Replier::Outcome Replier::act_on(const Sorted &sorted, Instant now) {
	const auto *asked = std::get_if<Asked>(&sorted);
	auto outcome = asked != nullptr ? on_request(*asked, now) : std::get<Outcome>(sorted);
	if (const auto *dropped = std::get_if<Dropped>(&outcome))
		++(counters_.*drop_entries[static_cast<std::size_t>(dropped->reason)].counter);
	if (std::holds_alternative<HandOn>(outcome)) ++counters_.handed_on;
	return outcome;
}

Replier::Sorted Replier::sort(const Arrival &arrival) {
	++counters_.received;
	if (follows_moves_ && tells_of_move(arrival.octets))
		return HandOn{HandOn::Recipient::mobility, arrival.octets};
	const auto decoded = decode(arrival.octets, arena_);
	if (decoded.error) return Dropped{DropReason::malformed, *decoded.error};
	if (has_unknown_vendor(decoded.message)) return drop(DropReason::unknown_vendor);
	if (const auto *request = std::get_if<MapRequest>(&decoded.message))
		return Asked{*arena_.make(*request), arrival, arrival.from.port, arrival.octets, false};
	if (const auto *message = std::get_if<EncapsulatedControl>(&decoded.message))
		return sort_encapsulated(*message, arrival);
	if (std::holds_alternative<MapNotify>(decoded.message))
		return HandOn{HandOn::Recipient::registrar, arrival.octets};
	if (std::holds_alternative<MapReply>(decoded.message))
		return HandOn{HandOn::Recipient::mapping_table, arrival.octets};
	return drop(DropReason::unexpected_type);
}

// Whether it is worth to look at: of type 5, rather than a Map-Notify-Ack, or of type 15.
bool Replier::tells_of_move(Bytes datagram) {
	if (datagram.size() < 2) return false;
	const auto number = datagram[0] >> 4;
	if (number == 15)
		return options_.sub_type != 0 &&
		       ((datagram[0] & 0x0fU) << 8 | datagram[1]) == options_.sub_type;
	return number == 5 && decode_change_priority(datagram, arena_).has_value();
}

void Replier::follow_moves(bool follows) {
	if (follows != follows_moves_) requesters_ = RecentRequesters{follows ? most_requesters : 0};
	follows_moves_ = follows;
}

Replier::Sorted Replier::sort_encapsulated(
    const EncapsulatedControl &message, const Arrival &arrival) {
	if (message.ip_checksum != ChecksumState::good) return drop(DropReason::inner_ip_checksum);
	if (message.source.port == data_port || message.destination.port == data_port)
		return drop(DropReason::inner_data_port);
	if (message.udp_checksum == ChecksumState::bad) return drop(DropReason::inner_checksum_bad);
	if (message.udp_checksum == ChecksumState::zero && !options_.accept_zero_checksum)
		return drop(DropReason::inner_checksum_zero);
	const auto inner = decode(message.payload, arena_, message.payload_offset);
	if (inner.error) return Dropped{DropReason::malformed, *inner.error};
	if (has_unknown_vendor(inner.message)) return drop(DropReason::unknown_vendor);
	const auto *request = std::get_if<MapRequest>(&inner.message);
	if (request == nullptr) return drop(DropReason::inner_not_map_request);
	if (request->probe) return drop(DropReason::encapsulated_probe);
	++counters_.encapsulated;
	if (message.security && !options_.answer_lisp_sec) return drop(DropReason::lisp_sec);
	return Asked{*arena_.make(*request), arrival, message.source.port, message.payload, true};
}

Replier::Outcome Replier::on_request(const Asked &asked, Instant now) {
	const auto &request = asked.request;
	++counters_.map_requests;
	counters_.probes += request.probe ? 1 : 0;
	if (request.solicit) return on_solicit(asked, now);
	if (request.dont_map_reply) return drop(DropReason::dont_map_reply);
	const auto choice =
	    choose_itr_rloc(request.itr_rlocs, asked.arrival.from.address, options_.sendable);
	if (choice.fault == ItrRlocFault::refused) return drop(DropReason::itr_rloc_refused);
	if (choice.fault == ItrRlocFault::unusable || asked.port == 0)
		return drop(DropReason::no_usable_itr_rloc);
	most_ = std::min(max_records, (max_octets(choice.address) - min_head_size) / min_record_size);
	if (!select(request.records)) return drop(DropReason::too_large);
	if (selected_.empty() && holes_.empty()) return drop(DropReason::not_owned);
	if (const auto reason = limited(asked, choice.address, now)) return drop(*reason);
	return reply(asked, choice, now);
}

// A flood of them is not to become one of local messages, which others wait behind.
Replier::Outcome Replier::on_solicit(const Asked &asked, Instant now) {
	if (!asked.encapsulated && !limits_->sources.allow(asked.arrival.from.address, now))
		return drop(DropReason::source_limited);
	if (!limits_->smrs.take(now)) return drop(DropReason::smr_limited);
	return HandOn{HandOn::Recipient::mapping_table, asked.octets};
}

ReplyLimit &Replier::limit_of(const Asked &asked) {
	return asked.request.probe ? limits_->probe_replies : limits_->replies;
}

// What came plainly has the ITR for its source; a crowd of ITR-RLOCs there is somebody who has
// others flooded. An ECM has the mapping system's, which speaks for everybody.
std::optional<DropReason> Replier::limited(
    const Asked &asked, const IpAddress &destination, Instant now) {
	if (!limit_of(asked).allow(destination, now)) return DropReason::rate_limited;
	if (!asked.encapsulated && !limits_->sources.allow(asked.arrival.from.address, now))
		return DropReason::source_limited;
	if (!limits_->total.take(now)) return DropReason::total_limited;
	return std::nullopt;
}

// For each EID the longest match and all below it: without these a cache that holds the match
// would send their packets to its locators. Without a match, the hole if there is to be an answer.
// False where a Map-Reply cannot hold them.
bool Replier::select(List<RequestedEid> requested) {
	selected_.clear();
	holes_.clear();
	for (const auto &record : requested) {
		const auto eid = eid_prefix(record.eid, record.mask_length);
		if (!eid) continue;
		const auto match = eids_->index().longest_match(*eid);
		if (!match && !select_hole(*eid)) return false;
		if (match && !is_selected(match->value) && !select_within(match->prefix)) return false;
	}
	return true;
}

bool Replier::select_hole(const EidPrefix &eid) {
	const auto aggregate = std::find_if(options_.negative.begin(), options_.negative.end(),
	    [&](const auto &each) { return each.covers(eid); });
	if (aggregate == options_.negative.end()) return true;
	const auto hole = eids_->index().hole(eid, aggregate->length);
	if (!hole || std::find(holes_.begin(), holes_.end(), *hole) != holes_.end()) return true;
	if (is_full()) return false;
	holes_.push_back(*hole);
	return true;
}

bool Replier::is_full() const {
	return selected_.size() + holes_.size() >= most_;
}

bool Replier::is_selected(PrefixIndex::Value number) const {
	return std::find(selected_.begin(), selected_.end(), number) != selected_.end();
}

bool Replier::select_within(const EidPrefix &prefix) {
	bool fits = true;
	eids_->index().for_each_within(prefix, [this, &fits](const auto &entry) {
		if (is_selected(entry.value)) return true;
		fits = !is_full();
		if (fits) selected_.push_back(entry.value);
		return fits;
	});
	return fits;
}

std::size_t Replier::max_octets(const IpAddress &destination) const {
	return destination.is_v4() ? options_.max_octets_ipv4 : options_.max_octets_ipv6;
}

Replier::Outcome Replier::reply(const Asked &asked, const ItrRlocChoice &choice, Instant now) {
	const bool probe = asked.request.probe;
	Writer out{Room{room_}.first(max_octets(choice.address))};
	MapReply head;
	head.probe = probe;
	head.nonce = asked.request.nonce;
	write(out, head);
	room_[record_count_offset] = static_cast<std::uint8_t>(selected_.size() + holes_.size());
	write_records(out, probe ? &asked.arrival.to.address : nullptr);
	if (!out.ok()) return drop(DropReason::too_large);
	++counters_.map_replies;
	counters_.negative_records += holes_.size();
	counters_.probe_replies += probe ? 1 : 0;
	counters_.answered_octets += asked.arrival.octets.size();
	counters_.reply_octets += out.size();
	if (follows_moves_ && !probe)
		for (const auto &record : asked.request.records)
			if (const auto eid = eid_prefix(record.eid, record.mask_length))
				requesters_.note(*eid, choice.address, now);
	const auto source =
	    probe ? IpAddress{} : reply_source(asked.arrival.to.address, choice.address);
	Datagram datagram{{choice.address, asked.port}, source, out.written()};
	datagram.otherwise = otherwise(choice, out.size(), limit_of(asked), now);
	return datagram;
}

// It counts as sent to both: else who names an address without a route would have the other one
// flooded.
IpAddress Replier::otherwise(
    const ItrRlocChoice &choice, std::size_t size, ReplyLimit &limit, Instant now) const {
	const auto &address = choice.otherwise;
	const bool possible =
	    !address.is_none() && size <= max_octets(address) && limit.allow(address, now);
	return possible ? address : IpAddress{};
}

// Records that depend on each other leave a cache together. A hole depends on nothing.
void Replier::write_records(Writer &out, const IpAddress *probed) {
	auto ttl = ttl_receiver_decides.count();
	for (const auto number : selected_) ttl = std::min(ttl, ttl_of(eids_->record(number)));
	for (const auto number : selected_) write_record(out, eids_->record(number), ttl, probed);
	for (const auto &hole : holes_) write_negative(out, hole);
}

void Replier::write_negative(Writer &out, const EidPrefix &hole) {
	MapRecord record;
	record.ttl = negative_ttl;
	record.mask_length = hole.length;
	record.action = Action::natively_forward;
	record.authoritative = true; // it is the site that says so
	record.eid = eid_address(hole, arena_);
	write(out, record);
}

void Replier::write_record(Writer &out, Bytes record, std::uint32_t ttl, const IpAddress *probed) {
	const auto start = out.size();
	if (probed == nullptr) {
		out.bytes(record, "record");
	} else {
		Reader in{record};
		MapRecord decoded;
		read(in, arena_, decoded);
		const auto locators = arena_.array<Locator>(decoded.locators.size());
		std::copy(decoded.locators.begin(), decoded.locators.end(), locators.begin());
		const auto at = std::find_if(locators.begin(), locators.end(),
		    [&](const auto &locator) { return locator.rloc == Address{*probed}; });
		if (at != locators.end()) at->probed = true;
		decoded.locators = std::span<const Locator>(locators);
		write(out, decoded);
	}
	out.patch_u16(start, ttl >> 16, "record ttl");
	out.patch_u16(start + 2, ttl & 0xffff, "record ttl");
}

} // namespace lisp
