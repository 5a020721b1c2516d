// Reading whole files, and telling whether one still is what it was.
#pragma once

#include "config/diagnostics.h"

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace lisp {

// Closes what it holds.
class Descriptor {
public:
	explicit Descriptor(int number = -1) : number_(number) {}
	~Descriptor();
	Descriptor(Descriptor &&other) noexcept : number_(std::exchange(other.number_, -1)) {}
	Descriptor &operator=(Descriptor &&other) noexcept {
		std::swap(number_, other.number_);
		return *this;
	}

	int number() const { return number_; }
	bool is_open() const { return number_ >= 0; }

private:
	int number_;
};

// Where a file's text was read, and what it is known by: without the text, which may be large.
struct FileVersion {
	dev_t device = 0;
	ino_t inode = 0;
	off_t size = -1;
	std::int64_t modified = 0; // nanoseconds since 1970
	// A file that was modified within a tick of its clock before it was read may have been modified
	// again in that tick: here the text itself is told by this, and 0 elsewhere.
	std::size_t digest = 0;

	bool is_same_file(const FileVersion &other) const; // all but the digest

	// Whether a file that is `later` now, and holds `text`, holds the text of then.
	bool is_kept_by(const FileVersion &later, std::string_view text) const;
};

std::int64_t file_clock(); // nanoseconds since 1970

// Of an open regular file that has held `text` since `as_of` (by file_clock()); false and errno on
// failure.
bool read_version(FileVersion &version, int file, std::string_view text, std::int64_t as_of);

struct TextFile {
	std::string text;
	bool open_to_others = false; // group or others have some right to it
	FileVersion version;
};

// A regular file of less than 4 GiB; a reason without a value goes into `found` at position 0:0.
// The second one does not follow a symbolic link.
std::optional<TextFile> read_file(const std::string &path, Diagnostics &found);
std::optional<TextFile> read_file(
    const Descriptor &directory, const std::string &name, Diagnostics &found);

} // namespace lisp
