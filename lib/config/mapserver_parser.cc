#include "config/duplicates.h"
#include "config/key_field.h"
#include "config/mapserver_config.h"
#include "message/message.h"

#include <fmt/format.h>

#include <map>

namespace lisp {

namespace {

constexpr Option<SiteKeyLine> key_options[] = {
    {"key-id", key_id_expected,
        [](auto &to, auto value) {
	        to.any_key_id = false;
	        return set_number(to.key_id, value, 255);
        }},
    {"alg", algorithm_expected,
        [](auto &to, auto value) { return set_algorithm(to.algorithm.emplace(), value); }},
    {"nonce", "rising or any",
        [](auto &to, auto value) {
	        to.any_nonce = value == "any";
	        return to.any_nonce || value == "rising";
        }},
};

constexpr Option<SiteEidLine> eid_options[] = {
    {"more-specifics", "yes or no",
        [](auto &to, auto value) { return set_yes_no(to.more_specifics, value); }},
    {"proxy", "yes or no", [](auto &to, auto value) { return set_yes_no(to.proxy_reply, value); }},
    {"iid", "0 to 4294967295",
        [](auto &to, auto value) { return set_number(to.eid.instance, value, 0xffffffff); }},
    {"notify-port", "1 to 65535",
        [](auto &to, auto value) { return set_number(to.notify_port.emplace(), value, 65535, 1); }},
    {"deny", "policy or auth",
        [](auto &to, auto value) {
	        to.deny = value == "auth" ? Action::drop_auth_failure : Action::drop_policy_denied;
	        return value == "auth" || value == "policy";
        }},
};

constexpr Option<ElsewhereLine> elsewhere_options[] = {
    {"iid", "0 to 4294967295",
        [](auto &to, auto value) { return set_number(to.eid.instance, value, 0xffffffff); }},
};

constexpr Option<SubscriberSection> subscriber_key_options[] = {
    {"key-id", key_id_expected,
        [](auto &to, auto value) { return set_number(to.key_id, value, 255); }},
    {"alg", algorithm_expected,
        [](auto &to, auto value) { return set_algorithm(to.algorithm, value); }},
    {"nonce", "rising or any",
        [](auto &to, auto value) {
	        to.any_nonce = value == "any";
	        return to.any_nonce || value == "rising";
        }},
};

constexpr Option<SubscriberRlocLine> subscriber_rloc_options[] = {
    {"notify-port", "1 to 65535",
        [](auto &to, auto value) { return set_number(to.notify_port.emplace(), value, 65535, 1); }},
};

constexpr Option<EidPrefix> subscriber_eid_options[] = {
    {"iid", "0 to 4294967295",
        [](auto &to, auto value) { return set_number(to.instance, value, 0xffffffff); }},
};

// Sites and subscribers are told by their names.
template <class Section>
void check_names(const std::vector<Section> &all, std::string_view what, Diagnostics &diagnostics) {
	for_each_duplicate(
	    all.size(), [&](std::size_t i) { return std::hash<std::string>{}(all[i].name); },
	    [&](std::size_t a, std::size_t b) {
		    return !all[a].name.empty() && all[a].name == all[b].name;
	    },
	    [&](std::size_t first, std::size_t later) {
		    diagnostics.error(
		        all[later].position, fmt::format("{} {} again, first on line {}, expected it once",
		                                 what, shown(all[later].name), all[first].position.line));
	    });
}

// One line of a mapping.
struct StaticLine {
	EidPrefix eid;
	StaticRloc rloc;
	bool has_rloc = false;
	bool says_how = false; // priority= or weight=, which are an RLOC's
	std::optional<Action> action;
	std::optional<RecordTtl> ttl;
	Position position;
};

constexpr Option<StaticLine> static_options[] = {
    {"priority", "0 to 255",
        [](auto &to, auto value) {
	        to.says_how = true;
	        return set_number(to.rloc.priority, value, 255);
        }},
    {"weight", "0 to 255",
        [](auto &to, auto value) {
	        to.says_how = true;
	        return set_number(to.rloc.weight, value, 255);
        }},
    {"action", "natively-forward, send-map-request, drop, policy or auth",
        [](auto &to, auto value) {
	        for (const auto &[name, action] : static_actions)
		        if (value == name) to.action = action;
	        return to.action.has_value();
        }},
    {"ttl", "1 to 4294967294",
        [](auto &to, auto value) {
	        std::uint32_t minutes = 0;
	        const bool legal = set_number(minutes, value, 0xfffffffe, 1);
	        to.ttl = RecordTtl{minutes};
	        return legal;
        }},
    {"iid", "0 to 4294967295",
        [](auto &to, auto value) { return set_number(to.eid.instance, value, 0xffffffff); }},
};

class MapServerParser {
public:
	MapServerParser(std::string_view text, Diagnostics &found) : lexer_(text), found_(found) {}

	MapServerConfig parse();

private:
	void begin_section();
	void begin_site(Line &line, const Word &keyword);
	void begin_subscriber(Line &line, const Word &keyword);
	void read_elsewhere(Line &line);
	void read_static(Line &line);
	void add_static(Line &line, const Word &where, const StaticLine &found);
	void read_subscriber(Line &line);
	void read_subscriber_key(Line &line);
	void read_xtr_id(Line &line);
	void end_section();
	void end_site();
	void end_subscriber();
	void read_line();
	void read_key_line(Line &line);
	void read_eid(Line &line);
	void read_rloc(Line &line);
	void check_eids();

	Lexer lexer_;
	Diagnostics &found_;
	MapServerConfig config_;
	enum class Section : std::uint8_t { none, site, elsewhere, fixed, subscriber };
	Section section_ = Section::none;
	std::map<EidPrefix, std::size_t> statics_; // where each is in the configuration
	bool told_ = false;                        // that lines stand outside of any site
	std::vector<Position> key_positions_;
	bool seen_key_ = false; // of the section in hand: a line, right or wrong
	bool seen_eid_ = false;
	bool seen_rloc_ = false;
};

MapServerConfig MapServerParser::parse() {
	while (lexer_.next_line()) {
		if (lexer_.words()[0].text.starts_with('@'))
			begin_section();
		else
			read_line();
	}
	end_section();
	check_names(config_.sites, "site", found_);
	check_names(config_.subscribers, "subscriber", found_);
	check_eids();
	found_.sort();
	return std::move(config_);
}

void MapServerParser::begin_section() {
	end_section();
	Line line{lexer_, found_};
	const auto keyword = line.word("@SITE");
	told_ = true;
	key_positions_.clear();
	seen_key_ = seen_eid_ = seen_rloc_ = false;
	if (keyword.text == "@SITE") return begin_site(line, keyword);
	if (keyword.text == "@SUBSCRIBER") return begin_subscriber(line, keyword);
	section_ = keyword.text == "@ELSEWHERE" ? Section::elsewhere
	           : keyword.text == "@STATIC"  ? Section::fixed
	                                        : Section::none;
	if (section_ != Section::none) return line.end();
	line.error(keyword, fmt::format("{} is no section, expected @SITE, @ELSEWHERE, @STATIC or "
	                                "@SUBSCRIBER",
	                        shown(keyword.text)));
}

void MapServerParser::end_section() {
	if (section_ == Section::site) end_site();
	if (section_ == Section::subscriber) end_subscriber();
}

void MapServerParser::begin_site(Line &line, const Word &keyword) {
	section_ = Section::site;
	SiteSection site;
	site.position = line.at(keyword);
	site.name = line.text("the site's name");
	line.end();
	// A site with a wrong name is read all the same: its lines may hold more errors.
	config_.sites.push_back(std::move(site));
}

void MapServerParser::begin_subscriber(Line &line, const Word &keyword) {
	section_ = Section::subscriber;
	SubscriberSection subscriber;
	subscriber.position = line.at(keyword);
	subscriber.name = line.text("the subscriber's name");
	line.end();
	config_.subscribers.push_back(std::move(subscriber));
}

void MapServerParser::end_site() {
	const auto &site = config_.sites.back();
	if (!seen_key_)
		found_.warning(site.position,
		    fmt::format("{} has no key, so nobody can register it", shown(site.name)));
	if (!seen_eid_)
		found_.warning(site.position,
		    fmt::format("{} has no eid, so nothing can be registered", shown(site.name)));
}

// Unlike a site's these are needed: with a line forgotten anybody could be the subscriber.
void MapServerParser::end_subscriber() {
	const auto &subscriber = config_.subscribers.back();
	const auto lacks = [&](std::string_view what) {
		found_.error(subscriber.position,
		    fmt::format("subscriber {} has no {}, expected one", shown(subscriber.name), what));
	};
	if (!seen_key_) lacks("key");
	if (!seen_rloc_) lacks("rloc");
}

void MapServerParser::read_line() {
	Line line{lexer_, found_};
	const auto first = line.peek();
	if (section_ == Section::elsewhere) return read_elsewhere(line);
	if (section_ == Section::fixed) return read_static(line);
	if (section_ == Section::subscriber) return read_subscriber(line);
	if (section_ == Section::none) {
		if (!std::exchange(told_, true))
			line.error(first, "a line before any site, expected @SITE and its name");
		return;
	}
	line.word("key, eid or rloc");
	if (first.text == "key")
		read_key_line(line);
	else if (first.text == "eid")
		read_eid(line);
	else if (first.text == "rloc")
		read_rloc(line);
	else
		// Not shown: it may be a key whose word was forgotten.
		line.error(first, "an unknown word, expected key, eid or rloc");
}

void MapServerParser::read_key_line(Line &line) {
	seen_key_ = true;
	SiteKeyLine key;
	const auto where = line.peek();
	read_secret(line, key_options, key.secret);
	line.options(key_options, key);
	if (!line.ok()) return;
	auto &keys = config_.sites.back().keys;
	for (std::size_t i = 0; i < keys.size() && !key.any_key_id; ++i)
		if (!keys[i].any_key_id && keys[i].key_id == key.key_id &&
		    keys[i].algorithm == key.algorithm)
			return line.error(
			    where, fmt::format("key-id {} again, first on line {}, expected it once",
			               key.key_id, key_positions_[i].line));
	keys.push_back(std::move(key));
	key_positions_.push_back(line.at(where));
}

void MapServerParser::read_eid(Line &line) {
	seen_eid_ = true;
	SiteEidLine eid;
	const auto where = line.peek();
	const auto prefix = line.prefix(true);
	eid.eid = prefix.value_or(EidPrefix{});
	eid.position = line.at(where);
	line.options(eid_options, eid);
	if (prefix && line.ok()) config_.sites.back().eids.push_back(eid);
}

void MapServerParser::read_rloc(Line &line) {
	const auto rloc = line.address("RLOC");
	line.end();
	if (line.ok()) config_.sites.back().rlocs.push_back(rloc);
}

void MapServerParser::read_elsewhere(Line &line) {
	ElsewhereLine elsewhere;
	const auto where = line.peek();
	const auto prefix = line.prefix(true);
	elsewhere.eid = prefix.value_or(EidPrefix{});
	elsewhere.position = line.at(where);
	const auto word = line.word("a map-resolver");
	const auto resolver = parse_endpoint(word.text, control_port);
	if (line.ok() && (!resolver || resolver->port == 0))
		line.error(word, fmt::format("{} is no map-resolver, expected an address, with or without "
		                             "a port",
		                     shown(word.text)));
	line.options(elsewhere_options, elsewhere);
	if (!prefix || !resolver || !line.ok()) return;
	elsewhere.resolver = *resolver;
	config_.elsewhere.push_back(elsewhere);
}

void MapServerParser::read_subscriber(Line &line) {
	auto &subscriber = config_.subscribers.back();
	const auto first = line.word("key, rloc, eid or xtr-id");
	if (first.text == "key") return read_subscriber_key(line);
	if (first.text == "xtr-id") return read_xtr_id(line);
	const bool is_rloc = first.text == "rloc";
	// Not shown: it may be a key whose word was forgotten.
	if (!is_rloc && first.text != "eid")
		return line.error(first, "an unknown word, expected key, rloc, eid or xtr-id");
	seen_rloc_ = seen_rloc_ || is_rloc;
	const auto prefix = line.prefix(!is_rloc);
	SubscriberRlocLine rloc{prefix.value_or(EidPrefix{}), {}};
	auto eid = rloc.rloc;
	if (is_rloc)
		line.options(subscriber_rloc_options, rloc);
	else
		line.options(subscriber_eid_options, eid);
	if (!prefix || !line.ok()) return;
	if (is_rloc)
		subscriber.rlocs.push_back(rloc);
	else
		subscriber.eids.push_back(eid);
}

void MapServerParser::read_subscriber_key(Line &line) {
	auto &subscriber = config_.subscribers.back();
	const auto where = line.peek();
	if (std::exchange(seen_key_, true))
		return line.error(where, "another key, expected one a subscriber");
	read_secret(line, subscriber_key_options, subscriber.secret);
	line.options(subscriber_key_options, subscriber);
}

void MapServerParser::read_xtr_id(Line &line) {
	const auto word = line.word("an xTR-ID");
	const auto octets = parse_hex(word.text);
	XtrId xtr_id{};
	if (line.ok() && (!octets || octets->size() != xtr_id.size()))
		line.error(
		    word, fmt::format("{} is no xTR-ID, expected 32 hexadecimal digits", shown(word.text)));
	line.end();
	if (!line.ok()) return;
	std::copy(octets->begin(), octets->end(), xtr_id.begin());
	config_.subscribers.back().xtr_ids.push_back(xtr_id);
}

void MapServerParser::read_static(Line &line) {
	StaticLine found;
	const auto where = line.peek();
	const auto prefix = line.prefix(true);
	found.eid = prefix.value_or(EidPrefix{});
	found.position = line.at(where);
	const auto second = line.peek();
	found.has_rloc = line.more() && second.text.find('=') == std::string_view::npos;
	if (found.has_rloc) found.rloc.rloc = line.address("RLOC");
	line.options(static_options, found);
	if (!prefix || !line.ok()) return;
	if (found.has_rloc == found.action.has_value() || (found.action && found.says_how))
		return line.error(second, "a mapping has an RLOC with its priority= and weight=, or "
		                          "action=, expected one of them");
	add_static(line, second, found);
}

void MapServerParser::add_static(Line &line, const Word &where, const StaticLine &found) {
	auto &all = config_.statics;
	const auto [known, is_new] = statics_.try_emplace(found.eid, all.size());
	if (is_new) all.push_back({found.eid, {}, found.action, found.ttl, found.position});
	auto &mapping = all[known->second];
	if (!is_new && (found.action || mapping.action))
		return line.error(where, fmt::format("{} again, first on line {}, expected it once",
		                             to_string(found.eid), mapping.position.line));
	if (found.ttl) mapping.ttl = std::min(*found.ttl, mapping.ttl.value_or(*found.ttl));
	if (!found.has_rloc) return;
	for (const auto &other : mapping.rlocs)
		if (other.rloc == found.rloc.rloc)
			return line.error(where, fmt::format("{} again for {}, expected it once",
			                             to_string(other.rloc), to_string(found.eid)));
	if (mapping.rlocs.size() == 255)
		return line.error(where, "more than 255 RLOCs, which no mapping can have");
	mapping.rlocs.push_back(found.rloc);
}

void MapServerParser::check_eids() {
	std::vector<std::pair<EidPrefix, Position>> eids;
	for (const auto &site : config_.sites)
		for (const auto &eid : site.eids) eids.emplace_back(eid.eid, eid.position);
	for (const auto &line : config_.elsewhere) eids.emplace_back(line.eid, line.position);
	for (const auto &mapping : config_.statics) eids.emplace_back(mapping.eid, mapping.position);
	for_each_duplicate(
	    eids.size(), [&](std::size_t i) { return hash_of(eids[i].first); },
	    [&](std::size_t a, std::size_t b) { return eids[a].first == eids[b].first; },
	    [&](std::size_t first, std::size_t later) {
		    found_.error(
		        eids[later].second, fmt::format("{} again, first on line {}, expected it once",
		                                to_string(eids[later].first), eids[first].second.line));
	    });
}

} // namespace

MapServerConfig parse_mapserver_config(std::string_view text, Diagnostics &found) {
	return MapServerParser{text, found}.parse();
}

} // namespace lisp
