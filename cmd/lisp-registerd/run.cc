#include "common/configuration.h"
#include "common/process.h"
#include "lisp-registerd/confirmations.h"
#include "lisp-registerd/moved_eids.h"
#include "lisp-registerd/once.h"
#include "lisp-registerd/queries.h"

#include <fmt/core.h>

namespace lisp {

namespace {

constexpr std::uint64_t min_mtu = 128;

void check(const RegisterdOptions &options) {
	if (options.interval == 0) throw UsageError{"--interval: 0 seconds is no interval"};
	if (options.mtu != 0 && options.mtu < min_mtu)
		throw UsageError{
		    fmt::format("--mtu: {} octets are too few (at least {})", options.mtu, min_mtu)};
	if (options.json && !options.once) throw UsageError{"--json goes with --once"};
}

// RFC 9301 section 1.1 forbids these on the public Internet.
void warn_of_weak_algorithms(const SiteConfig &config, Log &log) {
	for (const auto &line : config.map_servers)
		if (line.algorithm == Algorithm::none || line.algorithm == Algorithm::hmac_sha1)
			log.warning(
			    "{}: alg={} is not for the public Internet", line.host, name(line.algorithm));
}

} // namespace

int run(const RegisterdOptions &options) {
	check(options);
	Daemon daemon{"lisp-registerd", options.daemon};
	const auto config = load_configuration(read_site_config, daemon);
	if (!config) return 1;
	if (options.daemon.check_only) return 0;
	if (config->map_servers.empty()) daemon.log().warning("no map-server is configured");
	const auto state = daemon.state_directory();
	auto nonces = NonceFile::open(state, owner_in(state, options.daemon.user));
	if (!nonces) {
		if (options.once) return ask_the_running_one(daemon, options);
		daemon.log().error(
		    "{}: another lisp-registerd is running", daemon.options().state_directory);
		return 1;
	}
	warn_of_weak_algorithms(*config, daemon.log());
	Service service{daemon, options, std::move(*nonces)};
	offer_queries(daemon, service);
	if (options.once) {
		daemon.attend(); // at the local socket: lisp-replyd may have Map-Notifies to hand on
		return register_once(daemon, service, *config, options);
	}
	Confirmations confirmations{daemon, service};
	// Not before the local socket is there: lisp-replyd may have Map-Notifies to hand on soon.
	daemon.on_begin([&] { service.configure(*config); });
	auto rule = follow_configuration(read_site_config, daemon, summarize(*config),
	    [&service](const SiteConfig &edited) { service.configure(edited); });
	MovedEids moved{daemon, service, std::move(rule)};
	service.on_progress([&] {
		confirmations.advance();
		moved.advance();
	});
	daemon.on_end([&service] { service.end(); });
	return daemon.run(service.sockets().local());
}

} // namespace lisp
