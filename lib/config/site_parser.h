// The parser of lisp.conf(5) by its sections.
#pragma once

#include "config/line.h"
#include "config/site_config.h"

#include <unordered_map>

namespace lisp {

class SiteParser {
public:
	SiteParser(std::string_view text, Diagnostics &found)
	    : lexer_(text), text_size_(text.size()), found_(found) {}

	SiteConfig parse();

private:
	enum class Section : std::uint8_t {
		skipped, // unknown, or before the first keyword
		map_servers,
		map_resolvers,
		proxy_itrs,
		hypervisors,
		xtrs,
		eid,
	};
	struct Keyword {
		std::string_view text;
		Section section;
	};
	static const Keyword keywords[];

	void begin_section();
	void end_section();
	void read_line();
	void read_map_server(Line &line);
	void read_peer(Line &line, bool hypervisor);
	void read_host(Line &line, std::vector<std::string> &hosts);
	void read_eid(Line &line);
	void read_rloc(Line &line);
	void add_rloc(Line &line, const Word &where, RlocLine rloc);
	std::uint16_t site_index(Line &line, const Word &where, std::string_view tag);
	void check_eid();
	void check_duplicates();
	void told_before(Position where, const std::string &what, std::uint32_t first);

	// A list that will hold an element for so many octets of text as so far is given that room at
	// once: half of a large file's memory would otherwise be for growing.
	template <class T> void grow(std::vector<T> &list) const {
		if (list.size() < list.capacity() || list.size() < 1024) return;
		const auto share = static_cast<double>(text_size_) / static_cast<double>(lexer_.offset());
		list.reserve(
		    static_cast<std::size_t>(static_cast<double>(list.size()) * share * 1.01) + 64);
	}

	Lexer lexer_;
	std::size_t text_size_;
	Diagnostics &found_;
	SiteConfig config_;
	Section section_ = Section::skipped;
	Position section_at_;
	bool seen_section_ = false;

	// Of the @EID section in hand.
	bool eid_expected_ = false; // its first line is still to come
	bool eid_kept_ = false;     // its first line was right, so its RLOCs are kept
	bool seen_rloc_ = false;    // a line, right or wrong
	bool rlocs_right_ = true;   // all lines so far
	std::vector<std::uint32_t> rloc_lines_;
	std::vector<Position> eid_positions_; // of the prefixes, one for each of config_.eids
	std::unordered_map<std::string_view, std::uint16_t> sites_;
};

} // namespace lisp
