// The reports that there are: every message, or --pair, --stats, --count.
#pragma once

#include "lisp-decode/options.h"
#include "lisp-decode/report.h"
#include "print/printer.h"

#include <memory>

namespace lisp {

// So that nobody can make a capture that is slow to analyse.
std::uint64_t random_seed();

// Throw UsageError for options that contradict themselves, or have values that nobody knows.
PrinterOptions printer_options(const Options &options);
std::unique_ptr<Report> make_report(const Options &options);

} // namespace lisp
