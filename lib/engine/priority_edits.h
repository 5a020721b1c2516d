// What an EID's move makes of its RLOCs' priorities. Always the same, however often it is told and
// whatever they were: priorities are set, never exchanged.
#pragma once

#include "config/site_editor.h"
#include "message/map_record.h"

#include <vector>

namespace lisp {

inline constexpr std::uint8_t active_priority = 1;
inline constexpr std::uint8_t unused_priority = 255; // RFC 9301 section 5.4: not to be used

// The local RLOCs, and those of other xTRs of the same site: with the site tag of a local one.
bool is_own(const SiteConfig &config, const EidSection &section, const RlocLine &rloc);
bool has_own_rloc(const SiteConfig &config, const EidSection &section);
// Some own RLOC is in use: the EID is here.
bool is_here(const SiteConfig &config, const EidSection &section);

// The EID has come: own RLOCs active, all others unused.
std::vector<SiteEdit> edits_of_arrival(const SiteConfig &config, const EidSection &section);

// The EID is behind `rlocs` now, which are others'. From here it has gone: own RLOCs are unused and
// the rest stays. Elsewhere all others are unused.
std::vector<SiteEdit> edits_of_departure(
    const SiteConfig &config, const EidSection &section, List<IpAddress> rlocs);

// The same in memory. False where an edit is about nothing that is there.
bool apply(const SiteEdit &edit, SiteConfig &config, EidSection &section);

} // namespace lisp
