// From datagrams to text on standard output.
#pragma once

#include "engine/message_history.h"
#include "lisp-decode/key_ring.h"
#include "lisp-decode/options.h"
#include "lisp-decode/output.h"
#include "lisp-decode/report.h"
#include "lisp-decode/selection.h"

#include <memory>

namespace lisp {

void complain(const std::string &what); // one line on standard error

class Decoder {
public:
	// Throws UsageError for options that contradict themselves.
	explicit Decoder(const Options &options);

	void use(KeyRing keys) { keys_ = std::move(keys); }
	void use(std::unique_ptr<Report> report) { report_ = std::move(report); }

	bool wants_types_alone() const; // of the datagrams, not what is in them
	bool wants_more() const { return left_ > 0; }
	bool failed() const { return failed_; }

	void take(const Captured &captured);
	void account(const CaptureCounters &counters) { report_->account(counters); }

	// After what was decoded before, also where both go to one file.
	void fail(const std::string &why);

	// What the report has to say at its end, and everything that is still to be written.
	void finish();
	void flush();

private:
	void take_type(std::string_view type);

	bool check(Dissection &found);

	DissectOptions dissect_options_;
	KeyRing keys_{{}};
	Selection selection_;
	std::optional<MessageHistory> history_; // where rules are checked
	std::unique_ptr<Report> report_;
	Output output_;
	Text text_;
	Arena arena_;
	std::uint64_t left_;
	bool failed_ = false;
};

} // namespace lisp
