// The site of the golden packets.
#pragma once

#include "engine/registrar_simulation.h"

namespace lisp {

// The site whose register the golden packets REG-* carry.
inline SiteConfig golden_site() {
	SiteConfig site;
	auto line = map_server("192.0.2.1", "golden-key-1");
	line.key_id = 1;
	line.proxy_reply = true;
	site.map_servers = {line};
	add_eid(site, "203.0.113.0/24", 1440,
	    {rloc("198.51.100.10", 1, 50, false), rloc("198.51.100.9", 1, 50, true)});
	add_eid(site, "2001:db8:1::/48", 1440,
	    {rloc("2001:db8:ffff::9", 2, 100, false), rloc("198.51.100.9", 1, 50, true)});
	return site;
}

// The first message that it sends, in hexadecimal.
inline std::string first_register(const SiteConfig &site, std::uint64_t nonce) {
	Simulation simulation{site, {}, nonce};
	simulation.moment.wall = 0;
	simulation.resolve_all();
	simulation.tick();
	return simulation.sent.empty() ? "" : to_hex(simulation.sent[0].octets);
}

} // namespace lisp
