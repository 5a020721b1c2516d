#include "common/message_log.h"

#include "message/dissection.h"
#include "print/line.h"
#include "print/printer.h"
#include "print/v102.h"

namespace lisp {

MessageLog::MessageLog(Log &log, const DaemonOptions &options)
    : log_(log), v102_(options.log_format == "v102"), dump_(options.verbosity > 1) {}

void MessageLog::received(const Endpoint &from, const Endpoint &to, Bytes octets) {
	if (log_.shows(Severity::debug)) show("received ", from, to, octets);
}

void MessageLog::sent(const Endpoint &from, const Endpoint &to, Bytes octets) {
	if (log_.shows(Severity::debug)) show("sent ", from, to, octets);
}

void MessageLog::show(
    std::string_view verb, const Endpoint &from, const Endpoint &to, Bytes octets) {
	Captured captured;
	captured.source = from;
	captured.destination = to;
	captured.octets = octets;
	captured.length = octets.size();
	arena_.reset();
	const auto found = dissect(captured, arena_);
	text_.clear();
	text_ += verb;
	if (v102_) {
		append_endpoints(text_, captured);
		text_ += '\n';
		append_v102(text_, found, dump_);
	} else {
		append_line(text_, found);
		if (dump_) text_ += '\n';
		if (dump_) append_dump(text_, octets);
	}
	while (text_.view().ends_with('\n')) text_.cut(text_.size() - 1);
	log_.say(Severity::debug, text_);
}

} // namespace lisp
