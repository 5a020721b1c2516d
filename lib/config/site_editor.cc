#include "config/site_editor.h"

#include "config/duplicates.h"
#include "config/eid_lines.h"
#include "config/section_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace lisp {

namespace {

struct EidHash {
	std::size_t operator()(const EidPrefix &eid) const noexcept { return hash_of(eid); }
};

// Which sections to look into, by the address that their first line begins with: most of a million
// are passed over with no more than that read.
class Wanted {
public:
	void add(const EidPrefix &eid) {
		addresses_.insert(eid.address);
		if (std::find(lengths_.begin(), lengths_.end(), eid.length) == lengths_.end())
			lengths_.push_back(eid.length);
	}
	bool may_be(const IpAddress &address) const {
		return std::any_of(lengths_.begin(), lengths_.end(), [&](unsigned length) {
			return length <= address.width() && addresses_.contains(address.masked(length));
		});
	}

private:
	std::vector<unsigned> lengths_;
	std::unordered_set<IpAddress, IpAddressHash> addresses_;
};

// A section while it is edited.
struct Section {
	SectionText now;
	std::size_t own_rlocs = 0; // that stand in the text
	bool in_text = false;
	bool was_open = false;
	bool twice = false; // the EID has another section
	bool removed = false;
	std::vector<Section *> hosts; // sections to follow it, the last one first
};

RlocText *find_rloc(Section &section, const IpAddress &rloc) {
	auto &rlocs = section.now.rlocs;
	const auto found = std::find_if(
	    rlocs.begin(), rlocs.end(), [&](const auto &known) { return known.rloc == rloc; });
	return found == rlocs.end() ? nullptr : &*found;
}

// A line with the blanks of the last one.
RlocText rloc_like(const std::vector<RlocText> &others, const AddRloc &edit) {
	RlocText rloc;
	if (!others.empty()) rloc = others.back();
	rloc.rloc = edit.rloc;
	rloc.name = to_string(edit.rloc);
	const std::uint8_t values[] = {edit.priority, edit.weight, edit.local};
	for (std::size_t i = 0; i < rloc.numbers.size(); ++i) {
		auto gap = others.empty() ? std::string("\t") : std::move(rloc.numbers[i].gap);
		rloc.numbers[i] = {std::move(gap), std::to_string(values[i]), values[i], {}, false};
	}
	rloc.options = edit.site.empty() ? std::string() : "\tsite=" + edit.site;
	return rloc;
}

bool is_word(std::string_view text) {
	return is_plain(text) && std::none_of(text.begin(), text.end(), is_blank);
}

// Of the lines that follow; what a Lexer finds, but nothing is allocated.
std::string_view first_word_after_line(std::string_view text) {
	for (;;) {
		const auto line = text.find('\n');
		if (line == text.npos) return {};
		text.remove_prefix(line + 1);
		std::size_t begin = 0;
		while (begin < text.size() && is_blank(text[begin])) ++begin;
		text.remove_prefix(begin);
		if (text.empty() || text[0] == '\n' || text[0] == '#') continue;
		std::size_t end = 0;
		while (end < text.size() && text[end] != '\n' && !is_blank(text[end])) ++end;
		return text.substr(0, end);
	}
}

class SiteEditor {
public:
	SiteEditor(std::string_view text, Diagnostics &found) : text_(text), found_(found) {}

	std::optional<EditedText> edit(std::span<const SiteEdit> edits);

private:
	void find_sections(std::span<const SiteEdit> edits);
	std::optional<std::size_t> keyword_line(std::size_t at) const;
	bool is_wanted(std::size_t keyword_at) const;
	void add_section(std::size_t begin);

	void apply(const SetRloc &edit);
	void apply(const AddRloc &edit);
	void apply(const SplitHost &edit);
	void apply(const RemoveEid &edit);
	Section *section_of(const EidPrefix &eid);
	void error(const Section *section, std::string text);

	EditedText write();
	void write_words(const Section &section);
	void write_lines(const Section &section);
	void replace(std::size_t begin, std::size_t end, std::string_view by);
	std::size_t before_empty_lines(std::size_t begin) const;

	std::string_view text_;
	Diagnostics &found_;
	bool failed_ = false;
	Wanted wanted_;
	std::deque<Section> sections_; // in the text's order
	std::deque<Section> hosts_;
	std::unordered_map<EidPrefix, Section *, EidHash> present_;
	std::set<EidPrefix> changed_;
	std::string out_;
	std::size_t copied_ = 0; // octets of the text
};

std::optional<EditedText> SiteEditor::edit(std::span<const SiteEdit> edits) {
	find_sections(edits);
	for (const auto &edit : edits) std::visit([&](const auto &one) { apply(one); }, edit);
	if (failed_) return std::nullopt;
	return write();
}

void SiteEditor::find_sections(std::span<const SiteEdit> edits) {
	for (const auto &edit : edits) {
		std::visit([&](const auto &one) { wanted_.add(one.eid); }, edit);
		if (const auto *split = std::get_if<SplitHost>(&edit))
			wanted_.add(EidPrefix::host(split->host));
	}
	for (auto at = text_.find('@'); at != text_.npos; at = text_.find('@', at + 1)) {
		const auto begin = keyword_line(at);
		if (begin && is_wanted(at)) add_section(*begin);
	}
}

// Where the line begins, if its first word is the keyword and begins at `at`.
std::optional<std::size_t> SiteEditor::keyword_line(std::size_t at) const {
	constexpr std::string_view keyword = "@EID";
	const auto after = text_.substr(at);
	if (!after.starts_with(keyword) || after.size() == keyword.size()) return std::nullopt;
	const char next = after[keyword.size()];
	if (next != '\n' && !is_blank(next)) return std::nullopt;
	while (at > 0 && is_blank(text_[at - 1])) --at;
	if (at > 0 && text_[at - 1] != '\n') return std::nullopt;
	return at;
}

bool SiteEditor::is_wanted(std::size_t keyword_at) const {
	const auto word = first_word_after_line(text_.substr(keyword_at));
	const auto address = IpAddress::parse(word.substr(0, word.find('/')));
	return address && wanted_.may_be(*address);
}

void SiteEditor::add_section(std::size_t begin) {
	auto now = read_section(text_, begin);
	if (!now) return;
	Section section;
	section.own_rlocs = now->rlocs.size();
	section.in_text = true;
	section.was_open = now->open;
	section.now = std::move(*now);
	sections_.push_back(std::move(section));
	auto &added = sections_.back();
	const auto [known, is_new] = present_.emplace(added.now.eid, &added);
	if (!is_new) known->second->twice = true;
}

void SiteEditor::error(const Section *section, std::string text) {
	failed_ = true;
	Position where;
	if (section != nullptr && section->in_text) {
		const auto before = text_.substr(0, section->now.begin);
		where.line = 1 + static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
		where.column = static_cast<std::uint32_t>(section->now.keyword.find('@')) + 1;
	}
	found_.error(where, std::move(text));
}

Section *SiteEditor::section_of(const EidPrefix &eid) {
	const auto found = present_.find(eid);
	if (found == present_.end()) {
		error(nullptr, fmt::format("no EID {}, expected its section", to_string(eid)));
		return nullptr;
	}
	if (!found->second->twice) return found->second;
	error(found->second, fmt::format("{} has another section, expected one", to_string(eid)));
	return nullptr;
}

void SiteEditor::apply(const SetRloc &edit) {
	auto *section = section_of(edit.eid);
	if (section == nullptr) return;
	if (edit.field == RlocField::local && edit.value > 1)
		return error(
		    section, fmt::format("{} is no local flag, expected 0 or 1", unsigned{edit.value}));
	auto *rloc = find_rloc(*section, edit.rloc);
	if (rloc == nullptr)
		return error(
		    section, fmt::format("{} is no RLOC of {}", to_string(edit.rloc), to_string(edit.eid)));
	auto &number = rloc->numbers[static_cast<std::size_t>(edit.field)];
	if (number.value == edit.value) return;
	number.value = edit.value;
	number.text = std::to_string(edit.value);
	number.changed = true;
	changed_.insert(edit.eid);
}

void SiteEditor::apply(const AddRloc &edit) {
	auto *section = section_of(edit.eid);
	if (section == nullptr) return;
	auto &rlocs = section->now.rlocs;
	const auto name = to_string(edit.rloc);
	if (!is_rloc(edit.rloc))
		return error(section, fmt::format("{} is no RLOC, expected an address of a host", name));
	if (find_rloc(*section, edit.rloc) != nullptr)
		return error(
		    section, fmt::format("{} is an RLOC of {} already", name, to_string(edit.eid)));
	if (rlocs.size() == max_rlocs)
		return error(section, fmt::format("{} would be the 256th RLOC of {}, expected at most 255",
		                          name, to_string(edit.eid)));
	if (!edit.site.empty() && !is_word(edit.site))
		return error(section, fmt::format("{} is no site, expected a name", shown(edit.site)));
	rlocs.push_back(rloc_like(rlocs, edit));
	changed_.insert(edit.eid);
}

void SiteEditor::apply(const SplitHost &edit) {
	auto *from = section_of(edit.eid);
	if (from == nullptr) return;
	const auto host = EidPrefix::host(edit.host, edit.eid.instance);
	if (!edit.eid.covers(host))
		return error(
		    from, fmt::format("{} is not in {}", to_string(edit.host), to_string(edit.eid)));
	const auto known = present_.find(host);
	if (known != present_.end())
		return error(known->second, fmt::format("{} has a section already", to_string(host)));
	Section section;
	section.now = from->now;
	section.now.eid = host;
	section.now.name = to_string(edit.host);
	section.now.mask = std::to_string(host.length);
	for (auto &rloc : section.now.rlocs)
		for (auto &number : rloc.numbers) number.place = {};
	from->now.open = false;
	hosts_.push_back(std::move(section));
	from->hosts.push_back(&hosts_.back());
	present_[host] = &hosts_.back();
	changed_.insert(host);
}

void SiteEditor::apply(const RemoveEid &edit) {
	auto *section = section_of(edit.eid);
	if (section == nullptr) return;
	section->removed = true;
	present_.erase(edit.eid);
	changed_.insert(edit.eid);
}

EditedText SiteEditor::write() {
	out_.reserve(text_.size() + text_.size() / 64 + 4096);
	for (const auto &section : sections_) {
		if (section.removed)
			replace(before_empty_lines(section.now.begin), section.now.end, {});
		else
			write_words(section);
		write_lines(section);
	}
	replace(text_.size(), text_.size(), {});
	return {std::move(out_), {changed_.begin(), changed_.end()}};
}

void SiteEditor::write_words(const Section &section) {
	for (const auto &rloc : section.now.rlocs) {
		for (const auto &number : rloc.numbers) {
			if (number.place.empty() || !number.changed) continue;
			const auto at = static_cast<std::size_t>(number.place.data() - text_.data());
			replace(at, at + number.place.size(), number.text);
		}
	}
}

// What stands behind the section now: its new RLOCs, and the hosts split from it.
void SiteEditor::write_lines(const Section &section) {
	std::string lines;
	const auto line_end = section.now.line_end;
	bool open = section.now.open && !section.removed;
	if (!section.removed)
		for (auto i = section.own_rlocs; i < section.now.rlocs.size(); ++i)
			append_line(lines, section.now.rlocs[i], line_end);
	for (auto host = section.hosts.rbegin(); host != section.hosts.rend(); ++host) {
		if ((*host)->removed) continue;
		lines.append(line_end);
		append_lines(lines, (*host)->now);
		open = open || (*host)->now.open;
	}
	if (open && !lines.empty()) lines.erase(lines.size() - line_end.size());
	if (section.was_open && !section.removed && (!lines.empty() || !open))
		lines.insert(0, line_end);
	replace(section.now.end, section.now.end, lines);
}

void SiteEditor::replace(std::size_t begin, std::size_t end, std::string_view by) {
	out_.append(text_.substr(copied_, begin - copied_)).append(by);
	copied_ = end;
}

// Where the empty lines begin that end at `begin`.
std::size_t SiteEditor::before_empty_lines(std::size_t begin) const {
	for (auto at = begin; at > 0;) {
		--at; // the LF of the line before
		while (at > 0 && is_blank(text_[at - 1])) --at;
		if (at > 0 && text_[at - 1] != '\n') break;
		begin = at;
	}
	return begin;
}

} // namespace

std::optional<EditedText> edit_site_text(
    std::string_view text, std::span<const SiteEdit> edits, Diagnostics &found) {
	return SiteEditor{text, found}.edit(edits);
}

} // namespace lisp
