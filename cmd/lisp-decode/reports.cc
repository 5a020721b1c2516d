#include "lisp-decode/reports.h"

#include "common/cli.h"
#include "lisp-decode/counting.h"
#include "lisp-decode/pairing.h"
#include "lisp-decode/statistics.h"

#include <fmt/format.h>

#include <cstdlib>
#include <random>
#include <unistd.h>

namespace lisp {

namespace {

// Every message in the form that was asked for.
class Listing : public Report {
public:
	explicit Listing(PrinterOptions options) : printer_(options) {}

	void take(const Dissection &found, Text &out) override {
		swap(printer_.buffer(), out);
		printer_.print(found);
		swap(printer_.buffer(), out);
	}

private:
	Printer printer_;
};

// Whether standard output is a terminal whose user wants colours: see no-color.org.
bool stands_out() {
	const auto is_set = [](const char *name) {
		const auto *value = std::getenv(name);
		return value != nullptr && *value != '\0';
	};
	const auto *terminal = std::getenv("TERM");
	return isatty(STDOUT_FILENO) != 0 && !is_set("NO_COLOR") && terminal != nullptr &&
	       std::string_view{terminal} != "dumb";
}

// Of the reports that are more than a list of messages.
std::string_view chosen_analysis(const Options &options) {
	std::string_view chosen;
	for (const auto &[name, is_chosen] : {std::pair{"--pair", options.pair},
	         std::pair{"--stats", options.statistics}, std::pair{"--count", options.counts}}) {
		if (!is_chosen) continue;
		if (!chosen.empty())
			throw UsageError{fmt::format("{} and {} exclude each other", chosen, name)};
		chosen = name;
	}
	return chosen;
}

} // namespace

std::uint64_t random_seed() {
	std::random_device device;
	return std::uint64_t{device()} << 32 | device();
}

PrinterOptions printer_options(const Options &options) {
	const auto format = parse_format(options.format);
	if (!format)
		throw UsageError{
		    fmt::format("format '{}' is none of line, text, json, v102, hex", options.format)};
	const auto time = parse_time_form(options.time);
	if (!time)
		throw UsageError{
		    fmt::format("time '{}' is none of utc, local, epoch, delta, none", options.time)};
	return {
	    *format, *time, options.octets, options.check, stands_out() ? terminal_colours : Colours{}};
}

std::unique_ptr<Report> make_report(const Options &options) {
	const auto printing = printer_options(options);
	const auto analysis = chosen_analysis(options);
	if (analysis.empty()) return std::make_unique<Listing>(printing);
	if (printing.format == Format::v102 || printing.format == Format::hex)
		throw UsageError{fmt::format("{} prints line, text or json", analysis)};
	if (printing.time == TimeForm::delta)
		throw UsageError{fmt::format("{} has no --time delta", analysis)};
	if (options.pair) return std::make_unique<Pairing>(printing, random_seed());
	if (options.statistics) return std::make_unique<Statistics>(printing, random_seed());
	return std::make_unique<Counting>(printing);
}

} // namespace lisp
