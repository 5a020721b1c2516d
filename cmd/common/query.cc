// What a daemon answers at its local socket.
#include "common/daemon_state.h"

#include <algorithm>
#include <unistd.h>

namespace lisp {

// Every daemon's answers begin with these.
struct DaemonIdentity {
	std::string daemon;
	std::uint64_t pid = 0;
	std::string version = LISP_VERSION;
	std::vector<std::string> listen;
	std::optional<std::uint64_t> uptime; // seconds
	std::optional<bool> reloaded;
};

template <>
inline constexpr auto fields<DaemonIdentity> = std::tuple{
    Field{"daemon", &DaemonIdentity::daemon},
    Field{"pid", &DaemonIdentity::pid},
    Field{"version", &DaemonIdentity::version},
    Field{"listen", &DaemonIdentity::listen},
    Field{"uptime", &DaemonIdentity::uptime},
    Field{"reloaded", &DaemonIdentity::reloaded},
};

namespace {

std::vector<std::string_view> words_of(std::string_view line) {
	std::vector<std::string_view> words;
	while (!line.empty()) {
		const auto blank = std::min(line.find(' '), line.size());
		if (blank > 0) words.push_back(line.substr(0, blank));
		line.remove_prefix(std::min(blank + 1, line.size()));
	}
	return words;
}

// "{A}\n{B}\n" in any number of messages becomes "{A,B}\n" in one.
std::string one_object(const std::vector<std::string> &messages) {
	std::string merged = "{";
	for (std::string_view rest : messages)
		while (!rest.empty()) {
			const auto end = std::min(rest.find('\n'), rest.size());
			const auto object = rest.substr(0, end);
			rest.remove_prefix(std::min(end + 1, rest.size()));
			if (object.size() <= 2) continue;
			if (merged.size() > 1) merged += ',';
			merged += object.substr(1, object.size() - 2);
		}
	return merged + "}\n";
}

} // namespace

// Values are written whole: what is left must do for most of them.
bool QueryReply::is_full() const {
	return !messages_.empty() && messages_.back().size() > max_local_message / 2;
}

std::string &QueryReply::room() {
	if (messages_.empty() || is_full()) messages_.emplace_back();
	return messages_.back();
}

void QueryReply::line(std::string_view text) {
	if (json_) return;
	auto &out = room();
	out += text;
	out += '\n';
}

void Daemon::on_query(const std::string &query, std::function<void(QueryReply &)> answer) {
	state_->queries[query] = std::move(answer);
}

void Daemon::on_reload(std::function<std::optional<std::string>()> reload) {
	state_->reload = std::move(reload);
}

void Daemon::on_edit(std::function<void()> edited) {
	state_->edited = std::move(edited);
}

void Daemon::on_message(const std::string &verb,
    std::function<void(const std::vector<std::string_view> &words, Bytes octets)> handler) {
	state_->messages[verb] = std::move(handler);
}

void Daemon::answer_query(const std::string &query, bool json, std::vector<std::string> &replies) {
	DaemonIdentity identity;
	identity.daemon = name_;
	identity.pid = static_cast<std::uint64_t>(getpid());
	identity.listen = state_->listening;
	if (query == "status") {
		const auto up = std::chrono::steady_clock::now() - state_->started;
		identity.uptime = static_cast<std::uint64_t>(
		    std::chrono::duration_cast<std::chrono::seconds>(up).count());
	}
	if (query == "reload") identity.reloaded = true;
	QueryReply reply{json, replies};
	const bool whole = query == "status" || query == "counters" || query == "reload";
	if (query == "status" || (json && whole)) reply.print(identity);
	if (const auto own = state_->queries.find(query); own != state_->queries.end())
		own->second(reply);
	if (json && whole) replies = {one_object(replies)};
}

void Daemon::on_table(
    const std::string &query, std::function<TablePart(std::optional<EidPrefix>)> begin) {
	state_->tables[query] = {std::move(begin), true};
}

void Daemon::on_table(const std::string &query, std::function<TablePart()> begin) {
	state_->tables[query] = {
	    [begin = std::move(begin)](std::optional<EidPrefix>) { return begin(); }, false};
}

// Why not, if it is refused.
std::optional<std::string> Daemon::begin_table(
    const Table &table, bool json, const std::vector<std::string_view> &arguments) {
	std::optional<EidPrefix> within;
	if (!arguments.empty()) {
		within = EidPrefix::parse(arguments[0]);
		if (!within) return "'" + std::string{arguments[0]} + "' is no EID-prefix";
	}
	auto next = table.begin(within);
	state_->local->answer(
	    state_->local->asker(), [json, next = std::move(next)](std::vector<std::string> &replies) {
		    QueryReply reply{json, replies};
		    return next(reply);
	    });
	return std::nullopt;
}

void Daemon::on_slow_query(const std::string &query,
    std::function<void(const Asker &, const std::vector<std::string_view> &)> ask) {
	state_->slow_queries[query] = std::move(ask);
}

void Daemon::answer(
    const Asker &asker, const std::function<std::optional<std::string>(QueryReply &)> &print) {
	using enum LocalServer::Outcome;
	if (!is_waiting(asker)) return;
	std::vector<std::string> replies;
	QueryReply reply{asker.json, replies};
	auto why = print(reply);
	if (why) replies.push_back(std::move(*why));
	state_->local->answer(asker.client, why ? refused : done, std::move(replies));
}

bool Daemon::is_waiting(const Asker &asker) const {
	return state_->local && state_->local->is_waiting(asker.client);
}

std::string Daemon::known_queries() const {
	std::string known = "status reload";
	for (const auto &[name, handler] : state_->queries)
		if (name != "status") known += ' ' + name;
	for (const auto &[name, begin] : state_->tables) known += ' ' + name;
	for (const auto &[name, handler] : state_->slow_queries) known += ' ' + name;
	return known;
}

LocalServer::Outcome Daemon::take(
    const LocalMessage &message, const PeerCredentials &peer, std::vector<std::string> &replies) {
	auto words = words_of(message.line);
	if (words.size() >= 2 && words[0] == "query")
		return take_query(std::move(words), peer, replies);
	const auto found = state_->messages.find(words.empty() ? "" : words[0]);
	if (found != state_->messages.end() && peer.may_control()) found->second(words, message.octets);
	return LocalServer::Outcome::unanswered;
}

// "query NAME", "query NAME json", with what else the query takes at the end.
LocalServer::Outcome Daemon::take_query(std::vector<std::string_view> words,
    const PeerCredentials &peer, std::vector<std::string> &replies) {
	using enum LocalServer::Outcome;
	const std::string query{words[1]};
	const bool json = words.size() > 2 && words[2] == "json";
	words.erase(words.begin(), words.begin() + (json ? 3 : 2));
	if (const auto slow = state_->slow_queries.find(query); slow != state_->slow_queries.end()) {
		slow->second({state_->local->asker(), json}, words);
		return later;
	}
	const auto table = state_->tables.find(query);
	const bool is_table = table != state_->tables.end();
	if (words.size() > (is_table && table->second.by_eids ? 1 : 0)) {
		replies.push_back("'" + query + "' takes no '" + std::string{words.back()} + "'");
		return refused;
	}
	if (is_table) {
		auto why = begin_table(table->second, json, words);
		if (!why) return later;
		replies.push_back(std::move(*why));
		return refused;
	}
	if (query == "reload") {
		auto kept = peer.may_control()
		                ? reload()
		                : std::optional<std::string>{"only root and the daemon's own user may"};
		if (kept) {
			replies.push_back("not reloaded: " + *kept);
			return refused;
		}
	} else if (query != "status" && !state_->queries.contains(query)) {
		replies.push_back("unknown query '" + query + "' (known: " + known_queries() + ")");
		return refused;
	}
	answer_query(query, json, replies);
	return done;
}

} // namespace lisp
