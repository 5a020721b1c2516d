// Replacing a file whole, while people and other programs may change it too.
#pragma once

#include "config/text_file.h"

namespace lisp {

// A file under the lock that all who edit it in this way take: flock(2) on its directory. A lock on
// the file itself would go with the old file when another one is renamed into its place, by the
// holder or by an editor, and a lock file would be one more file to keep. A symbolic link is
// followed; the lock is in the directory of what it leads to.
class LockedFile {
public:
	enum class Outcome : std::uint8_t {
		replaced,
		changed, // by somebody else since it was read: nothing was done
		failed,  // why is in `found`
	};

	// Waits for the lock. nullopt and a reason in `found` where there is no such file.
	static std::optional<LockedFile> open(const std::string &path, Diagnostics &found);

	std::optional<TextFile> read(Diagnostics &found) const;

	// The text in the file's place, if that is `version` still, and then `version` is the new
	// one's: a temporary file beside it (".NAME.new", one whatever happens), with the owner and the
	// mode of the old one, synced, renamed, and the directory synced. Other names of the file
	// (hard links) keep the old text. A failure before the renaming leaves the old file as it was;
	// after it, the new one may not last through a loss of power.
	//
	// Where the system can exchange two names, whoever renames a file into this one's place without
	// the lock is noticed however late; elsewhere not between the last look and the renaming. Nor
	// is who writes into the old file itself after the last look.
	Outcome replace(FileVersion &version, std::string_view text, Diagnostics &found) const;

private:
	LockedFile(Descriptor directory, std::string name)
	    : directory_(std::move(directory)), name_(std::move(name)) {}

	class Fresh;
	Outcome put_in_place(Fresh &fresh, const FileVersion &version) const;
	bool is_still(const FileVersion &version, const std::string &name) const;
	bool write(int file, std::string_view text, Diagnostics &found) const;

	Descriptor directory_;
	std::string name_; // in it
};

} // namespace lisp
