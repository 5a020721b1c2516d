// Loading a daemon's configuration, and telling everything that is wrong with it.
#pragma once

#include "common/daemon.h"
#include "config/diagnostics.h"

namespace lisp {

// `load` is load_site_config or another of its kind. All diagnostics are told, each as
// "FILE:LINE:COLUMN: text"; nullopt when there are errors among them.
template <class Load>
auto load_configuration(Load load, const DaemonOptions &options, Log &log)
    -> std::optional<std::invoke_result_t<Load, const std::string &, bool, Diagnostics &>> {
	Diagnostics found;
	auto config = load(options.config, options.insecure_perms, found);
	for (const auto &diagnostic : found.all())
		log.say_of_file(diagnostic.warning ? Severity::warning : Severity::error,
		    to_string(options.config, diagnostic));
	if (found.has_errors()) return std::nullopt;
	return config;
}

} // namespace lisp
