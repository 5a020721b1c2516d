#include "lisp-mapserverd/run.h"

#include "common/configuration.h"
#include "lisp-mapserverd/mapserverd.h"

namespace lisp {

int run(const MapserverdOptions &options) {
	Daemon daemon{"lisp-mapserverd", options.daemon};
	auto config = load_configuration(read_mapserver_config, daemon);
	if (!config) return 1;
	if (options.daemon.check_only) return 0;
	const auto state = daemon.state_directory();
	Journal journal{daemon.loop(), state, owner_in(state, options.daemon.user)};
	ControlPort port{options.listen, daemon.log()};
	auto in_force = summarize(*config);
	Mapserverd mapserverd{options, daemon, port, journal, std::move(*config)};
	follow_configuration(read_mapserver_config, daemon, std::move(in_force),
	    [&mapserverd](MapServerConfig edited) { mapserverd.reload(std::move(edited)); });
	return daemon.run(port.listening());
}

} // namespace lisp
