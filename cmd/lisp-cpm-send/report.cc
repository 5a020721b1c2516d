#include "lisp-cpm-send/report.h"

#include "print/json_sink.h"
#include "print/message_fields.h"

#include <fmt/core.h>

namespace lisp {

// As its JSON has it.
struct OutcomeReport {
	EidPrefix eid;
	std::string xtr;
	std::string_view status;
	std::optional<std::uint8_t> code;
	unsigned attempts = 0;
	std::optional<std::uint64_t> round_trip_us;
};

template <>
inline constexpr auto fields<OutcomeReport> = std::tuple{
    Field{"eid", &OutcomeReport::eid},
    Field{"xtr", &OutcomeReport::xtr},
    Field{"status", &OutcomeReport::status},
    Field{"code", &OutcomeReport::code},
    Field{"attempts", &OutcomeReport::attempts},
    Field{"rtt-us", &OutcomeReport::round_trip_us},
};

std::string_view status_of(const ChangeOutcome &outcome, bool want_acknowledgement) {
	if (outcome.result) return name(*outcome.result);
	if (!outcome.was_sent()) return "not-sent";
	return want_acknowledgement ? "timeout" : "sent";
}

void append_outcome_text(Text &out, const ChangeOutcome &outcome, std::string_view status) {
	out += fmt::format("{} {} {}", to_string(outcome.eid), to_string(outcome.xtr), status);
	if (outcome.result) out += fmt::format(" code={}", static_cast<unsigned>(*outcome.result));
	out += fmt::format(" attempts={}", outcome.attempts);
	if (outcome.result) out += fmt::format(" rtt={}us", outcome.round_trip.count());
	out += '\n';
}

void append_outcome_json(Text &out, const ChangeOutcome &outcome, std::string_view status) {
	OutcomeReport report{outcome.eid, to_string(outcome.xtr), status, {}, outcome.attempts, {}};
	if (outcome.result) {
		report.code = static_cast<std::uint8_t>(*outcome.result);
		report.round_trip_us = static_cast<std::uint64_t>(outcome.round_trip.count());
	}
	JsonSink sink{out};
	describe(sink, {}, report);
	out += '\n';
}

} // namespace lisp
