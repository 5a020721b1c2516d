#include "config/site_parser.h"

#include "config/duplicates.h"
#include "config/eid_lines.h"
#include "config/key_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace lisp {

namespace {

constexpr std::size_t max_sites = 65535;

struct MapServerFields {
	MapServerLine line;
	std::optional<std::uint16_t> port;

	// Of the two halves, the one that is not given is zero.
	XtrIdentity &identity() {
		if (!line.identity) line.identity.emplace();
		return *line.identity;
	}
};

bool set_xtr_id(XtrIdentity &identity, std::string_view value) {
	const auto octets = parse_hex(value);
	if (!octets || octets->size() != identity.xtr_id.size()) return false;
	std::copy(octets->begin(), octets->end(), identity.xtr_id.begin());
	return true;
}

bool set_site_id(XtrIdentity &identity, std::string_view value) {
	if (value.starts_with("0x")) value.remove_prefix(2);
	const auto *end = value.data() + value.size();
	const auto [rest, error] = std::from_chars(value.data(), end, identity.site_id, 16);
	return error == std::errc{} && rest == end;
}

bool set_withdraw(Withdraw &withdraw, std::string_view value) {
	if (value == "all") {
		withdraw = Withdraw::all;
		return true;
	}
	bool yes = false;
	if (!set_yes_no(yes, value)) return false;
	withdraw = yes ? Withdraw::removed : Withdraw::none;
	return true;
}

constexpr Option<MapServerFields> map_server_options[] = {
    {"alg", algorithm_expected,
        [](auto &to, auto value) { return set_algorithm(to.line.algorithm, value); }},
    {"key-id", key_id_expected,
        [](auto &to, auto value) { return set_number(to.line.key_id, value, 255); }},
    {"key-file", "a path", [](auto &to, auto value) { return set_path(to.line.key_file, value); }},
    {"port", "1 to 65535",
        [](auto &to, auto value) { return set_number(to.port.emplace(), value, 65535, 1); }},
    {"notify", "yes or no",
        [](auto &to, auto value) { return set_yes_no(to.line.want_map_notify, value); }},
    {"proxy", "yes or no",
        [](auto &to, auto value) { return set_yes_no(to.line.proxy_reply, value); }},
    {"merge", "yes or no", [](auto &to, auto value) { return set_yes_no(to.line.merge, value); }},
    {"whole-site", "auto, yes or no",
        [](auto &to, auto value) {
	        bool yes = false;
	        const bool automatic = value == "auto";
	        if (!automatic && !set_yes_no(yes, value)) return false;
	        to.line.whole_site = automatic ? WholeSite::automatic
	                             : yes     ? WholeSite::yes
	                                       : WholeSite::no;
	        return true;
        }},
    {"withdraw", "no, yes or all",
        [](auto &to, auto value) { return set_withdraw(to.line.withdraw, value); }},
    {"xtr-id", "32 hexadecimal digits",
        [](auto &to, auto value) { return set_xtr_id(to.identity(), value); }},
    {"site-id", "up to 16 hexadecimal digits",
        [](auto &to, auto value) { return set_site_id(to.identity(), value); }},
};

constexpr Option<PeerLine> peer_options[] = {
    {"alg", algorithm_expected,
        [](auto &to, auto value) { return set_algorithm(to.algorithm, value); }},
    {"key-id", key_id_expected,
        [](auto &to, auto value) { return set_number(to.key_id, value, 255); }},
    {"key-file", "a path", [](auto &to, auto value) { return set_path(to.key_file, value); }},
    {"nonce", "time or random",
        [](auto &to, auto value) {
	        to.random_nonce = value == "random";
	        return to.random_nonce || value == "time";
        }},
    {"eid", "a prefix as ADDR/LEN",
        [](auto &to, auto value) {
	        const auto prefix = EidPrefix::parse(value);
	        if (prefix) to.eids.push_back(*prefix);
	        return prefix.has_value();
        },
        true},
};

} // namespace

constexpr SiteParser::Keyword SiteParser::keywords[] = {
    {"@MAPSERVER", Section::map_servers},
    {"@MAPRESOLVER", Section::map_resolvers},
    {"@EID", Section::eid},
    {"@PITR", Section::proxy_itrs},
    {"@HYPERVISOR", Section::hypervisors},
    {"@XTR", Section::xtrs},
};

SiteConfig SiteParser::parse() {
	while (lexer_.next_line()) {
		if (lexer_.words()[0].text.starts_with('@'))
			begin_section();
		else
			read_line();
	}
	end_section();
	check_duplicates();
	found_.sort();
	return std::move(config_);
}

void SiteParser::begin_section() {
	end_section();
	seen_section_ = true;
	Line line{lexer_, found_};
	const auto word = line.word("a section");
	section_at_ = line.at(word);
	section_ = Section::skipped;
	for (const auto &keyword : keywords)
		if (word.text == keyword.text) section_ = keyword.section;
	if (section_ == Section::skipped)
		return line.error(word, fmt::format("{} is no section, expected @MAPSERVER, @MAPRESOLVER, "
		                                    "@EID, @PITR, @HYPERVISOR or @XTR",
		                            shown(word.text)));
	// The program of 2012 took no notice of anything after the keyword.
	if (line.more()) line.warning(line.peek(), "words after the section's name are ignored");
	eid_expected_ = section_ == Section::eid;
	eid_kept_ = false;
}

void SiteParser::end_section() {
	if (section_ != Section::eid) return;
	if (eid_expected_)
		found_.error(section_at_, "@EID without its first line, expected: prefix mask ttl flag");
	else if (eid_kept_)
		check_eid();
}

void SiteParser::read_line() {
	Line line{lexer_, found_};
	switch (section_) {
	case Section::skipped:
		if (seen_section_) return;
		seen_section_ = true;
		return line.error(
		    line.peek(), "a line before any section, expected @MAPSERVER or the like");
	case Section::map_servers: return read_map_server(line);
	case Section::map_resolvers: return read_host(line, config_.map_resolvers);
	case Section::proxy_itrs: return read_host(line, config_.proxy_itrs);
	case Section::hypervisors: return read_peer(line, true);
	case Section::xtrs: return read_peer(line, false);
	case Section::eid:
		return std::exchange(eid_expected_, false) ? read_eid(line) : read_rloc(line);
	}
}

void SiteParser::read_map_server(Line &line) {
	MapServerFields fields;
	auto &server = fields.line;
	const auto where = line.word(host_expected);
	const auto host = parse_host(where.text);
	if (!host && !where.text.empty()) line.error(where, not_a_host(where.text));
	const auto key_at = read_key(line, map_server_options, server.secret);
	line.options(map_server_options, fields);
	check_key(line, key_at, server.secret, server.key_file);
	if (host && host->port && fields.port)
		line.error(where, "a port here and port= too, expected one of the two");
	if (!line.ok()) return;
	server.host = host->name;
	server.port = fields.port ? *fields.port : host->port.value_or(server.port);
	server.position = line.at(where);
	config_.map_servers.push_back(std::move(server));
}

void SiteParser::read_peer(Line &line, bool hypervisor) {
	PeerLine peer;
	const auto where = line.peek();
	if (hypervisor) {
		peer.source = line.prefix(false).value_or(EidPrefix{});
	} else {
		peer.source = EidPrefix::host(line.address("RLOC"));
	}
	const auto key_at = read_key(line, peer_options, peer.secret);
	line.options(peer_options, peer);
	check_key(line, key_at, peer.secret, peer.key_file);
	if (!line.ok()) return;
	peer.position = line.at(where);
	(hypervisor ? config_.hypervisors : config_.xtrs).push_back(std::move(peer));
}

void SiteParser::read_host(Line &line, std::vector<std::string> &hosts) {
	const auto where = line.word(host_expected);
	const auto host = parse_host(where.text);
	if (!host && !where.text.empty()) line.error(where, not_a_host(where.text));
	line.end();
	if (host && line.ok()) hosts.push_back(to_string(*host));
}

void SiteParser::read_eid(Line &line) {
	const auto where = line.peek();
	auto section = read_eid_line(line);
	eid_kept_ = section.has_value();
	if (!eid_kept_) return;
	section->first_rloc = static_cast<std::uint32_t>(config_.rlocs.size());
	section->line = section_at_.line;
	grow(config_.eids);
	grow(eid_positions_);
	config_.eids.push_back(*section);
	eid_positions_.push_back(line.at(where));
	seen_rloc_ = false;
	rlocs_right_ = true;
	rloc_lines_.clear();
}

void SiteParser::read_rloc(Line &line) {
	seen_rloc_ = true;
	const auto where = line.peek();
	auto [rloc, site] = read_rloc_line(line);
	if (!site.empty()) rloc.site = site_index(line, where, site);
	if (line.ok() && eid_kept_) add_rloc(line, where, rloc);
	rlocs_right_ = rlocs_right_ && line.ok();
}

std::uint16_t SiteParser::site_index(Line &line, const Word &where, std::string_view tag) {
	const auto known = sites_.find(tag);
	if (known != sites_.end()) return known->second;
	if (config_.site_tags.size() == max_sites) {
		line.error(where, "one more site= than fits, expected at most 65535 names");
		return 0;
	}
	config_.site_tags.emplace_back(tag);
	return sites_[tag] = static_cast<std::uint16_t>(config_.site_tags.size());
}

void SiteParser::add_rloc(Line &line, const Word &where, RlocLine rloc) {
	auto &section = config_.eids.back();
	const auto known = config_.rlocs_of(section);
	const auto same = std::find_if(
	    known.begin(), known.end(), [&](const RlocLine &other) { return other.rloc == rloc.rloc; });
	if (same != known.end())
		return line.error(where,
		    fmt::format("{} again, first on line {}, expected it once for an EID",
		        to_string(rloc.rloc), rloc_lines_[static_cast<std::size_t>(same - known.begin())]));
	rloc_lines_.push_back(line.line());
	if (rloc_lines_.size() == max_rlocs + 1)
		line.error(where, "the 256th RLOC of this EID, expected at most 255");
	if (rloc_lines_.size() > max_rlocs) return;
	grow(config_.rlocs);
	config_.rlocs.push_back(rloc);
	++section.rloc_count;
}

void SiteParser::check_eid() {
	const auto &section = config_.eids.back();
	const auto rlocs = config_.rlocs_of(section);
	if (!seen_rloc_)
		return found_.warning(eid_positions_.back(),
		    fmt::format("{} has no RLOCs, so nothing can reach it", to_string(section.eid)));
	if (rlocs_right_ && std::all_of(rlocs.begin(), rlocs.end(),
	                        [](const auto &rloc) { return rloc.priority == priority_unusable; }))
		found_.warning(eid_positions_.back(),
		    fmt::format("every RLOC of {} has priority 255, so nothing can reach it",
		        to_string(section.eid)));
}

void SiteParser::check_duplicates() {
	const auto &eids = config_.eids;
	for_each_duplicate(
	    eids.size(), [&](std::size_t i) { return hash_of(eids[i].eid); },
	    [&](std::size_t a, std::size_t b) { return eids[a].eid == eids[b].eid; },
	    [&](std::size_t first, std::size_t later) {
		    told_before(
		        eid_positions_[later], to_string(eids[later].eid), eid_positions_[first].line);
	    });
	const auto &servers = config_.map_servers;
	for_each_duplicate(
	    servers.size(),
	    [&](std::size_t i) {
		    return std::hash<std::string>{}(servers[i].host) + servers[i].key_id;
	    },
	    [&](std::size_t a, std::size_t b) {
		    return servers[a].host == servers[b].host && servers[a].port == servers[b].port &&
		           servers[a].key_id == servers[b].key_id;
	    },
	    [&](std::size_t first, std::size_t later) {
		    told_before(servers[later].position,
		        fmt::format("{} with key-id {}", servers[later].host, servers[later].key_id),
		        servers[first].position.line);
	    });
	for (const auto *peers : {&config_.hypervisors, &config_.xtrs}) {
		const auto &list = *peers;
		for_each_duplicate(
		    list.size(), [&](std::size_t i) { return hash_of(list[i].source) + list[i].key_id; },
		    [&](std::size_t a, std::size_t b) {
			    return list[a].source == list[b].source && list[a].key_id == list[b].key_id;
		    },
		    [&](std::size_t first, std::size_t later) {
			    told_before(list[later].position,
			        fmt::format(
			            "{} with key-id {}", to_string(list[later].source), list[later].key_id),
			        list[first].position.line);
		    });
	}
}

void SiteParser::told_before(Position where, const std::string &what, std::uint32_t first) {
	found_.error(where, fmt::format("{} again, first on line {}, expected it once", what, first));
}

} // namespace lisp
