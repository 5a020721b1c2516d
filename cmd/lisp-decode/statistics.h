// --stats: what a capture shows about a LISP network as a whole.
#pragma once

#include "engine/traffic_statistics.h"
#include "lisp-decode/input_fields.h"
#include "lisp-decode/report.h"
#include "print/printer.h"

namespace lisp {

class Statistics : public Report {
public:
	// `seed` is for hash tables and shows in nothing.
	Statistics(const PrinterOptions &options, std::uint64_t seed)
	    : options_(options), statistics_({}, seed) {}

	void take(const Dissection &found, Text &) override { statistics_.take(found); }
	void account(const CaptureCounters &counters) override { input_ += counters; }
	void finish(Text &out) override;

private:
	PrinterOptions options_;
	TrafficStatistics statistics_;
	CaptureCounters input_;
};

} // namespace lisp
