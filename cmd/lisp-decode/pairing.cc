#include "lisp-decode/pairing.h"

#include "lisp-decode/decoder.h"
#include "print/message_fields.h"

#include <fmt/format.h>

namespace lisp {

namespace {

constexpr std::size_t max_kept_octets = 32 << 20;

struct Line {
	const Transaction &transaction;
	std::string_view eid;
	TimeForm time;
};

std::optional<TimeText> time_of(const Line &line) {
	if (!line.transaction.time || line.time == TimeForm::none) return std::nullopt;
	return TimeText{*line.transaction.time, line.time};
}

std::optional<std::string_view> eid_of(const Line &line) {
	return line.eid.empty() ? std::nullopt : std::optional{line.eid};
}

constexpr auto address_of(std::optional<Endpoint> Transaction::*endpoint) {
	return [endpoint](const Line &line) {
		const auto &known = line.transaction.*endpoint;
		return known ? std::optional{known->address} : std::nullopt;
	};
}

constexpr auto microseconds(std::optional<std::uint64_t> (*time)(const Transaction &)) {
	return [time](const Line &line) {
		const auto nanoseconds = time(line.transaction);
		const bool shown = line.transaction.result != TransactionResult::unasked && nanoseconds;
		return shown ? std::optional{*nanoseconds / 1000} : std::nullopt;
	};
}

} // namespace

template <>
inline constexpr auto fields<Line> = std::tuple{
    Field{"time", &time_of},
    Field{"transaction", [](const Line &l) { return name(l.transaction.kind); }},
    Field{"nonce", [](const Line &l) { return Hex64{l.transaction.nonce}; }},
    Field{"from", address_of(&Transaction::from)},
    Field{"to", address_of(&Transaction::to)},
    Field{"answered-by", address_of(&Transaction::answered_by)},
    Field{"eid", &eid_of},
    Field{"result", [](const Line &l) { return name(l.transaction.result); }},
    Field{"rtt-us", microseconds(&round_trip_time)},
    Field{"total-us", microseconds(&total_time)},
    Field{"attempts", [](const Line &l) { return l.transaction.attempts; }},
    Field{"forwarded", [](const Line &l) { return l.transaction.forwarded; }},
};

namespace {

// Of the first record.
void append_eid(Text &out, const Message &message) {
	const auto append_first = [&](const auto &records) {
		if (!records.empty()) append(out, EidText{records[0].eid, records[0].mask_length});
	};
	if (const auto *m = std::get_if<MapRequest>(&message)) append_first(m->records);
	if (const auto *m = std::get_if<MapReferral>(&message)) append_first(m->records);
	if (const auto *m = std::get_if<Info>(&message)) append(out, EidText{m->eid, m->mask_length});
	if (const auto *m = std::get_if<ChangePriority>(&message); m != nullptr && !m->eids.empty()) {
		append(out, m->eids[0].eid);
		out += '/';
		append_number(out, m->eids[0].mask_length);
	}
	append_first(records_of(message));
}

std::string eid_of(const Dissection &found) {
	Text text;
	append_eid(text, innermost(found).message);
	return text.str();
}

void append_address(Text &out, const std::optional<Endpoint> &endpoint) {
	if (endpoint)
		append(out, endpoint->address);
	else
		out += '?';
}

// "1.234 ms"
void append_milliseconds(Text &out, std::uint64_t nanoseconds) {
	const auto microseconds_past = nanoseconds / 1000 % 1000;
	append_number(out, nanoseconds / 1'000'000);
	out += '.';
	for (auto digit = 100U; digit > 0; digit /= 10)
		out += static_cast<char>('0' + microseconds_past / digit % 10);
	out += " ms";
}

void append_result(Text &out, const Transaction &transaction) {
	out += name(transaction.result);
	if (transaction.result == TransactionResult::unasked ||
	    transaction.result == TransactionResult::unanswered)
		return;
	const auto &[to, by] = std::tie(transaction.to, transaction.answered_by);
	if (to && by && to->address != by->address) {
		out += " by ";
		append_address(out, by);
	}
	if (const auto time = round_trip_time(transaction)) {
		out += " in ";
		append_milliseconds(out, *time);
	}
}

// "2026-01-01T00:00:00.000000000Z map-request 0x… 192.0.2.1 > 192.0.2.2 eid 203.0.113.0/24 answered
// in 1.234 ms (2 attempts, 1 forwarded)"
void append_line(Text &out, const Line &line) {
	const auto &transaction = line.transaction;
	if (const auto time = time_of(line)) {
		append(out, *time);
		out += ' ';
	}
	out += name(transaction.kind);
	out += ' ';
	append(out, Hex64{transaction.nonce});
	out += ' ';
	append_address(out, transaction.from);
	out += " > ";
	append_address(out, transaction.to);
	if (!line.eid.empty()) {
		out += " eid ";
		out += line.eid;
	}
	out += ' ';
	append_result(out, transaction);
	if (transaction.attempts > 1 || transaction.forwarded > 0) {
		out += " (";
		append_number(out, transaction.attempts);
		out += transaction.attempts == 1 ? " attempt" : " attempts";
		if (transaction.forwarded > 0) {
			out += ", ";
			append_number(out, transaction.forwarded);
			out += " forwarded";
		}
		out += ')';
	}
	out += '\n';
}

} // namespace

Pairing::Pairing(const PrinterOptions &options, std::uint64_t seed)
    : options_(options), transactions_({}, seed),
      printer_({Format::json, options.time, options.octets}) {}

void Pairing::take(const Dissection &found, Text &out) {
	const auto [ended, opened] = transactions_.take(found);
	for (const auto &transaction : ended)
		print(transaction, transaction.result == TransactionResult::unanswered ? nullptr : &found,
		    out);
	if (opened) keep(*opened, found);
}

void Pairing::finish(Text &out) {
	for (const auto &transaction : transactions_.finish()) print(transaction, nullptr, out);
	if (const auto given_up = transactions_.counters().given_up; given_up > 0)
		complain(fmt::format(
		    "{} transactions were given up before their time: too many were open", given_up));
	if (not_kept_ > 0)
		complain(fmt::format("{} requests are not shown: too many were open", not_kept_));
}

void Pairing::keep(std::uint32_t place, const Dissection &found) {
	if (place >= kept_.size()) kept_.resize(place + std::size_t{1});
	auto &kept = kept_[place];
	kept.eid = eid_of(found);
	if (options_.format != Format::json) return;
	const auto text = json_of(found);
	if (kept_octets_ + text.size() > max_kept_octets) {
		++not_kept_;
		return;
	}
	kept.request = text;
	kept_octets_ += kept.request.size();
}

// Without the end of the line.
std::string_view Pairing::json_of(const Dissection &found) {
	printer_.buffer().clear();
	printer_.print(found);
	std::string_view text = printer_.buffer();
	text.remove_suffix(1);
	return text;
}

void Pairing::print(const Transaction &transaction, const Dissection *answer, Text &out) {
	Kept kept;
	if (transaction.result == TransactionResult::unasked)
		kept.eid = eid_of(*answer);
	else
		std::swap(kept, kept_[transaction.place]);
	kept_octets_ -= kept.request.size();
	const Line line{transaction, kept.eid, options_.time};
	if (options_.format == Format::line) return append_line(out, line);
	if (options_.format == Format::text) {
		TextSink text{out, 1};
		out += name(transaction.kind);
		out += '\n';
		return describe_fields(text, line);
	}
	JsonSink json{out};
	json.open({});
	describe_fields(json, line);
	if (!kept.request.empty()) json.json("request", kept.request);
	if (answer != nullptr) json.json("reply", json_of(*answer));
	json.close();
	out += '\n';
}

} // namespace lisp
