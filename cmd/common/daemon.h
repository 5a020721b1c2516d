// What every daemon has in common: options, signals, the local socket, the order of starting up.
#pragma once

#include "address/eid_prefix.h"
#include "common/cli.h"
#include "common/log.h"
#include "net/local_socket.h"
#include "net/loop.h"
#include "print/fields.h"
#include "print/json_sink.h"
#include "print/text_sink.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lisp {

class Detachment;

struct DaemonOptions {
	std::string config;          // -f
	bool check_only = false;     // -n
	std::string run_directory;   // --run
	std::string state_directory; // --state
	std::string pidfile;
	std::string metrics; // file for Prometheus' text format
	std::string user;
	std::string log_format = "text";     // or v102
	std::string mapping_socket = "none"; // -S
	bool detach = false;                 // --daemon
	bool syslog = false;
	bool insecure_perms = false;
	unsigned verbosity = 0;
};

// `config_name`: lisp.conf or mapserver.conf, in the system's directory unless -f says otherwise.
void add_daemon_options(Cli &cli, DaemonOptions &options, const std::string &config_name);

// An answer to lisp-status, in the form that was asked for. Each value is printed whole as one
// block of text or one line of JSON.
class QueryReply {
public:
	QueryReply(bool json, std::vector<std::string> &messages) : json_(json), messages_(messages) {}
	bool json() const { return json_; }

	template <class T> void print(const T &value) {
		text_.clear();
		if (json_) {
			JsonSink sink{text_};
			describe(sink, {}, value);
			text_ += '\n';
		} else {
			TextSink sink{text_};
			describe_fields(sink, value);
		}
		room() += text_;
	}
	void line(std::string_view text); // text form only: JSON output stays JSON

	// Of one part of a table: it is enough.
	bool is_full() const;

private:
	std::string &room(); // where the next value goes; begins a new message before one gets too long

	bool json_;
	Text text_;
	std::vector<std::string> &messages_;
};

class Daemon {
public:
	// Opens the log. Throws UsageError when an option makes no sense.
	Daemon(const std::string &name, const DaemonOptions &options);
	~Daemon();

	Loop &loop() { return loop_; }
	Log &log() { return log_; }
	const DaemonOptions &options() const { return options_; }
	const std::string &name() const { return name_; }

	// `status` is answered with daemon, pid, version, listen and uptime, then what this prints. In
	// JSON what is printed for `status` and `counters` becomes part of one object.
	void on_query(const std::string &query, std::function<void(QueryReply &)> answer);

	// A table by EIDs, which may be long. It is printed as it is read, some at a time, while the
	// daemon goes on. `begin` is given the EID-prefix that was asked for, if one was: itself and
	// what is within it. What it returns prints until reply.is_full(), each time that more is
	// wanted, and returns false after the last; it is dropped when nobody reads on.
	using TablePart = std::function<bool(QueryReply &reply)>;
	void on_table(
	    const std::string &query, std::function<TablePart(std::optional<EidPrefix> within)> begin);
	// The same for one that is not by EIDs.
	void on_table(const std::string &query, std::function<TablePart()> begin);

	// A query whose answer takes time: `ask` keeps the asker and calls answer() once. What `print`
	// returns is why the query is refused, if it is; what it printed is sent in any case.
	struct Asker {
		LocalServer::Asker client = 0;
		bool json = false;
	};
	void on_slow_query(const std::string &query,
	    std::function<void(const Asker &, const std::vector<std::string_view> &arguments)> ask);
	void answer(
	    const Asker &asker, const std::function<std::optional<std::string>(QueryReply &)> &print);
	bool is_waiting(const Asker &asker) const;

	// SIGHUP and `lisp-status NAME reload`. Returns nothing if the new configuration is in force,
	// else why the old one is kept.
	void on_reload(std::function<std::optional<std::string>()> reload);

	// Edits of the configuration file are noticed from watch_configuration() on, which comes before
	// the file is read for the first time, and told in run(), each once the file has been quiet.
	void watch_configuration();
	void on_edit(std::function<void()> edited);
	// Files that the configuration names, edits of which are edits of it: to be told before they
	// are read, each time that the configuration is.
	void watch_also(std::vector<std::string> paths);
	// Whether the file has been edited since, in which case that will be told, too.
	bool is_edited_again();

	// A message that another daemon hands on, by its first word. Only from root and the own user.
	void on_message(const std::string &verb,
	    std::function<void(const std::vector<std::string_view> &words, Bytes octets)> handler);

	// Called every 10 s and at the end when --metrics is given: appends Prometheus text.
	void on_metrics(std::function<void(Text &)> render);

	// Called by run() in the process that stays, before it is ready.
	void on_begin(std::function<void()> handler);

	// Called once run() has been told to end, while the local socket still takes messages. May run
	// the loop.
	void on_end(std::function<void()> handler);

	// STATE, created when absent. Throws std::system_error when that fails.
	std::string state_directory();

	// The path of another daemon's local socket.
	std::string local_socket(const std::string &daemon) const;

	// Makes RUN (failing that is one warning), drops root, opens the local socket. For what ends by
	// itself and does without run(), after all sockets are bound. Throws std::system_error.
	void attend();

	// After all sockets are bound and the configuration is checked: attend()s, detaches, writes the
	// pid file, says "ready ADDR:PORT…" and runs until SIGTERM or SIGINT. The exit status.
	int run(const std::vector<Endpoint> &listening);

private:
	struct State;
	LocalServer::Outcome take(const LocalMessage &message, const PeerCredentials &peer,
	    std::vector<std::string> &replies);
	LocalServer::Outcome take_query(std::vector<std::string_view> words,
	    const PeerCredentials &peer, std::vector<std::string> &replies);
	std::string known_queries() const;
	struct Table;
	std::optional<std::string> begin_table(
	    const Table &table, bool json, const std::vector<std::string_view> &arguments);
	void answer_query(const std::string &query, bool json, std::vector<std::string> &replies);
	std::optional<std::string> reload();
	bool make_run_directory();
	void leave_root();
	void open_local_socket();
	void watch_signals();
	void tell_watch_failure(const std::string &path, std::error_code why);
	void write_metrics();
	void detach(std::optional<Detachment> &detachment);

	std::string name_;
	DaemonOptions options_;
	Log log_;
	Loop loop_;
	std::unique_ptr<State> state_;
};

} // namespace lisp
