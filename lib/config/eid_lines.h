// The two kinds of line in an @EID section of lisp.conf(5), for who parses and who edits them.
#pragma once

#include "config/line.h"
#include "config/site_config.h"

namespace lisp {

inline constexpr std::size_t max_rlocs = 255; // what a Locator Count can tell

// "prefix mask-length ttl flag" and options. Its RLOCs and line number are for the caller to fill
// in. nullopt after an error.
std::optional<EidSection> read_eid_line(Line &line);

struct RlocFields {
	RlocLine line;
	std::string_view site; // the name in site=, empty where there is none
};

// "rloc priority weight local" and options: the first four words, and any others are options. Of
// worth only where line.ok() holds after it.
RlocFields read_rloc_line(Line &line);

bool is_rloc(const IpAddress &address); // an address that a host can have

} // namespace lisp
