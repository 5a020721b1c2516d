#include "config/line.h"

#include <fmt/format.h>

#include <algorithm>

namespace lisp {

void Line::error(const Word &word, std::string text) {
	ok_ = false;
	found_.error(at(word), std::move(text));
}

Word Line::word(std::string_view expected) {
	if (more()) return lexer_.words()[next_++];
	const auto nothing = peek();
	if (!ended_) error(nothing, fmt::format("the line ends, expected {}", expected));
	ended_ = true;
	return nothing;
}

std::optional<std::uint64_t> Line::number(std::string_view what, std::uint64_t max) {
	if (!more()) {
		word(fmt::format("a {} (0 to {})", what, max));
		return std::nullopt;
	}
	const auto found = lexer_.words()[next_++];
	const auto value = parse_number(found.text, max);
	if (!value) bad_number(found, what, max);
	return value;
}

void Line::bad_number(const Word &found, std::string_view what, std::uint64_t max) {
	error(found, fmt::format("{} is no {}, expected 0 to {}", shown(found.text), what, max));
}

IpAddress Line::address(std::string_view what) {
	if (!more()) {
		word(fmt::format("an {}", what));
		return {};
	}
	const auto found = lexer_.words()[next_++];
	const auto address = IpAddress::parse(found.text);
	if (!address)
		error(found,
		    fmt::format("{} is no {}, expected an IPv4 or IPv6 address", shown(found.text), what));
	return address.value_or(IpAddress{});
}

std::optional<EidPrefix> Line::prefix(bool separate) {
	const auto found = word("an address and its mask length");
	if (found.text.empty()) return std::nullopt;
	const auto slash = found.text.find('/');
	const auto address = IpAddress::parse(found.text.substr(0, slash));
	if (!address) {
		error(found, fmt::format("{} is no prefix, expected an IPv4 or IPv6 address and its mask "
		                         "length",
		                 shown(found.text)));
		// Its mask length has no meaning, but must not be taken for the next field.
		if (slash == found.text.npos && separate && more()) ++next_;
		return std::nullopt;
	}
	std::optional<std::uint64_t> length = address->width();
	if (slash != found.text.npos) {
		const Word text{
		    found.text.substr(slash + 1), found.column + static_cast<std::uint32_t>(slash) + 1};
		length = parse_number(text.text, address->width());
		if (!length) bad_number(text, "mask length", address->width());
	} else if (separate) {
		length = number("mask length", address->width());
	}
	if (!length) return std::nullopt;
	const auto prefix = EidPrefix::make(*address, static_cast<unsigned>(*length));
	if (has_host_bits(*address, prefix->length))
		warning(found, fmt::format("{} has bits set beyond its mask length of {}, taken as {}",
		                   to_string(*address), prefix->length, to_string(prefix->address)));
	return prefix;
}

std::string Line::text(std::string_view expected) {
	const auto found = word(expected);
	if (!found.text.empty() && !is_plain(found.text))
		error(found, fmt::format("control characters, expected {}", expected));
	return std::string(found.text);
}

void Line::end() {
	if (more()) error(peek(), "a word too many, expected the end of the line");
}

// A word without "=" may be a part of a key that was written with blanks, so it is not shown.
void Line::unknown_option(const Word &word, const std::string &known) {
	const auto equals = word.text.find('=');
	const auto what = equals == word.text.npos
	                      ? std::string("a word too many")
	                      : shown(word.text.substr(0, equals + 1)) + " is unknown here";
	error(word, fmt::format("{}, expected the end of the line or one of{}", what, known));
}

void Line::given_twice(const Word &word, std::string_view name) {
	error(word, fmt::format("{}= a second time, expected it once", name));
}

void Line::bad_value(const Word &word, std::string_view name, std::string_view expected) {
	const auto skip = static_cast<std::uint32_t>(name.size() + 1);
	const Word value{word.text.substr(skip), word.column + skip};
	error(value, fmt::format("{} is no {}, expected {}", shown(value.text), name, expected));
}

bool set_yes_no(bool &flag, std::string_view value) {
	flag = value == "yes";
	return flag || value == "no";
}

bool is_plain(std::string_view text) {
	return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
		const auto octet = static_cast<unsigned char>(c);
		return octet < 0x20 || octet == 0x7f;
	});
}

namespace {

bool is_digit(char c) {
	return c >= '0' && c <= '9';
}

char lower(char c) {
	return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_label(std::string_view label) {
	if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-')
		return false;
	return std::all_of(label.begin(), label.end(), [](char c) {
		return is_digit(c) || c == '-' || c == '_' || (lower(c) >= 'a' && lower(c) <= 'z');
	});
}

// RFC 1123 section 2.1, and the underscore that some use. A last label of digits alone would be a
// mistyped IPv4 address.
bool is_domain_name(std::string_view name) {
	if (name.size() > 253) return false;
	if (name.ends_with('.')) name.remove_suffix(1);
	for (;;) {
		const auto dot = name.find('.');
		const auto label = name.substr(0, dot);
		if (!is_label(label)) return false;
		if (dot == name.npos) return !std::all_of(label.begin(), label.end(), is_digit);
		name.remove_prefix(dot + 1);
	}
}

} // namespace

std::optional<Host> parse_host(std::string_view text) {
	if (const auto address = IpAddress::parse(text))
		return Host{to_string(*address), address->is_v6(), std::nullopt};
	if (const auto endpoint = parse_endpoint(text, 0)) {
		Host host{to_string(endpoint->address), endpoint->address.is_v6(), std::nullopt};
		if (text.ends_with(']')) return host;
		if (endpoint->port == 0) return std::nullopt;
		host.port = endpoint->port;
		return host;
	}
	const auto colon = text.find(':');
	Host host{std::string(text.substr(0, colon)), false, std::nullopt};
	if (!is_domain_name(host.name)) return std::nullopt;
	std::transform(host.name.begin(), host.name.end(), host.name.begin(), lower);
	if (colon == text.npos) return host;
	std::uint16_t port = 0;
	if (!set_number(port, text.substr(colon + 1), 65535, 1)) return std::nullopt;
	host.port = port;
	return host;
}

std::string to_string(const Host &host) {
	if (!host.port) return host.name;
	return fmt::format(fmt::runtime(host.is_v6 ? "[{}]:{}" : "{}:{}"), host.name, *host.port);
}

std::string not_a_host(std::string_view text) {
	return fmt::format("{} is no host, expected {}", shown(text), host_expected);
}

} // namespace lisp
