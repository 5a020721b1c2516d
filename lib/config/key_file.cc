#include "config/key_file.h"

#include "config/line.h"
#include "config/secret_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

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
		if (alone_ > 0 && alone_ < lines_.size())
			found_.error(
			    alone_at_, "a key without a selector beside lines with one, expected it alone");
		else
			check_repetitions();
		found_.sort();
		return std::move(lines_);
	}

private:
	void read_line();
	void check_repetitions();

	Lexer lexer_;
	Diagnostics &found_;
	std::vector<KeyFileLine> lines_;
	std::vector<Position> positions_;
	std::size_t alone_ = 0; // keys without a selector
	Position alone_at_;     // of the first
};

void KeyFileParser::read_line() {
	Line line{lexer_, found_};
	const auto first = line.peek();
	KeyFileLine result;
	if (const auto selector = parse_selector(first.text)) {
		line.word(selector_expected);
		result.selector = *selector;
	} else if (lexer_.words().size() == 1) {
		if (alone_++ == 0) alone_at_ = line.at(first);
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

void KeyFileParser::check_repetitions() {
	std::map<std::string, std::vector<std::size_t>> places;
	for (std::size_t i = 0; i < lines_.size(); ++i) {
		auto &same = places[to_string(lines_[i].selector)];
		same.push_back(i);
		if (same.size() <= 2) continue;
		found_.error(positions_[i],
		    fmt::format("{} again, as on lines {} and {}, expected the new "
		                "key and the one before at most",
		        to_string(lines_[i].selector), positions_[same[0]].line, positions_[same[1]].line));
	}
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

const KeyFileLine *closest_key(const std::vector<KeyFileLine> &lines,
    const std::optional<IpAddress> &peer, unsigned key_id, const std::optional<EidPrefix> &eid) {
	const auto around = [&](const EidPrefix &prefix) -> unsigned {
		const bool covers = (peer && prefix.covers(*peer)) || (eid && prefix.covers(*eid));
		return covers ? 100U + prefix.length : 0;
	};
	const auto closeness = [&](const KeyFileLine &line) -> unsigned {
		if (const auto *address = std::get_if<IpAddress>(&line.selector))
			return peer == *address ? 1000 : around(EidPrefix::host(*address));
		if (const auto *prefix = std::get_if<EidPrefix>(&line.selector)) return around(*prefix);
		if (const auto *by_id = std::get_if<KeyIdSelector>(&line.selector))
			return by_id->key_id == key_id ? 2 : 0;
		return 1;
	};
	const auto best = std::max_element(lines.begin(), lines.end(),
	    [&](const auto &a, const auto &b) { return closeness(a) < closeness(b); });
	return best != lines.end() && closeness(*best) > 0 ? &*best : nullptr;
}

} // namespace lisp
