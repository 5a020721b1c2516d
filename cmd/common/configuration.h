// Loading a daemon's configuration, and telling everything that is wrong with it.
#pragma once

#include "common/daemon.h"
#include "config/diagnostics.h"

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

// `load` is load_site_config or another of its kind. All diagnostics are told; nullopt when there
// are errors among them.
template <class Load>
auto load_configuration(Load load, const DaemonOptions &options, Log &log)
    -> std::optional<std::invoke_result_t<Load, const std::string &, bool, Diagnostics &>> {
	Diagnostics found;
	auto config = load(options.config, options.insecure_perms, found);
	tell(found, options.config, log);
	if (found.has_errors()) return std::nullopt;
	return config;
}

// The same while the daemon runs: hands the configuration to `use`, or returns why not, as
// Daemon::on_reload wants it.
template <class Load, class Use>
std::optional<std::string> reload_configuration(Load load, Daemon &daemon, Use use) {
	const auto &options = daemon.options();
	Diagnostics found;
	auto config = load(options.config, options.insecure_perms, found);
	tell(found, options.config, daemon.log());
	if (found.has_errors()) return first_error(found, options.config);
	use(std::move(config));
	return std::nullopt;
}

} // namespace lisp
