#include "common/configuration.h"

#include <fmt/core.h>

namespace lisp {

void tell(const Diagnostics &found, const std::string &file, Log &log) {
	for (const auto &diagnostic : found.all())
		log.say_of_file(
		    diagnostic.warning ? Severity::warning : Severity::error, to_string(file, diagnostic));
}

std::string first_error(const Diagnostics &found, const std::string &file) {
	const Diagnostic *first = nullptr;
	std::size_t others = 0;
	for (const auto &diagnostic : found.all()) {
		if (diagnostic.warning) continue;
		if (first == nullptr)
			first = &diagnostic;
		else
			++others;
	}
	if (first == nullptr) return {};
	const auto text = to_string(file, *first);
	return others == 0 ? text : fmt::format("{} (and {} more)", text, others);
}

SiteConfig read_site_config(Daemon &daemon, Diagnostics &found) {
	const auto &options = daemon.options();
	const auto watch = [&daemon](
	                       std::vector<std::string> paths) { daemon.watch_also(std::move(paths)); };
	return load_site_config(options.config, options.insecure_perms, found, watch);
}

SiteConfig read_site_config_to_edit(Daemon &daemon, Diagnostics &found, FileVersion &version) {
	const auto &options = daemon.options();
	const auto watch = [&daemon](
	                       std::vector<std::string> paths) { daemon.watch_also(std::move(paths)); };
	return load_site_config_to_edit(options.config, options.insecure_perms, found, version, watch);
}

MapServerConfig read_mapserver_config(Daemon &daemon, Diagnostics &found) {
	const auto &options = daemon.options();
	return load_mapserver_config(options.config, options.insecure_perms, found);
}

void tell_verdict(EditRule::Verdict verdict, const EditRule &rule, const ConfigSummary &edit,
    const Diagnostics &found, Daemon &daemon) {
	using enum EditRule::Verdict;
	const auto &file = daemon.options().config;
	auto &log = daemon.log();
	if (verdict != nothing) tell(found, file, log);
	switch (verdict) {
	case nothing: log.debug("{}: written, nothing new", file); break;
	case taken: log.info("{}: edited, reloaded", file); break;
	case in_force: log.info("{}: edited, says what is in force", file); break;
	case has_errors: log.error("{}: edited, not reloaded because of errors", file); break;
	case drops_eids:
		log.warning("{}: edited, not reloaded because {} of {} EIDs are gone; SIGHUP or "
		            "'lisp-status {} reload' reloads it all the same",
		    file, rule.missing_from(edit), rule.eids(), daemon.name());
		break;
	}
}

} // namespace lisp
