#include "config/site_save.h"

#include "config/file_save.h"

#include <fmt/format.h>

namespace lisp {

namespace {

// The first of them stands for all.
bool has_errors(std::string_view text, Diagnostics &found) {
	Diagnostics inside;
	parse_site_config(text, inside);
	for (const auto &diagnostic : inside.all()) {
		if (diagnostic.warning) continue;
		found.error(diagnostic.position,
		    fmt::format(
		        "changed by somebody else, and not edited for this error: {}", diagnostic.text));
		return true;
	}
	return false;
}

} // namespace

std::optional<SavedEdits> save_site_edits(const std::string &path, FileVersion &version,
    std::span<const SiteEdit> edits, Diagnostics &found) {
	const auto file = LockedFile::open(path, found);
	if (!file) return std::nullopt;
	SavedEdits saved;
	for (auto known = version;;) {
		auto old = file->read(found);
		if (!old) return std::nullopt;
		if (!known.is_kept_by(old->version, old->text)) {
			if (has_errors(old->text, found)) return std::nullopt;
			saved.merged = true;
		}
		auto edited = edit_site_text(old->text, edits, found);
		if (!edited) return std::nullopt;
		known = old->version;
		saved.changed = std::move(edited->changed);
		const auto outcome = saved.changed.empty() ? LockedFile::Outcome::replaced
		                                           : file->replace(known, edited->text, found);
		if (outcome == LockedFile::Outcome::changed) continue;
		if (outcome == LockedFile::Outcome::failed) return std::nullopt;
		version = known;
		return saved;
	}
}

} // namespace lisp
