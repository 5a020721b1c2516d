#include "address/ip_address.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

namespace lisp {

IpAddress IpAddress::v4(std::uint32_t host_order) {
	IpAddress address{Afi::ipv4, {}};
	for (unsigned i = 0; i < 4; ++i)
		address.octets[i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
	return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
	std::array<char, INET6_ADDRSTRLEN> copy{};
	if (text.empty() || text.size() >= copy.size()) return std::nullopt;
	std::copy(text.begin(), text.end(), copy.begin());
	const bool v6 = text.find(':') != text.npos;
	IpAddress address{v6 ? Afi::ipv6 : Afi::ipv4, {}};
	if (inet_pton(v6 ? AF_INET6 : AF_INET, copy.data(), address.octets.data()) != 1)
		return std::nullopt;
	return address;
}

IpAddress IpAddress::masked(unsigned length) const {
	IpAddress result{family, {}};
	const auto whole = length / 8;
	std::copy_n(octets.begin(), whole, result.octets.begin());
	if (const auto bits = length % 8; bits != 0)
		result.octets[whole] = static_cast<std::uint8_t>(octets[whole] & (0xff00U >> bits));
	return result;
}

bool IpAddress::is_unspecified() const {
	return std::all_of(octets.begin(), octets.end(), [](auto octet) { return octet == 0; });
}

bool IpAddress::is_loopback() const {
	if (is_v4()) return octets[0] == 127;
	return is_v6() && octets[15] == 1 &&
	       std::all_of(octets.begin(), octets.end() - 1, [](auto octet) { return octet == 0; });
}

bool IpAddress::is_multicast() const {
	return is_v4() ? octets[0] >= 224 && octets[0] < 240 : is_v6() && octets[0] == 0xff;
}

bool IpAddress::is_link_local() const {
	if (is_v4()) return octets[0] == 169 && octets[1] == 254;
	return is_v6() && octets[0] == 0xfe && (octets[1] & 0xc0) == 0x80;
}

bool IpAddress::is_broadcast() const {
	return is_v4() &&
	       std::all_of(octets.begin(), octets.begin() + 4, [](auto o) { return o == 255; });
}

namespace {

// "0." to "255."
struct DottedOctet {
	std::array<char, 4> text{};
	std::uint8_t size = 0;
};
constexpr auto dotted_octets = [] {
	std::array<DottedOctet, 256> table{};
	for (unsigned octet = 0; octet < 256; ++octet) {
		auto &[text, size] = table[octet];
		if (octet >= 100) text[size++] = static_cast<char>('0' + octet / 100);
		if (octet >= 10) text[size++] = static_cast<char>('0' + octet / 10 % 10);
		text[size++] = static_cast<char>('0' + octet % 10);
		text[size++] = '.';
	}
	return table;
}();

// These return where the next character goes. Four characters are written at a time, of which the
// next overwrite those that were too many.
char *put_v4(char *to, const std::uint8_t *octets) {
	for (int i = 0; i < 4; ++i) {
		const auto &dotted = dotted_octets[octets[i]];
		std::memcpy(to, dotted.text.data(), dotted.text.size());
		to += dotted.size;
	}
	return to - 1;
}

char *put_group(char *to, unsigned group) {
	if (group >= 0x1000) return put_hex(put_hex(to, group >> 8), group & 0xff);
	if (group >= 0x100) return put_hex(put_hex_digit(to, group >> 8), group & 0xff);
	return group >= 0x10 ? put_hex(to, group) : put_hex_digit(to, group);
}

struct Run {
	std::uint8_t first;
	std::uint8_t length;
	constexpr unsigned end() const { return first + length; }
};

// By the bits of the groups that are zero, the first group the lowest.
constexpr auto longest_zero_runs = [] {
	std::array<Run, 256> runs{};
	for (std::size_t zeros = 0; zeros < runs.size(); ++zeros) {
		runs[zeros] = {8, 1}; // a single group is not shortened
		for (std::uint8_t i = 0; i < 8; ++i) {
			Run run{i, 0};
			while (i < 8 && (zeros >> i & 1) != 0) ++i, ++run.length;
			if (run.length > runs[zeros].length) runs[zeros] = run;
		}
	}
	return runs;
}();

// Four groups, the first the highest.
std::uint64_t groups_at(const std::uint8_t *octets) {
	std::uint64_t groups = 0;
	std::memcpy(&groups, octets, sizeof groups);
	if constexpr (std::endian::native == std::endian::big) return groups;
	groups = (groups & 0x00ff00ff00ff00ff) << 8 | (groups >> 8 & 0x00ff00ff00ff00ff);
	groups = (groups & 0x0000ffff0000ffff) << 16 | (groups >> 16 & 0x0000ffff0000ffff);
	return groups << 32 | groups >> 32;
}

// A bit for each of the four that is zero, the first group the lowest. The sum carries into the
// highest bit of every group that is not; the product brings the four bits together.
unsigned zero_groups(std::uint64_t groups) {
	constexpr std::uint64_t lower = 0x7fff7fff7fff7fff;
	const auto nonzero = (((groups & lower) + lower) | groups) & ~lower;
	const auto zeros = ~nonzero >> 15 & 0x0001000100010001;
	return zeros * 0x0008000400020001 >> 48 & 15;
}

// RFC 5952, which the C libraries do not agree on for ::/96.
char *put_v6(char *to, const std::uint8_t *octets) {
	const std::array<std::uint64_t, 2> halves{groups_at(octets), groups_at(octets + 8)};
	const auto group = [&](unsigned i) {
		return static_cast<unsigned>(halves[i / 4] >> 16 * (3 - i % 4) & 0xffff);
	};
	const auto zeros = longest_zero_runs[zero_groups(halves[0]) | zero_groups(halves[1]) << 4];
	const bool ends_as_v4 =
	    zeros.first == 0 && (zeros.length == 6 || (zeros.length == 5 && group(5) == 0xffff));
	const unsigned shown = ends_as_v4 ? 6 : 8;
	for (unsigned i = 0; i < std::min<unsigned>(zeros.first, shown); ++i) {
		if (i > 0) *to++ = ':';
		to = put_group(to, group(i));
	}
	if (zeros.first < 8) *to++ = ':';
	for (unsigned i = zeros.end(); i < shown; ++i) {
		*to++ = ':';
		to = put_group(to, group(i));
	}
	if (zeros.end() == 8 || ends_as_v4) *to++ = ':';
	return ends_as_v4 ? put_v4(to, octets + 12) : to;
}

} // namespace

void append(Text &out, const IpAddress &address) {
	auto *to = out.room(INET6_ADDRSTRLEN);
	if (address.is_v4())
		to = put_v4(to, address.octets.data());
	else if (address.is_v6())
		to = put_v6(to, address.octets.data());
	else
		*to++ = '-';
	out.advance_to(to);
}

std::string to_string(const IpAddress &address) {
	Text text;
	append(text, address);
	return text.str();
}

std::string to_string(const Endpoint &endpoint) {
	const auto address = to_string(endpoint.address);
	const auto port = std::to_string(endpoint.port);
	return endpoint.address.is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t max) {
	std::uint64_t value = 0;
	const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
	if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > max)
		return std::nullopt;
	return value;
}

namespace {

// The texts of host and port, the port empty where there is none; no host where it is malformed.
std::pair<std::string_view, std::string_view> split_endpoint(std::string_view text) {
	if (!text.starts_with('[')) {
		const auto colon = text.find(':');
		if (colon == text.npos || colon != text.rfind(':')) return {text, {}};
		const auto port = text.substr(colon + 1);
		return port.empty() ? std::pair{port, port} : std::pair{text.substr(0, colon), port};
	}
	const auto close = text.find(']');
	if (close == text.npos) return {};
	const auto host = text.substr(1, close - 1);
	const auto after = text.substr(close + 1);
	if (host.find(':') == host.npos || (!after.empty() && (after[0] != ':' || after.size() == 1)))
		return {};
	return {host, after.empty() ? after : after.substr(1)};
}

} // namespace

std::optional<Endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port) {
	const auto [host, port_text] = split_endpoint(text);
	const auto address = IpAddress::parse(host);
	if (!address) return std::nullopt;
	if (port_text.empty()) return Endpoint{*address, default_port};
	const auto port = parse_number(port_text, 65535);
	if (!port) return std::nullopt;
	return Endpoint{*address, static_cast<std::uint16_t>(*port)};
}

std::size_t IpAddressHash::operator()(const IpAddress &address) const noexcept {
	std::uint64_t high;
	std::uint64_t low;
	std::memcpy(&high, address.octets.data(), 8);
	std::memcpy(&low, address.octets.data() + 8, 8);
	auto mixed = (high ^ static_cast<std::uint64_t>(address.family)) * 0x9e3779b97f4a7c15U;
	mixed = (mixed ^ mixed >> 29 ^ low) * 0xbf58476d1ce4e5b9U;
	return static_cast<std::size_t>(mixed ^ mixed >> 32);
}

} // namespace lisp
