// Saving edits of lisp.conf(5), which other programs and people edit as well.
#pragma once

#include "config/site_editor.h"
#include "config/text_file.h"

namespace lisp {

struct SavedEdits {
	std::vector<EidPrefix> changed; // by these edits, ascending; none: the file was not written
	bool merged = false; // the file held other text than the version known, so read it again
};

// Edits the file as it is now, under its lock, and saves it: what this returns outlasts a loss of
// power. `version` is what the caller knows of the file, as load_site_config_to_edit() told it or
// an earlier call here, and is the new one afterwards.
//
// Where somebody else has changed the file since, the edits are made to that text, unless it has
// errors or lacks what they are about: then nothing is done, and why is in `found`. The same text
// within another file, or touched, counts as changed.
std::optional<SavedEdits> save_site_edits(const std::string &path, FileVersion &version,
    std::span<const SiteEdit> edits, Diagnostics &found);

} // namespace lisp
