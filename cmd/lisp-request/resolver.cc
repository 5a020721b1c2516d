#include "lisp-request/resolver.h"

#include "common/cli.h"
#include "common/endpoint_lookup.h"
#include "config/site_config.h"
#include "message/message.h"

#include <stdexcept>

namespace lisp {

namespace {

std::string from_config(const std::string &path, std::uint16_t &port) {
	Diagnostics found;
	// No key is used, so whoever may read them is no matter here.
	const auto config = load_site_config(path, true, found);
	for (const auto &diagnostic : found.all())
		if (!diagnostic.warning)
			throw std::runtime_error{to_string(path, diagnostic) + "; -m names a map-resolver"};
	if (!config.map_resolvers.empty()) return config.map_resolvers.front();
	if (config.map_servers.empty())
		throw UsageError{
		    path + " has neither @MAPRESOLVER nor @MAPSERVER; -m names a map-resolver"};
	port = config.map_servers.front().port;
	return config.map_servers.front().host;
}

} // namespace

Endpoint find_resolver(const std::string &resolver, const std::string &config) {
	std::uint16_t port = control_port;
	const auto text = resolver.empty() ? from_config(config, port) : resolver;
	return look_up_endpoint(text, port);
}

} // namespace lisp
