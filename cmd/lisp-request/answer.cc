#include "lisp-request/answer.h"

#include "print/json_sink.h"
#include "print/message_fields.h"

#include <fmt/core.h>

namespace lisp {

// As its JSON has it.
struct AnswerReport {
	EidPrefix eid;
	std::string resolver;
	std::optional<std::string> from;
	std::optional<std::uint64_t> round_trip_us;
	std::string_view result;
	List<MapRecord> records;
};

template <>
inline constexpr auto fields<AnswerReport> = std::tuple{
    Field{"eid", &AnswerReport::eid},
    Field{"resolver", &AnswerReport::resolver},
    Field{"from", &AnswerReport::from},
    Field{"rtt-us", &AnswerReport::round_trip_us},
    Field{"result", &AnswerReport::result},
    Field{"records", &AnswerReport::records},
};

struct ChangeReport {
	TimeText time;
	std::string_view kind;
	EidPrefix eid;
	std::string resolver;
	std::string from;
	List<MapRecord> records;
};

template <>
inline constexpr auto fields<ChangeReport> = std::tuple{
    Field{"time", &ChangeReport::time},
    Field{"change", &ChangeReport::kind},
    Field{"eid", &ChangeReport::eid},
    Field{"resolver", &ChangeReport::resolver},
    Field{"from", &ChangeReport::from},
    Field{"records", &ChangeReport::records},
};

namespace {

std::string_view name(WatchedChange::Kind kind) {
	switch (kind) {
	case WatchedChange::Kind::mapping: return "mapping";
	case WatchedChange::Kind::change: return "change";
	case WatchedChange::Kind::withdrawal: return "withdrawal";
	}
	return "unknown";
}

std::string ttl_text(const MapRecord &record) {
	const auto special = ttl_name(record.ttl);
	return special ? std::string{*special} : std::to_string(record.ttl.count());
}

void append_locator(Text &out, const Locator &locator, bool probed) {
	const auto share = fmt::format("{}/{}", locator.priority, locator.weight);
	out += fmt::format("  {:<39}  {:<5}  {}{}\n", to_string(locator.rloc),
	    locator.reachable ? "up" : "down", share, probed ? "  probed" : "");
}

// RFC 9301 section 5.4: of several p bits the first counts.
void append_record(Text &out, const MapRecord &record) {
	append(out, EidText{record.eid, record.mask_length});
	out += fmt::format(", record ttl: {}", ttl_text(record));
	if (record.authoritative) out += ", auth";
	if (record.locators.empty()) out += fmt::format(", negative: {}", name(record.action));
	out += '\n';
	if (record.locators.empty()) return;
	out += fmt::format("  {:<39}  {:<5}  {}\n", "Locator", "State", "Priority/Weight");
	bool probed_seen = false;
	for (const auto &locator : record.locators) {
		const bool probed = locator.probed && !probed_seen;
		probed_seen = probed_seen || locator.probed;
		append_locator(out, locator, probed);
	}
}

} // namespace

std::string eid_text(const EidPrefix &eid) {
	return eid.is_host() && eid.instance == 0 ? to_string(eid.address) : to_string(eid);
}

void append_answer_text(Text &out, const RequestAnswer &answer) {
	const auto seconds = static_cast<double>(answer.round_trip.count()) / 1e6;
	out += fmt::format(
	    "Received map-reply from {} with rtt {:.6f} secs\n\nMapping entry for EID {}:\n",
	    to_string(answer.from.address), seconds, eid_text(answer.eid));
	for (const auto &record : answer.records) append_record(out, record);
}

void append_answer_json(
    Text &out, const RequestAnswer *answer, const EidPrefix &eid, const Endpoint &resolver) {
	AnswerReport report{eid, to_string(resolver), {}, {}, "timeout", {}};
	if (answer != nullptr) {
		report.from = to_string(answer->from);
		report.round_trip_us = static_cast<std::uint64_t>(answer->round_trip.count());
		report.result = answer->positive() ? "positive" : "negative";
		report.records = answer->records;
	}
	JsonSink sink{out};
	describe(sink, {}, report);
	out += '\n';
}

void append_change_text(Text &out, const WatchedChange &change, std::uint64_t time) {
	const auto &record = change.record;
	append_time(out, time, TimeForm::utc);
	((out += ' ') += name(change.kind)) += ' ';
	append(out, EidText{record.eid, record.mask_length});
	if (change.kind != WatchedChange::Kind::withdrawal) {
		out += fmt::format(" ttl {}", ttl_text(record));
		if (record.locators.empty()) out += fmt::format(" negative: {}", name(record.action));
		for (const auto &locator : record.locators)
			out += fmt::format(" {},{},{}{}", to_string(locator.rloc), locator.priority,
			    locator.weight, locator.reachable ? "" : ",down");
	}
	out += '\n';
}

void append_change_json(Text &out, const WatchedChange &change, const Endpoint &resolver,
    const Endpoint &from, std::uint64_t time) {
	JsonSink sink{out};
	describe(sink, {},
	    ChangeReport{{time}, name(change.kind), change.watched, to_string(resolver),
	        to_string(from), std::span<const MapRecord>(&change.record, 1)});
	out += '\n';
}

} // namespace lisp
