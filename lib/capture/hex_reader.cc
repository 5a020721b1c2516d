#include "capture/hex_reader.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace lisp {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
	const auto first = text.find_first_not_of(blanks);
	if (first == text.npos) return {};
	return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_hex(std::string_view text) {
	return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF \t") == text.npos;
}

// Digits that stand alone or are too few for a message's first word are text: rulers, "add", "Bad".
bool may_be_message(std::string_view text) {
	if (!is_hex(text)) return false;
	std::size_t longest = 0;
	std::size_t run = 0;
	for (const char c : text) {
		run = c == ' ' || c == '\t' ? 0 : run + 1;
		longest = std::max(longest, run);
	}
	return longest > 3 || (longest == 2 && text.size() > 3);
}

bool begins_dump(std::string_view text) {
	return text.starts_with("0x") || text.starts_with("0X");
}

bool has_port(const Captured &captured, std::uint16_t port) {
	return captured.source && (captured.source->port == port || captured.destination->port == port);
}

// The endpoint in "ADDR:PORT"; an IPv6 address needs its brackets, or the port would be its end.
std::optional<Endpoint> endpoint_with_port(std::string_view text) {
	if (!text.starts_with('[') && text.find(':') != text.rfind(':')) return std::nullopt;
	return parse_endpoint(text, 0);
}

} // namespace

HexReader::HexReader(std::FILE *file, std::string name) : file_(file), name_(std::move(name)) {}

HexReader::~HexReader() {
	std::free(line_);
}

bool HexReader::read_line() {
	if (std::exchange(again_, false)) return true;
	const auto length = getline(&line_, &capacity_, file_);
	if (length < 0) return false;
	++line_number_;
	text_ = trimmed({line_, static_cast<std::size_t>(length)});
	return true;
}

// "SRC:PORT > DST:PORT ", if the text begins so; a colon may follow, as where lines are printed.
void HexReader::take_prefix(std::string_view &text) {
	constexpr std::string_view arrow = " > ";
	const auto middle = text.find(arrow);
	if (middle == text.npos) return;
	const auto rest = text.substr(middle + arrow.size());
	const auto end = std::min(rest.find_first_of(blanks), rest.size());
	const auto colon = end > 0 && rest[end - 1] == ':' ? 1U : 0U;
	const auto source = endpoint_with_port(text.substr(0, middle));
	const auto destination = endpoint_with_port(rest.substr(0, end - colon));
	if (!source || !destination) return;
	captured_.source = source;
	captured_.destination = destination;
	text = trimmed(rest.substr(end));
}

// Collects the digits of the message that `first` begins; false where it begins none.
bool HexReader::read_message(std::string_view first) {
	captured_.source.reset();
	captured_.destination.reset();
	take_prefix(first);
	const bool dump = begins_dump(first);
	if (!dump && !captured_.source && !may_be_message(first)) return false;
	digits_.assign(first.substr(dump ? 2 : 0));
	while (dump && read_line()) {
		if (!is_hex(text_)) {
			unread_line();
			break;
		}
		digits_ += text_;
	}
	return true;
}

std::optional<Captured> HexReader::next() {
	while (read_line()) {
		if (text_.empty()) continue;
		const auto line_number = line_number_;
		if (!read_message(text_)) {
			passed_over_text_ = true;
			continue;
		}
		auto octets = parse_hex(digits_);
		if (!octets || octets->empty()) {
			errors_.push_back(name_ + ":" + std::to_string(line_number) +
			                  ": expected pairs of hexadecimal digits");
			continue;
		}
		octets_ = std::move(*octets);
		++captured_.frame;
		captured_.octets = octets_;
		captured_.length = octets_.size();
		captured_.data = has_port(captured_, data_port) && !has_port(captured_, control_port);
		return captured_;
	}
	finish_reading();
	return std::nullopt;
}

void HexReader::finish_reading() {
	if (std::ferror(file_) != 0)
		errors_.push_back(name_ + ": " + std::strerror(errno));
	else if (captured_.frame == 0 && passed_over_text_ && errors_.empty())
		errors_.push_back(name_ + ": no message in hexadecimal found");
}

std::vector<std::string> HexReader::take_errors() {
	return std::exchange(errors_, {});
}

} // namespace lisp
