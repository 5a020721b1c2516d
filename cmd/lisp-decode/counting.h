// --count: how many messages there are of each type.
#pragma once

#include "lisp-decode/input_fields.h"
#include "lisp-decode/report.h"
#include "print/printer.h"

#include <array>

namespace lisp {

class Counting : public Report {
public:
	explicit Counting(const PrinterOptions &options) : format_(options.format) {}

	void take(const Dissection &found, Text &) override { take_type(found.type); }
	bool wants_types_alone() const override { return true; }
	void take_type(std::string_view type) override { ++messages_[type_index(type)]; }

	void account(const CaptureCounters &counters) override { input_ += counters; }

	void finish(Text &out) override;

private:
	template <class Sink> void write(Sink sink) const;

	Format format_;
	std::array<std::uint64_t, type_names.size()> messages_{};
	CaptureCounters input_;
};

} // namespace lisp
