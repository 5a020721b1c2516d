#include "print/values.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <optional>

namespace lisp {

namespace {

constexpr std::uint64_t second = 1'000'000'000; // in nanoseconds

// "2012-05-31T12:00:00."
struct DateAndTime {
	std::int64_t since_1970 = 0; // seconds
	std::array<char, 20> text{};
};

DateAndTime date_and_time(std::int64_t since_1970) {
	using namespace std::chrono;
	const auto now = sys_seconds{seconds{since_1970}};
	const auto today = floor<days>(now);
	const year_month_day date{today};
	const auto of_day = static_cast<unsigned>((now - today).count());
	const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
	DateAndTime made{since_1970, {}};
	auto *to = made.text.data();
	const auto put = [&to](unsigned value, char after) {
		to = put_two_digits(to, value);
		*to++ = after;
	};
	to = put_two_digits(to, year / 100);
	put(year % 100, '-');
	put(static_cast<unsigned>(date.month()), '-');
	put(static_cast<unsigned>(date.day()), 'T');
	put(of_day / 3600, ':');
	put(of_day / 60 % 60, ':');
	put(of_day % 60, '.');
	return made;
}

// Packets come many to a second.
void append_date_and_time(Text &out, std::int64_t since_1970) {
	thread_local auto latest = date_and_time(0);
	if (latest.since_1970 != since_1970) latest = date_and_time(since_1970);
	out += std::string_view{latest.text.data(), latest.text.size()};
}

void append_nanoseconds(Text &out, std::uint64_t nanoseconds) {
	auto rest = static_cast<std::uint32_t>(nanoseconds % second);
	auto *to = out.room(9);
	to = put_digit(to, rest / 100'000'000);
	for (std::uint32_t unit = 1'000'000; unit > 0; unit /= 100)
		to = put_two_digits(to, rest / unit % 100);
	out.advance_to(to);
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
void append_zone(Text &out, std::int64_t offset) {
	out += offset < 0 ? '-' : '+';
	const auto minutes = static_cast<unsigned>(std::abs(offset)) / 60;
	auto *to = out.room(5);
	to = put_two_digits(to, minutes / 60);
	*to++ = ':';
	out.advance_to(put_two_digits(to, minutes % 60));
}

void append_seconds(Text &out, std::uint64_t nanoseconds) {
	append_number(out, nanoseconds / second);
	out += '.';
	append_nanoseconds(out, nanoseconds);
}

} // namespace

void append(Text &out, const EidText &eid) {
	append(out, eid.address);
	out += '/';
	append_number(out, eid.mask_length);
}

void append(Text &out, const IpPrefixText &prefix) {
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

void append_time(Text &out, std::uint64_t nanoseconds, TimeForm form) {
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
		append_nanoseconds(out, nanoseconds);
		if (form == TimeForm::utc)
			out += 'Z';
		else
			append_zone(out, offset);
	}
}

} // namespace lisp
