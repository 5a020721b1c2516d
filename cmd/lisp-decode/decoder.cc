#include "lisp-decode/decoder.h"

#include "common/cli.h"
#include "print/printer.h"

#include <fmt/format.h>

namespace lisp {

namespace {

PrinterOptions printer_options(const Options &options) {
	const auto format = parse_format(options.format);
	if (!format)
		throw UsageError{
		    fmt::format("format '{}' is none of line, text, json, v102, hex", options.format)};
	const auto time = parse_time_form(options.time);
	if (!time) throw UsageError{fmt::format("time '{}' is none of utc, epoch, none", options.time)};
	return {*format, *time, options.octets};
}

// Every message in the form that was asked for.
class Listing : public Report {
public:
	explicit Listing(PrinterOptions options) : printer_(options) {}

	void take(const Dissection &found, std::string &out) override {
		printer_.buffer().swap(out);
		printer_.print(found);
		printer_.buffer().swap(out);
	}

private:
	Printer printer_;
};

} // namespace

void complain(const std::string &what) {
	fmt::print(stderr, "lisp-decode: {}\n", what);
}

Decoder::Decoder(const Options &options)
    : selection_(options), report_(std::make_unique<Listing>(printer_options(options))),
      output_(options.line_buffered), left_(options.count == 0 ? UINT64_MAX : options.count) {}

void Decoder::take(const Captured &captured) {
	arena_.reset();
	auto found = dissect(captured, arena_);
	if (!selection_.wants(found)) return;
	if (!keys_.empty()) keys_.verify(found);
	if (found.error) failed_ = true;
	report_->take(found, text_);
	--left_;
	if (!output_.offer(text_)) left_ = 0;
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
