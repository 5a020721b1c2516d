#include "print/values.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <optional>

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

void append_date_and_time(std::string &out, std::int64_t since_1970) {
	using namespace std::chrono;
	const auto now = sys_seconds{seconds{since_1970}};
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

// Seconds east of UTC. Zones change at quarters of an hour, if at all: no more often is the C
// library, which is slow, to be asked.
std::int64_t zone_offset(std::int64_t since_1970) {
	constexpr std::int64_t quarter = 15 * 60;
	thread_local std::optional<std::int64_t> known;
	thread_local std::int64_t offset = 0;
	if (known == since_1970 / quarter) return offset;
	const auto time = static_cast<std::time_t>(since_1970);
	std::tm there{};
	offset = localtime_r(&time, &there) != nullptr ? there.tm_gmtoff : 0;
	known = since_1970 / quarter;
	return offset;
}

// "+02:00"
void append_zone(std::string &out, std::int64_t offset) {
	out += offset < 0 ? '-' : '+';
	const auto minutes = static_cast<std::uint64_t>(std::abs(offset)) / 60;
	append_digits(out, minutes / 60, 2);
	out += ':';
	append_digits(out, minutes % 60, 2);
}

void append_seconds(std::string &out, std::uint64_t nanoseconds) {
	append_number(out, nanoseconds / second);
	out += '.';
	append_digits(out, nanoseconds % second, 9);
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
	const auto since_1970 = static_cast<std::int64_t>(nanoseconds / second);
	const auto offset = form == TimeForm::local ? zone_offset(since_1970) : 0;
	switch (form) {
	case TimeForm::none: break;
	case TimeForm::epoch: append_seconds(out, nanoseconds); break;
	case TimeForm::delta:
		if (nanoseconds >> 63 != 0) out += '-';
		append_seconds(out, nanoseconds >> 63 != 0 ? 0 - nanoseconds : nanoseconds);
		break;
	case TimeForm::utc:
	case TimeForm::local:
		append_date_and_time(out, since_1970 + offset);
		out += '.';
		append_digits(out, nanoseconds % second, 9);
		if (form == TimeForm::utc)
			out += 'Z';
		else
			append_zone(out, offset);
	}
}

} // namespace lisp
