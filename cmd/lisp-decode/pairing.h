// --pair: requests with their answers, and what was never answered.
#pragma once

#include "engine/transactions.h"
#include "lisp-decode/report.h"
#include "print/printer.h"

#include <vector>

namespace lisp {

class Pairing : public Report {
public:
	// `seed` is for hash tables and shows in nothing.
	Pairing(const PrinterOptions &options, std::uint64_t seed);

	void take(const Dissection &found, Text &out) override;
	void finish(Text &out) override;

private:
	// What the engine need not know of an open transaction.
	struct Kept {
		std::string eid;
		std::string request; // as JSON; empty where there was no room
	};

	void keep(std::uint32_t place, const Dissection &found);
	std::string_view json_of(const Dissection &found);
	void print(const Transaction &transaction, const Dissection *answer, Text &out);

	PrinterOptions options_;
	Transactions transactions_;
	std::vector<Kept> kept_; // by place
	std::size_t kept_octets_ = 0;
	std::uint64_t not_kept_ = 0;
	Printer printer_; // of requests and answers
};

} // namespace lisp
