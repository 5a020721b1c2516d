// Loading a daemon's configuration, and telling everything that is wrong with it.
#pragma once

#include "common/daemon.h"
#include "common/edit_rule.h"
#include "config/diagnostics.h"

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace lisp {

// Each as "FILE:LINE:COLUMN: text".
void tell(const Diagnostics &found, const std::string &file, Log &log);

// The first error, with its place, and how many there are beyond it; for those who do not see the
// log.
std::string first_error(const Diagnostics &found, const std::string &file);

// The daemon's configuration file as it is now. Key files that it names are watched with it.
SiteConfig read_site_config(Daemon &daemon, Diagnostics &found);
// The same, for who will edit it.
SiteConfig read_site_config_to_edit(Daemon &daemon, Diagnostics &found, FileVersion &version);
MapServerConfig read_mapserver_config(Daemon &daemon, Diagnostics &found);

// `read` is one of those above. All diagnostics are told; nullopt when there are errors among them.
template <class Read>
auto load_configuration(Read read, Daemon &daemon)
    -> std::optional<std::invoke_result_t<Read, Daemon &, Diagnostics &>> {
	const auto &options = daemon.options();
	if (!options.check_only) daemon.watch_configuration();
	Diagnostics found;
	auto config = read(daemon, found);
	tell(found, options.config, daemon.log());
	if (found.has_errors()) return std::nullopt;
	return config;
}

// Tells what became of an edit; of one that was taken, after it is in use.
void tell_verdict(EditRule::Verdict verdict, const EditRule &rule, const ConfigSummary &edit,
    const Diagnostics &found, Daemon &daemon);

// While the daemon runs: hands to `use` the configuration that replaces `in_force`, and each one
// after it, when it is asked to reload or the file, or a key file that it names, was edited. What
// was asked for has only to be free of errors; what was not has to pass the EditRule that is
// returned, too. An edit is not even read where `is_known` says that it is this daemon's own.
template <class Read, class Use>
std::shared_ptr<EditRule> follow_configuration(
    Read read, Daemon &daemon, ConfigSummary in_force, Use use,
    std::function<bool()> is_known = [] { return false; }) {
	const auto rule = std::make_shared<EditRule>(std::move(in_force));
	daemon.on_reload([=, &daemon]() -> std::optional<std::string> {
		Diagnostics found;
		auto config = read(daemon, found);
		tell(found, daemon.options().config, daemon.log());
		if (found.has_errors()) return first_error(found, daemon.options().config);
		rule->take(summarize(config));
		use(std::move(config));
		return std::nullopt;
	});
	daemon.on_edit([=, &daemon] {
		if (is_known()) return;
		Diagnostics found;
		auto config = read(daemon, found);
		if (daemon.is_edited_again()) return; // what was read may be half of it
		const auto summary = summarize(config);
		const auto verdict = rule->judge(summary, found);
		if (verdict == EditRule::Verdict::taken) use(std::move(config));
		tell_verdict(verdict, *rule, summary, found, daemon);
	});
	return rule;
}

} // namespace lisp
