// Sites put together in code, for tests of engines.
#pragma once

#include "config/site_config.h"

#include <string>
#include <vector>

namespace lisp {

inline IpAddress address(const std::string &text) {
	return IpAddress::parse(text).value();
}

inline RlocLine rloc(
    const std::string &text, std::uint8_t priority, std::uint8_t weight, bool local) {
	RlocLine line;
	line.rloc = address(text);
	line.priority = priority;
	line.weight = weight;
	line.local = local;
	return line;
}

inline void add_eid(SiteConfig &site, const std::string &prefix, std::uint32_t ttl,
    const std::vector<RlocLine> &rlocs, bool register_it = true) {
	EidSection section;
	section.eid = EidPrefix::parse(prefix).value();
	section.ttl = RecordTtl{ttl};
	section.register_it = register_it;
	section.rloc_count = static_cast<std::uint8_t>(rlocs.size());
	section.first_rloc = static_cast<std::uint32_t>(site.rlocs.size());
	site.rlocs.insert(site.rlocs.end(), rlocs.begin(), rlocs.end());
	site.eids.push_back(section);
}

inline MapServerLine map_server(const std::string &host, const std::string &secret) {
	MapServerLine line;
	line.host = host;
	line.secret = secret;
	return line;
}

} // namespace lisp
