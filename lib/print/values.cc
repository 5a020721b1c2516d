#include "print/values.h"

#include <array>
#include <chrono>

namespace lisp {

namespace {

constexpr std::uint64_t second = 1'000'000'000; // in nanoseconds

// `value` with leading zeros.
void append_digits(std::string &out, std::uint64_t value, unsigned width) {
	std::array<char, 20> digits;
	for (unsigned i = width; i > 0; --i, value /= 10)
		digits[i - 1] = static_cast<char>('0' + value % 10);
	out.append(digits.data(), width);
}

void append_utc(std::string &out, std::uint64_t since_1970) {
	using namespace std::chrono;
	const auto now = sys_seconds{seconds{static_cast<std::int64_t>(since_1970)}};
	const auto today = floor<days>(now);
	const year_month_day date{today};
	const auto of_day = static_cast<std::uint64_t>((now - today).count());
	append_digits(out, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
	out += '-';
	append_digits(out, static_cast<unsigned>(date.month()), 2);
	out += '-';
	append_digits(out, static_cast<unsigned>(date.day()), 2);
	out += 'T';
	append_digits(out, of_day / 3600, 2);
	out += ':';
	append_digits(out, of_day / 60 % 60, 2);
	out += ':';
	append_digits(out, of_day % 60, 2);
}

} // namespace

void append(std::string &out, const EidText &eid) {
	append(out, eid.address);
	out += '/';
	append_number(out, eid.mask_length);
}

void append(std::string &out, const IpPrefixText &prefix) {
	append(out, prefix.address);
	out += '/';
	append_number(out, prefix.mask_length);
}

std::string_view name(Action action) {
	constexpr std::array<std::string_view, 8> names{"no-action", "natively-forward",
	    "send-map-request", "drop", "drop-policy-denied", "drop-auth-failure", "unassigned-6",
	    "unassigned-7"};
	return names[static_cast<std::size_t>(action) & 7];
}

std::string_view name(ReferralAction action) {
	constexpr std::array<std::string_view, 8> names{"node-referral", "ms-referral", "ms-ack",
	    "ms-not-registered", "delegation-hole", "not-authoritative", "unassigned-6",
	    "unassigned-7"};
	return names[static_cast<std::size_t>(action) & 7];
}

std::string_view name(ChangePriorityLayout layout) {
	switch (layout) {
	case ChangePriorityLayout::seed: return "seed";
	case ChangePriorityLayout::v102: return "v102";
	case ChangePriorityLayout::extension: break;
	}
	return "extension";
}

void append_time(std::string &out, std::uint64_t nanoseconds, TimeForm form) {
	if (form == TimeForm::none) return;
	if (form == TimeForm::utc)
		append_utc(out, nanoseconds / second);
	else
		append_number(out, nanoseconds / second);
	out += '.';
	append_digits(out, nanoseconds % second, 9);
	if (form == TimeForm::utc) out += 'Z';
}

} // namespace lisp
