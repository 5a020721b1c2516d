#include "address/ip_address.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace lisp {

IpAddress IpAddress::v4(std::uint32_t host_order) {
	IpAddress address{Afi::ipv4, {}};
	for (unsigned i = 0; i < 4; ++i)
		address.octets[i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
	return address;
}

IpAddress IpAddress::v4(Bytes four) {
	IpAddress address{Afi::ipv4, {}};
	std::copy_n(four.begin(), std::min<std::size_t>(4, four.size()), address.octets.begin());
	return address;
}

IpAddress IpAddress::v6(Bytes sixteen) {
	IpAddress address{Afi::ipv6, {}};
	std::copy_n(sixteen.begin(), std::min<std::size_t>(16, sixteen.size()), address.octets.begin());
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

// These return where the next character goes.
char *put_v4(char *to, const std::uint8_t *octets) {
	for (int i = 0; i < 4; ++i) {
		if (i > 0) *to++ = '.';
		to = std::to_chars(to, to + 3, octets[i]).ptr;
	}
	return to;
}

char *put_group(char *to, unsigned group) {
	int shift = group >= 0x1000 ? 12 : group >= 0x100 ? 8 : group >= 0x10 ? 4 : 0;
	for (; shift >= 0; shift -= 4) *to++ = "0123456789abcdef"[group >> shift & 15];
	return to;
}

using Groups = std::array<std::uint16_t, 8>;

struct Run {
	std::size_t first = 8;
	std::size_t length = 1; // a single group is not shortened
	std::size_t end() const { return first + length; }
};

Run longest_zero_run(const Groups &groups) {
	Run longest;
	for (std::size_t i = 0; i < groups.size(); ++i) {
		Run run{i, 0};
		while (i < groups.size() && groups[i] == 0) run.length = ++i - run.first;
		if (run.length > longest.length) longest = run;
	}
	return longest;
}

// RFC 5952, which the C libraries do not agree on for ::/96.
char *put_v6(char *to, const std::uint8_t *octets) {
	Groups groups;
	for (std::size_t i = 0; i < groups.size(); ++i)
		groups[i] = static_cast<std::uint16_t>(octets[2 * i] << 8 | octets[2 * i + 1]);
	const auto zeros = longest_zero_run(groups);
	const bool ends_as_v4 =
	    zeros.first == 0 && (zeros.length == 6 || (zeros.length == 5 && groups[5] == 0xffff));
	const std::size_t shown = ends_as_v4 ? 6 : groups.size();
	for (std::size_t i = 0; i < shown; ++i) {
		if (i == zeros.first) *to++ = ':';
		if (i >= zeros.first && i < zeros.end()) continue;
		if (i > 0) *to++ = ':';
		to = put_group(to, groups[i]);
	}
	if (zeros.end() == groups.size() || ends_as_v4) *to++ = ':';
	return ends_as_v4 ? put_v4(to, octets + 12) : to;
}

} // namespace

void append(std::string &out, const IpAddress &address) {
	std::array<char, INET6_ADDRSTRLEN> text;
	auto *end = text.data();
	if (address.is_v4())
		end = put_v4(end, address.octets.data());
	else if (address.is_v6())
		end = put_v6(end, address.octets.data());
	else
		*end++ = '-';
	out.append(text.data(), end);
}

std::string to_string(const IpAddress &address) {
	std::string text;
	append(text, address);
	return text;
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
