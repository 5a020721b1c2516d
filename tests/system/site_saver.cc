// Edits and saves a lisp.conf without end, for tests that kill it: the priority of the first RLOC
// of EID becomes one more each time, 0 after 255. What is told on standard output is saved.
//
// usage: site_saver FILE EID RLOC [COUNT]
//
// With COUNT it ends after so many, and says how long each took, and then what the same octets take
// that are only written, synced and renamed.
#include "config/file_save.h"
#include "config/site_save.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace lisp {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
	return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

int fail(const std::string &path, const Diagnostics &found) {
	for (const auto &one : found.all()) std::fprintf(stderr, "%s\n", to_string(path, one).c_str());
	return 1;
}

// The next one, saved; nullopt where it could not be.
std::optional<double> save(
    const std::string &path, FileVersion &version, const SetRloc &edit, Diagnostics &found) {
	const SiteEdit edits[] = {edit};
	const auto start = Clock::now();
	if (!save_site_edits(path, version, edits, found)) return std::nullopt;
	return milliseconds_since(start);
}

// By a system call that whoever is loaded before the C library can see.
bool tell(unsigned value) {
	const auto line = std::to_string(value) + '\n';
	return ::write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

void write_again(const std::string &path) {
	Diagnostics found;
	const auto file = LockedFile::open(path, found);
	auto old = file->read(found);
	const auto start = Clock::now();
	file->replace(old->version, old->text, found);
	std::printf("written %.1f ms\n", milliseconds_since(start));
}

int run(const std::string &path, SetRloc edit, int count) {
	FileVersion version;
	Diagnostics found;
	load_site_config_to_edit(path, true, found, version);
	for (int i = 0; count < 0 || i < count; ++i, ++edit.value) {
		const auto taken = save(path, version, edit, found);
		if (!taken) return fail(path, found);
		if (count >= 0)
			std::printf("edited %.1f ms\n", *taken);
		else if (!tell(edit.value))
			return 1;
	}
	for (int i = 0; i < count; ++i) write_again(path);
	return 0;
}

} // namespace
} // namespace lisp

int main(int argc, char **argv) {
	const auto eid = argc < 4 ? std::nullopt : lisp::EidPrefix::parse(argv[2]);
	const auto rloc = argc < 4 ? std::nullopt : lisp::IpAddress::parse(argv[3]);
	if (!eid || !rloc) return 2;
	return lisp::run(argv[1], {*eid, *rloc}, argc > 4 ? std::atoi(argv[4]) : -1);
}
