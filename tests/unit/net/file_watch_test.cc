#include "net/file_watch.h"
#include "scratch_directory.h"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <unistd.h>

namespace lisp {
namespace {

namespace fs = std::filesystem;

void write_to(const std::string &path, const std::string &text) {
	std::ofstream{path} << text;
}

// Real files: the system has told of a change by the time that the call which made it returns.
class FileWatched : public testing::Test {
protected:
	FileWatched() {
		fs::create_directory(directory);
		write_to(path, "one\n");
	}
	bool is_told() { return watch->take(); }
	void watch_it() {
		watch.emplace(loop, path, [] {});
	}

	ScratchDirectory scratch;
	Loop loop;
	std::string directory = scratch.file("etc");
	std::string path = directory + "/lisp.conf";
	std::optional<FileWatch> watch;
};

TEST_F(FileWatched, WrittenInPlace) {
	watch_it();
	EXPECT_FALSE(is_told());
	std::ofstream{path, std::ios::app} << "more\n";
	EXPECT_TRUE(is_told());
	EXPECT_FALSE(is_told());
	write_to(path, "one\n"); // as it was
	EXPECT_TRUE(is_told());
	fs::resize_file(path, 0);
	EXPECT_TRUE(is_told());
}

TEST_F(FileWatched, StillOpenAndWrittenPieceByPiece) {
	watch_it();
	std::ofstream file{path};
	EXPECT_TRUE(is_told());
	for (int i = 0; i < 3; ++i) {
		file << "piece\n" << std::flush;
		EXPECT_TRUE(is_told()) << i;
	}
}

TEST_F(FileWatched, RenamedOver) {
	watch_it();
	for (int i = 0; i < 3; ++i) {
		write_to(path + ".new", "two\n");
		EXPECT_FALSE(is_told()) << i; // not yet that file
		fs::rename(path + ".new", path);
		EXPECT_TRUE(is_told()) << i;
		EXPECT_FALSE(is_told()) << i;
		write_to(path, "three\n");
		EXPECT_TRUE(is_told()) << i;
	}
}

TEST_F(FileWatched, MovedAwayAndMadeAgain) {
	watch_it();
	for (int i = 0; i < 3; ++i) {
		fs::rename(path, path + "~");
		EXPECT_TRUE(is_told()) << i;
		write_to(path, "two\n");
		EXPECT_TRUE(is_told()) << i;
		write_to(path + "~", "no longer that file\n");
		EXPECT_FALSE(is_told()) << i;
		write_to(path, "three\n");
		EXPECT_TRUE(is_told()) << i;
	}
}

TEST_F(FileWatched, RemovedAndMadeAgain) {
	watch_it();
	for (int i = 0; i < 3; ++i) {
		fs::remove(path);
		EXPECT_TRUE(is_told()) << i;
		write_to(path, "two\n");
		EXPECT_TRUE(is_told()) << i;
		fs::remove(path); // both at once, and file systems give the same number again
		write_to(path, "three\n");
		EXPECT_TRUE(is_told()) << i;
		write_to(path, "four\n");
		EXPECT_TRUE(is_told()) << i;
	}
}

TEST_F(FileWatched, TouchedAndGivenOtherRights) {
	watch_it();
	fs::last_write_time(path, fs::file_time_type::clock::now());
	EXPECT_TRUE(is_told());
	ASSERT_EQ(chmod(path.c_str(), 0640), 0);
	EXPECT_TRUE(is_told());
}

TEST_F(FileWatched, ReadingIsNoChangeNorAreOtherFiles) {
	watch_it();
	std::ostringstream text;
	text << std::ifstream{path}.rdbuf();
	EXPECT_EQ(text.str(), "one\n");
	write_to(directory + "/.lisp.conf.swp", "an editor's");
	fs::remove(directory + "/.lisp.conf.swp");
	write_to(directory + "/mapserver.conf", "another's");
	EXPECT_FALSE(is_told());
}

TEST_F(FileWatched, WrittenByItsOtherName) {
	const auto other = scratch.file("other");
	fs::create_hard_link(path, other);
	watch_it();
	write_to(other, "two\n");
	EXPECT_TRUE(is_told());
}

TEST_F(FileWatched, ThroughASymbolicLink) {
	fs::create_directory(scratch.file("site"));
	const auto target = scratch.file("site/lisp.conf");
	fs::rename(path, target);
	fs::create_symlink("../site/lisp.conf", path);
	watch_it();
	write_to(target, "two\n");
	EXPECT_TRUE(is_told());
	write_to(target + ".new", "three\n");
	EXPECT_FALSE(is_told());
	fs::rename(target + ".new", target);
	EXPECT_TRUE(is_told());

	write_to(scratch.file("site/other.conf"), "four\n");
	EXPECT_FALSE(is_told());
	fs::create_symlink(scratch.file("site/other.conf"), path + ".new");
	fs::rename(path + ".new", path);
	EXPECT_TRUE(is_told());
	write_to(target, "no longer that file\n");
	EXPECT_FALSE(is_told());
	write_to(scratch.file("site/other.conf"), "five\n");
	EXPECT_TRUE(is_told());
}

TEST_F(FileWatched, LinkOfADirectoryOnTheWay) {
	for (const auto *name : {"etc/..1", "etc/..2"}) {
		fs::create_directory(scratch.file(name));
		write_to(scratch.file(name) + "/lisp.conf", name);
	}
	fs::remove(path);
	fs::create_directory_symlink("..1", directory + "/..data");
	fs::create_symlink("..data/lisp.conf", path);
	watch_it();
	fs::create_directory_symlink("..2", directory + "/..new");
	EXPECT_FALSE(is_told());
	fs::rename(directory + "/..new", directory + "/..data");
	EXPECT_TRUE(is_told());
	write_to(directory + "/..2/lisp.conf", "changed");
	EXPECT_TRUE(is_told());
}

TEST_F(FileWatched, LinkOfItsOwnDirectory) {
	fs::create_directory(scratch.file("other"));
	write_to(scratch.file("other/lisp.conf"), "two\n");
	fs::create_directory(scratch.file("links"));
	const auto link = scratch.file("links/current");
	fs::create_directory_symlink(directory, link);
	path = link + "/lisp.conf";
	watch_it();
	fs::create_directory_symlink("../other", link + ".new");
	EXPECT_FALSE(is_told());
	fs::rename(link + ".new", link);
	EXPECT_TRUE(is_told());
	write_to(scratch.file("other/lisp.conf"), "three\n");
	EXPECT_TRUE(is_told());
}

TEST_F(FileWatched, LinkThatLeadsNowhereYetOrInACircle) {
	fs::remove(path);
	fs::create_symlink("../site/lisp.conf", path);
	watch_it();
	fs::create_directory(scratch.file("site"));
	is_told(); // or not: there was no file, there is none
	write_to(scratch.file("site/lisp.conf"), "one\n");
	EXPECT_TRUE(is_told());
	fs::remove(path);
	fs::create_symlink("lisp.conf", path);
	EXPECT_TRUE(is_told());
	fs::remove(path);
	write_to(path, "two\n");
	EXPECT_TRUE(is_told());
}

TEST_F(FileWatched, DirectoryReplacedAsAWhole) {
	watch_it();
	fs::create_directory(scratch.file("new"));
	write_to(scratch.file("new/lisp.conf"), "two\n");
	fs::rename(directory, scratch.file("old"));
	EXPECT_TRUE(is_told());
	fs::rename(scratch.file("new"), directory);
	EXPECT_TRUE(is_told());
	write_to(path, "three\n");
	EXPECT_TRUE(is_told());
	fs::remove_all(directory);
	EXPECT_TRUE(is_told());
	fs::create_directory(directory);
	write_to(path, "four\n");
	EXPECT_TRUE(is_told());
}

TEST_F(FileWatched, RelativePath) {
	const auto before = fs::current_path();
	fs::current_path(directory);
	path = "lisp.conf";
	watch_it();
	write_to(path, "two\n");
	EXPECT_TRUE(is_told());
	fs::remove(path);
	EXPECT_TRUE(is_told());
	fs::current_path(before);
}

class FilesBeside : public FileWatched {
protected:
	FilesBeside() {
		fs::create_directory(scratch.file("keys"));
		write_to(key, "secret\n");
		watch_it();
	}

	const std::string key = scratch.file("keys/a.key");
	const std::string other = directory + "/b.key";
};

TEST_F(FilesBeside, AreToldOfAsTheFileItselfIs) {
	write_to(key, "not yet\n");
	EXPECT_FALSE(is_told());
	EXPECT_FALSE(watch->watch_also({key, other}));
	write_to(key, "two\n");
	EXPECT_TRUE(is_told());
	write_to(key + ".new", "three\n");
	EXPECT_FALSE(is_told());
	fs::rename(key + ".new", key);
	EXPECT_TRUE(is_told());
	write_to(other, "made\n");
	EXPECT_TRUE(is_told());
	write_to(other, "written\n");
	EXPECT_TRUE(is_told());
	fs::remove(key);
	EXPECT_TRUE(is_told());
	write_to(path, "two\n");
	EXPECT_TRUE(is_told());
	EXPECT_FALSE(is_told());
	write_to(directory + "/c.key", "another's\n");
	EXPECT_FALSE(is_told());
}

TEST_F(FilesBeside, TakeThePlaceOfThoseBefore) {
	watch->watch_also({key});
	EXPECT_FALSE(watch->watch_also({other}));
	write_to(key, "no longer watched\n");
	EXPECT_FALSE(is_told());
	write_to(other, "made\n");
	EXPECT_TRUE(is_told());
	EXPECT_FALSE(watch->watch_also({}));
	write_to(other, "no longer watched\n");
	EXPECT_FALSE(is_told());
	write_to(path, "two\n");
	EXPECT_TRUE(is_told());
}

TEST_F(FilesBeside, AreChosenWithoutLosingAChange) {
	write_to(path, "written\n");
	EXPECT_TRUE(watch->watch_also({key}));
	EXPECT_FALSE(is_told());
	write_to(path + ".new", "replaced\n");
	fs::rename(path + ".new", path);
	EXPECT_TRUE(watch->watch_also({key, other}));
	write_to(key, "two\n");
	EXPECT_TRUE(watch->watch_also({other, key}));
	EXPECT_FALSE(is_told());
}

TEST_F(FilesBeside, InADirectoryThatIsMadeLater) {
	const auto late = scratch.file("late/dir/key");
	watch->watch_also({late});
	fs::create_directories(scratch.file("late/dir"));
	is_told(); // or not: there was no file, there is none
	write_to(late, "secret\n");
	EXPECT_TRUE(is_told());
}

TEST_F(FilesBeside, ThatAreDirectoriesHideNothing) {
	watch->watch_also({directory, scratch.path()});
	fs::remove(path);
	EXPECT_TRUE(is_told());
	write_to(path + ".new", "made again\n");
	EXPECT_FALSE(is_told());
	fs::rename(path + ".new", path);
	EXPECT_TRUE(is_told());
	EXPECT_TRUE(watch->failures().empty());
}

TEST_F(FilesBeside, ThatCannotBeWatchedDoNotKeepTheOthersFromBeingSo) {
	const auto name_too_long = scratch.file(std::string(300, 'x').append("/key"));
	watch->watch_also({name_too_long, key});
	write_to(key, "two\n");
	EXPECT_TRUE(is_told());
	if (geteuid() == 0) return; // who may look everywhere
	fs::create_directory(scratch.file("closed"));
	const auto closed = scratch.file("closed/key");
	ASSERT_EQ(chmod(scratch.file("closed").c_str(), 0100), 0);
	watch->watch_also({closed, key});
	const auto failures = watch->failures();
	ASSERT_EQ(failures.size(), 1U);
	EXPECT_EQ(failures.begin()->first, closed);
	EXPECT_EQ(failures.begin()->second, std::errc::permission_denied);
	write_to(key, "three\n");
	EXPECT_TRUE(is_told());
	write_to(path, "two\n");
	EXPECT_TRUE(is_told());
}

TEST_F(FileWatched, TheLoopCallsTheHandlerUnlessTheChangeWasTaken) {
	int calls = 0;
	watch.emplace(loop, path, [&] {
		++calls;
		loop.stop();
	});
	Loop::Timer end{loop, [&] { loop.stop(); }};
	write_to(path, "two\n");
	EXPECT_TRUE(is_told());
	end.set(std::chrono::steady_clock::now());
	loop.run();
	EXPECT_EQ(calls, 0);
	write_to(path, "three\n");
	loop.run();
	EXPECT_EQ(calls, 1);
	EXPECT_FALSE(watch->failure());
}

TEST(FileWatch, TellsThatTheSystemWatchesNoMore) {
	Loop loop;
	// The sanitizer needs descriptors itself when it first meets a kind of error.
	EXPECT_NE(std::error_code(EINVAL, std::system_category()), std::errc::too_many_files_open);
	EXPECT_NE(std::error_code(EINVAL, std::generic_category()), std::errc::too_many_files_open);
	rlimit before{};
	ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
	auto none = before;
	none.rlim_cur = 0;
	ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
	FileWatch watch{loop, "lisp.conf", [] {}};
	EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
	EXPECT_EQ(watch.failure(), std::errc::too_many_files_open);
	EXPECT_FALSE(watch.take());
}

} // namespace
} // namespace lisp
