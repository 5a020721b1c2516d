#include "common/daemon.h"

#include "common/daemon_state.h"
#include "common/os.h"
#include "common/process.h"

#include <cerrno>
#include <csignal>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace lisp {

namespace {

constexpr auto metrics_interval = std::chrono::seconds(10);

using Steady = std::chrono::steady_clock;

} // namespace

void add_daemon_options(Cli &cli, DaemonOptions &options, const std::string &config_name) {
	if (options.config.empty()) options.config = os::config_directory + ("/" + config_name);
	if (options.run_directory.empty()) options.run_directory = os::run_directory;
	if (options.state_directory.empty()) options.state_directory = os::state_directory;
	cli.option("-f", options.config, "configuration file", "FILE");
	cli.flag("-n", options.check_only, "check the configuration and exit");
	cli.option("-S", options.mapping_socket, "mapping socket: none", "SOCKET");
	cli.option("--run", options.run_directory, "directory of the local sockets", "DIR");
	cli.option("--state", options.state_directory, "directory of what outlives a restart", "DIR");
	cli.option("--pidfile", options.pidfile, "write the process number to FILE", "FILE");
	cli.flag("--daemon", options.detach, "go to the background once all sockets are bound");
	cli.flag("--syslog", options.syslog, "log to syslog instead of standard error");
	cli.option("--metrics", options.metrics, "keep counters in FILE in Prometheus' form", "FILE");
	cli.option("--user", options.user, "become USER when started as root", "USER");
	cli.flag("--insecure-perms", options.insecure_perms, "accept key files that others may read");
	cli.count("-v,--verbose", options.verbosity, "log each message; twice: its octets too");
	cli.option("--log-format", options.log_format, "form of logged messages: text or v102", "FORM");
}

Daemon::Daemon(const std::string &name, const DaemonOptions &options)
    : name_(name), options_(options), log_(name, options.verbosity),
      state_(std::make_unique<State>(*this)) {
	if (options.log_format != "text" && options.log_format != "v102")
		throw UsageError{"--log-format: '" + options.log_format + "' is neither text nor v102"};
	// Peers that go away are told by EPIPE.
	std::signal(SIGPIPE, SIG_IGN);
	if (options.mapping_socket != "none")
		throw UsageError{
		    "-S: '" + options.mapping_socket + "' is no mapping socket; only 'none' is known"};
}

Daemon::~Daemon() = default;

void Daemon::on_metrics(std::function<void(Text &)> render) {
	state_->metrics = std::move(render);
}

void Daemon::on_begin(std::function<void()> handler) {
	state_->begun = std::move(handler);
}

void Daemon::on_end(std::function<void()> handler) {
	state_->ended = std::move(handler);
}

std::string Daemon::state_directory() {
	const bool root = geteuid() == 0;
	make_directory(options_.state_directory, 0750, root ? options_.user : "");
	return options_.state_directory;
}

std::string Daemon::local_socket(const std::string &daemon) const {
	return options_.run_directory + "/" + daemon + ".sock";
}

bool Daemon::make_run_directory() {
	try {
		make_directory(options_.run_directory, 0755, geteuid() == 0 ? options_.user : "");
		return true;
	} catch (const std::system_error &error) {
		log_.warning("no local socket: {}", error.what());
		return false;
	}
}

void Daemon::open_local_socket() {
	try {
		const auto handler = [this](const LocalMessage &message, const PeerCredentials &peer,
		                         std::vector<std::string> &replies) {
			return take(message, peer, replies);
		};
		state_->local = std::make_unique<LocalServer>(loop_, local_socket(name_), handler);
	} catch (const std::system_error &error) {
		log_.warning("no local socket: {}", error.what());
	}
}

void Daemon::leave_root() {
	if (geteuid() != 0) {
		if (!options_.user.empty()) log_.warning("not started as root: --user has no effect");
	} else if (options_.user.empty()) {
		log_.warning("running as root; --user NAME drops it");
	} else {
		become(options_.user);
	}
	os::forbid_new_privileges();
	os::forbid_core_files();
}

void Daemon::attend() {
	const bool has_run = make_run_directory();
	leave_root();
	// Not as root: in a directory of the user's a name may change what it stands for.
	if (has_run) open_local_socket();
}

void Daemon::watch_signals() {
	for (const int signal : {SIGTERM, SIGINT})
		state_->signals.push_back(loop_.on_signal(signal, [this] { loop_.stop(); }));
	state_->signals.push_back(loop_.on_signal(SIGHUP, [this] { reload(); }));
}

void Daemon::watch_configuration() {
	state_->edit_watch.begin();
}

bool Daemon::is_edited_again() {
	if (!state_->edit_watch.take()) return false;
	state_->edit_watch.tell_soon();
	return true;
}

void Daemon::watch_also(std::vector<std::string> paths) {
	state_->edit_watch.also(std::move(paths));
}

void Daemon::tell_watch_failure(const std::string &path, std::error_code why) {
	if (state_->edited)
		log_.warning("{}: cannot be watched, edits take effect on SIGHUP and reload only: {}", path,
		    why.message());
}

std::optional<std::string> Daemon::reload() {
	if (!state_->reload) return "nothing to reload";
	state_->edit_watch.take(); // what is read now has all edits until now
	auto kept = state_->reload();
	if (kept)
		log_.error("not reloaded: {}", *kept);
	else
		log_.info("reloaded");
	return kept;
}

void Daemon::write_metrics() {
	if (options_.metrics.empty() || !state_->metrics) return;
	Text text;
	state_->metrics(text);
	const bool written = replace_file(options_.metrics, text);
	if (!written && !std::exchange(state_->metrics_failed, true))
		log_.warning("{}: {}", options_.metrics, std::generic_category().message(errno));
	if (written) state_->metrics_failed = false;
	state_->metrics_timer.set(Steady::now() + metrics_interval);
}

// A watch does not live through fork() on every system, and a change meanwhile would be missed.
void Daemon::detach(std::optional<Detachment> &detachment) {
	state_->edit_watch.end();
	detachment.emplace();
	loop_.forked();
	if (!state_->edited) return;
	state_->edit_watch.begin();
	state_->edit_watch.tell_soon();
}

int Daemon::run(const std::vector<Endpoint> &listening) {
	std::string ready = "ready";
	for (const auto &endpoint : listening) {
		state_->listening.push_back(to_string(endpoint));
		ready += ' ' + state_->listening.back();
	}
	ready += '\n';

	PidFile pid_file{options_.pidfile};
	// What is wrong until here is told where the daemon was started.
	if (options_.syslog) log_.to_syslog();
	attend();
	std::optional<Detachment> detachment;
	if (options_.detach) detach(detachment);
	pid_file.write();
	watch_signals();
	state_->begun();
	if (state_->edited)
		for (const auto &[path, why] : state_->edit_watch.failures()) tell_watch_failure(path, why);
	write_metrics();
	[[maybe_unused]] const auto told = ::write(STDERR_FILENO, ready.data(), ready.size());
	if (detachment) {
		log_.to_syslog();
		detachment->ready();
	}
	notify_supervisor("READY=1");
	loop_.run();
	notify_supervisor("STOPPING=1");
	state_->ended();
	write_metrics();
	state_->local.reset();
	return 0;
}

} // namespace lisp
