#include "config/key_file.h"

#include "config/duplicates.h"
#include "config/line.h"
#include "config/secret_file.h"

#include <fmt/format.h>

namespace lisp {

namespace {

constexpr std::string_view selector_expected =
    "*, an address, a prefix as ADDR/LEN, or key-id=N with N from 0 to 255";

std::optional<KeySelector> parse_selector(std::string_view text) {
	if (text == "*") return AnySelector{};
	if (Line::is_option(text, "key-id")) {
		KeyIdSelector selector;
		if (!set_number(selector.key_id, text.substr(7), 255)) return std::nullopt;
		return selector;
	}
	if (const auto address = IpAddress::parse(text)) return *address;
	if (const auto prefix = EidPrefix::parse(text)) return *prefix;
	return std::nullopt;
}

std::string to_string(const KeySelector &selector) {
	if (const auto *address = std::get_if<IpAddress>(&selector)) return to_string(*address);
	if (const auto *prefix = std::get_if<EidPrefix>(&selector)) return to_string(*prefix);
	if (const auto *by_id = std::get_if<KeyIdSelector>(&selector))
		return fmt::format("key-id={}", by_id->key_id);
	return "*";
}

class KeyFileParser {
public:
	KeyFileParser(std::string_view text, Diagnostics &found) : lexer_(text), found_(found) {}

	std::vector<KeyFileLine> parse() {
		while (lexer_.next_line()) read_line();
		if (alone_.line > 0 && lines_.size() > 1)
			found_.error(alone_, "a key without a selector beside other lines, expected it alone");
		else
			check_duplicates();
		found_.sort();
		return std::move(lines_);
	}

private:
	void read_line();
	void check_duplicates();

	Lexer lexer_;
	Diagnostics &found_;
	std::vector<KeyFileLine> lines_;
	std::vector<Position> positions_;
	Position alone_; // of a key without a selector
};

void KeyFileParser::read_line() {
	Line line{lexer_, found_};
	const auto first = line.peek();
	KeyFileLine result;
	if (const auto selector = parse_selector(first.text)) {
		line.word(selector_expected);
		result.selector = *selector;
	} else if (lexer_.words().size() == 1) {
		alone_ = line.at(first);
	} else {
		// What is no selector may be a part of a key, so it is not shown.
		return line.error(first, fmt::format("no selector, expected {}", selector_expected));
	}
	result.secret = line.text("a key");
	line.end();
	if (!line.ok()) return;
	lines_.push_back(std::move(result));
	positions_.push_back(line.at(first));
}

void KeyFileParser::check_duplicates() {
	for_each_duplicate(
	    lines_.size(),
	    [&](std::size_t i) { return std::hash<std::string>{}(to_string(lines_[i].selector)); },
	    [&](std::size_t a, std::size_t b) { return lines_[a].selector == lines_[b].selector; },
	    [&](std::size_t first, std::size_t later) {
		    found_.error(
		        positions_[later], fmt::format("{} again, first on line {}, expected it once",
		                               to_string(lines_[later].selector), positions_[first].line));
	    });
}

} // namespace

std::vector<KeyFileLine> parse_key_file(std::string_view text, Diagnostics &found) {
	return KeyFileParser{text, found}.parse();
}

std::vector<KeyFileLine> load_key_file(
    const std::string &path, bool insecure_perms, Diagnostics &found) {
	const auto text = read_secret_file(path, insecure_perms, found);
	if (!text) return {};
	auto lines = parse_key_file(*text, found);
	if (lines.empty() && !found.has_errors()) found.error({}, "no key in it, expected one");
	return lines;
}

} // namespace lisp
