#include "config/section_text.h"

#include "config/eid_lines.h"

namespace lisp {

namespace {

const char *end_of(std::string_view text) {
	return text.data() + text.size();
}

std::string_view between(const char *begin, const char *end) {
	return {begin, static_cast<std::size_t>(end - begin)};
}

// The blanks before the first word of a line.
std::string_view indent_of(const Word &first) {
	return {first.text.data() - (first.column - 1), first.column - 1};
}

std::string_view line_end_after(std::string_view text, std::size_t end) {
	const auto line = text.substr(0, end);
	return line.ends_with("\r\n") ? "\r\n" : "\n";
}

void read_first_line(SectionText &section, std::span<const Word> words) {
	const auto address = words[0].text;
	section.indent = indent_of(words[0]);
	const auto slash = address.find('/');
	section.name = address.substr(0, slash);
	const auto mask = slash == address.npos ? words[1].text : address.substr(slash + 1);
	section.slash = between(address.data() + section.name.size(), mask.data());
	section.mask = mask;
	section.rest = between(end_of(mask), end_of(words.back().text));
}

RlocText rloc_text(const RlocLine &line, std::span<const Word> words) {
	RlocText result;
	result.rloc = line.rloc;
	result.indent = indent_of(words[0]);
	result.name = words[0].text;
	const std::uint8_t values[] = {line.priority, line.weight, line.local};
	for (std::size_t i = 0; i < result.numbers.size(); ++i) {
		const auto place = words[i + 1].text;
		result.numbers[i] = {std::string(between(end_of(words[i].text), place.data())),
		    std::string(place), values[i], place, false};
	}
	result.options = between(end_of(words[3].text), end_of(words.back().text));
	return result;
}

bool has(const std::vector<RlocText> &rlocs, const IpAddress &rloc) {
	return std::any_of(
	    rlocs.begin(), rlocs.end(), [&](const auto &known) { return known.rloc == rloc; });
}

} // namespace

std::optional<SectionText> read_section(std::string_view text, std::size_t begin) {
	Diagnostics ignored;
	Lexer lexer{text.substr(begin)};
	SectionText section;
	if (!lexer.next_line()) return std::nullopt;
	section.begin = begin;
	const auto keyword = lexer.words()[0];
	section.keyword = between(indent_of(keyword).data(), end_of(keyword.text));
	section.line_end = line_end_after(text, begin + lexer.offset());

	if (!lexer.next_line()) return std::nullopt;
	Line first{lexer, ignored};
	const auto eid = read_eid_line(first);
	if (!eid) return std::nullopt;
	section.eid = eid->eid;
	read_first_line(section, lexer.words());
	section.end = begin + lexer.offset();

	while (lexer.next_line() && !lexer.words()[0].text.starts_with('@')) {
		section.end = begin + lexer.offset();
		Line line{lexer, ignored};
		const auto fields = read_rloc_line(line);
		if (line.ok() && section.rlocs.size() < max_rlocs && !has(section.rlocs, fields.line.rloc))
			section.rlocs.push_back(rloc_text(fields.line, lexer.words()));
	}
	section.open = section.end == text.size() && !text.ends_with('\n');
	return section;
}

void append_line(std::string &out, const RlocText &rloc, std::string_view line_end) {
	out.append(rloc.indent).append(rloc.name);
	for (const auto &number : rloc.numbers) out.append(number.gap).append(number.text);
	out.append(rloc.options).append(line_end);
}

void append_lines(std::string &out, const SectionText &section) {
	out.append(section.keyword).append(section.line_end);
	out.append(section.indent).append(section.name).append(section.slash).append(section.mask);
	out.append(section.rest).append(section.line_end);
	for (const auto &rloc : section.rlocs) append_line(out, rloc, section.line_end);
}

} // namespace lisp
