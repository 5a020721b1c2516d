// What a Daemon keeps; only its own files include this.
#pragma once

#include "common/daemon.h"
#include "common/edit_watch.h"

namespace lisp {

struct Daemon::Table {
	std::function<TablePart(std::optional<EidPrefix> within)> begin;
	bool by_eids = true;
};

struct Daemon::State {
	explicit State(Daemon &daemon)
	    : metrics_timer(daemon.loop_, [&daemon] { daemon.write_metrics(); }),
	      edit_watch(
	          daemon.loop_, daemon.options_.config,
	          [this] {
		          if (edited) edited();
	          },
	          [&daemon](const std::string &path, std::error_code why) {
		          daemon.tell_watch_failure(path, why);
	          }) {}

	std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
	std::vector<std::string> listening;
	std::map<std::string, std::function<void(QueryReply &)>> queries;
	std::map<std::string, Table> tables;
	std::map<std::string,
	    std::function<void(const Asker &, const std::vector<std::string_view> &arguments)>>
	    slow_queries;
	std::map<std::string,
	    std::function<void(const std::vector<std::string_view> &words, Bytes octets)>, std::less<>>
	    messages;
	std::function<std::optional<std::string>()> reload;
	std::function<void()> edited;
	std::function<void(Text &)> metrics;
	std::function<void()> begun = [] {};
	std::function<void()> ended = [] {};
	bool metrics_failed = false; // and told
	Loop::Timer metrics_timer;
	EditWatch edit_watch;
	std::vector<Loop::Watch> signals;
	std::unique_ptr<LocalServer> local;
};

} // namespace lisp
