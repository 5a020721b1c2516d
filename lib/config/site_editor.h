// Changes of lisp.conf(5) in place. A change touches its own words and lines; all else stays as it
// was written, octet by octet: comments, blanks, line ends, a last line without one.
#pragma once

#include "config/site_config.h"

#include <optional>
#include <variant>

namespace lisp {

enum class RlocField : std::uint8_t { priority, weight, local };

// A number on an RLOC's line. One that has this value stays as it is written.
struct SetRloc {
	EidPrefix eid;
	IpAddress rloc;
	RlocField field = RlocField::priority;
	std::uint8_t value = 0; // of the local flag 0 or 1
};

// A line more at the end of an EID's section, in the form of the one above it.
struct AddRloc {
	EidPrefix eid;
	IpAddress rloc;
	std::uint8_t priority = 0;
	std::uint8_t weight = 0;
	bool local = false;
	std::string site = {}; // for site=, empty for none
};

// A section for a host within an EID, behind the EID's own: its TTL, flag and RLOCs once more, with
// their options.
struct SplitHost {
	EidPrefix eid;
	IpAddress host;
};

// A section goes, from its keyword to the last line that has words, with the comments in between
// and the empty lines before it.
struct RemoveEid {
	EidPrefix eid;
};

using SiteEdit = std::variant<SetRloc, AddRloc, SplitHost, RemoveEid>;

struct EditedText {
	std::string text;
	std::vector<EidPrefix> changed; // whose sections are other ones now, ascending
};

// All edits in one pass over the text, with the outcome of one after the other. All or none: an
// edit that finds no such EID or RLOC, or one that is there already, is an error in `found`, and
// each of them is told.
//
// What parses without errors does so afterwards. Of a text with errors, what the parser makes of it
// can be edited; an EID that stands twice cannot.
std::optional<EditedText> edit_site_text(
    std::string_view text, std::span<const SiteEdit> edits, Diagnostics &found);

} // namespace lisp
