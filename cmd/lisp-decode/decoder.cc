#include "lisp-decode/decoder.h"

#include "common/cli.h"
#include "lisp-decode/reports.h"
#include "message/rules.h"

#include <fmt/format.h>

namespace lisp {

namespace {

DissectOptions dissect_options(const Options &options) {
	DissectOptions chosen;
	if (options.type_five == "cpm")
		chosen.type_five = TypeFiveRule::change_priority;
	else if (options.type_five == "ack")
		chosen.type_five = TypeFiveRule::map_notify_ack;
	else if (options.type_five != "auto")
		throw UsageError{fmt::format("type5 '{}' is none of auto, cpm, ack", options.type_five)};
	if (options.cpm_sub_type.empty()) return chosen;
	const auto sub_type = parse_number(options.cpm_sub_type, max_sub_type);
	if (!sub_type)
		throw UsageError{fmt::format(
		    "cpm-subtype '{}' is no number from 0 to {}", options.cpm_sub_type, max_sub_type)};
	chosen.change_priority_sub_type = static_cast<std::uint16_t>(*sub_type);
	return chosen;
}

// Entries in each table of what earlier messages were.
constexpr std::size_t max_history = 65536;

} // namespace

void complain(const std::string &what) {
	fmt::print(stderr, "lisp-decode: {}\n", what);
}

Decoder::Decoder(const Options &options)
    : dissect_options_(dissect_options(options)), selection_(options),
      report_(make_report(options)), output_(options.line_buffered),
      left_(options.count == 0 ? UINT64_MAX : options.count) {
	if (options.check) history_.emplace(max_history, random_seed());
}

bool Decoder::wants_types_alone() const {
	return report_->wants_types_alone() && keys_.empty() && !history_ &&
	       !selection_.needs_messages();
}

void Decoder::take(const Captured &captured) {
	arena_.reset();
	if (wants_types_alone()) return take_type(dissected_type(captured, arena_, dissect_options_));
	auto found = dissect(captured, arena_, dissect_options_);
	if (!history_ && !selection_.wants(found)) return;
	if (!keys_.empty()) keys_.verify(found);
	// The history is made of all messages.
	if (history_ && !(check(found) && selection_.wants(found))) return;
	if (found.error) failed_ = true;
	report_->take(found, text_);
	--left_;
	if (!output_.offer(text_)) left_ = 0;
}

// False for a message that is as it should be.
bool Decoder::check(Dissection &found) {
	check_rules(found);
	history_->check(found);
	if (found.error) return true;
	for (const auto *at = &found; at != nullptr; at = at->inner)
		if (at->warnings.has_violation()) return true;
	return false;
}

void Decoder::take_type(std::string_view type) {
	if (!selection_.wants_type(type)) return;
	report_->take_type(type);
	--left_;
}

void Decoder::fail(const std::string &why) {
	flush();
	complain(why);
	failed_ = true;
}

void Decoder::finish() {
	report_->finish(text_);
	flush();
}

void Decoder::flush() {
	if (!output_.write(text_)) left_ = 0;
}

} // namespace lisp
