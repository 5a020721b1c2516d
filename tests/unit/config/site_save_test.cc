// Saving edits: what the file is afterwards, and what happens when others change it too.
#include "config/file_save.h"
#include "config/found.h"
#include "config/site_save.h"
#include "scratch_directory.h"

#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <random>
#include <thread>
#include <unistd.h>

namespace lisp {
namespace {

constexpr std::string_view text = "@EID # one\n10.0.0.0/8 1 1\n192.0.2.1 1 100 1\n";
constexpr std::string_view text_after = "@EID # one\n10.0.0.0/8 1 1\n192.0.2.1 9 100 1\n";

class SiteSave : public testing::Test {
protected:
	void SetUp() override { put(path_, text); }

	static void put(const std::string &path, std::string_view octets, mode_t mode = 0600) {
		std::ofstream{path, std::ios::binary} << octets;
		ASSERT_EQ(chmod(path.c_str(), mode), 0);
	}
	static std::string content(const std::string &path) {
		std::ifstream file{path, std::ios::binary};
		return {std::istreambuf_iterator<char>{file}, {}};
	}
	static struct stat status(const std::string &path) {
		struct stat result {};
		EXPECT_EQ(stat(path.c_str(), &result), 0) << path;
		return result;
	}
	std::vector<std::string> names() const {
		std::vector<std::string> result;
		for (const auto &entry : std::filesystem::directory_iterator(directory_.path()))
			result.push_back(entry.path().filename());
		std::sort(result.begin(), result.end());
		return result;
	}
	FileVersion known(const std::string &path) {
		Diagnostics found;
		FileVersion version;
		load_site_config_to_edit(path, false, found, version);
		EXPECT_EQ(lines(found), Lines{});
		return version;
	}
	std::optional<SavedEdits> save(
	    const std::string &path, FileVersion &version, std::uint8_t priority = 9) {
		const SiteEdit edit = SetRloc{eid_, rloc_, RlocField::priority, priority};
		Diagnostics found;
		auto saved = save_site_edits(path, version, std::span(&edit, 1), found);
		told_ = lines(found);
		EXPECT_EQ(saved.has_value(), told_.empty());
		return saved;
	}

	ScratchDirectory directory_;
	const std::string path_ = directory_.file("lisp.conf");
	const EidPrefix eid_ = *EidPrefix::parse("10.0.0.0/8");
	const IpAddress rloc_ = *IpAddress::parse("192.0.2.1");
	Lines told_;
};

TEST_F(SiteSave, TheFileIsANewOne) {
	auto version = known(path_);
	const auto old = status(path_);
	const auto saved = save(path_, version);
	ASSERT_TRUE(saved) << told_[0];
	EXPECT_EQ(saved->changed, std::vector{eid_});
	EXPECT_FALSE(saved->merged);
	EXPECT_EQ(content(path_), text_after);
	EXPECT_NE(status(path_).st_ino, old.st_ino);
	EXPECT_EQ(names(), std::vector<std::string>{"lisp.conf"});
}

TEST_F(SiteSave, WhatIsSoAlreadyIsNotWritten) {
	auto version = known(path_);
	const auto old = status(path_);
	const auto saved = save(path_, version, 1);
	ASSERT_TRUE(saved);
	EXPECT_TRUE(saved->changed.empty());
	EXPECT_EQ(status(path_).st_ino, old.st_ino);
}

TEST_F(SiteSave, TheVersionIsTheNewOne) {
	auto version = known(path_);
	for (unsigned i = 2; i < 50; ++i) {
		const auto saved = save(path_, version, static_cast<std::uint8_t>(i));
		ASSERT_TRUE(saved);
		ASSERT_FALSE(saved->merged) << i;
	}
	EXPECT_EQ(content(path_), "@EID # one\n10.0.0.0/8 1 1\n192.0.2.1 49 100 1\n");
}

TEST_F(SiteSave, OwnerAndModeStay) {
	for (const mode_t mode : {0600U, 0640U, 0400U, 0660U}) {
		put(path_, text, mode);
		if (geteuid() == 0) {
			ASSERT_EQ(chown(path_.c_str(), 12345, 54321), 0);
		}
		const auto old = status(path_);
		auto version = known(path_);
		ASSERT_TRUE(save(path_, version));
		EXPECT_EQ(status(path_).st_mode, old.st_mode);
		EXPECT_EQ(status(path_).st_uid, old.st_uid);
		EXPECT_EQ(status(path_).st_gid, old.st_gid);
		ASSERT_EQ(unlink(path_.c_str()), 0);
	}
}

TEST_F(SiteSave, ASymbolicLinkIsFollowed) {
	std::filesystem::create_directory(directory_.file("real"));
	const auto real = directory_.file("real/site.conf");
	const auto link = directory_.file("link");
	put(real, text);
	std::filesystem::create_symlink("real/site.conf", link);
	auto version = known(link);
	const auto saved = save(link, version);
	ASSERT_TRUE(saved);
	EXPECT_FALSE(saved->merged);
	EXPECT_TRUE(std::filesystem::is_symlink(link));
	EXPECT_EQ(content(real), text_after);
}

TEST_F(SiteSave, WhatAKilledProgramLeftIsGone) {
	const auto stray = directory_.file(".lisp.conf.new");
	put(stray, "@EI");
	auto version = known(path_);
	ASSERT_TRUE(save(path_, version));
	EXPECT_EQ(content(path_), text_after);
	EXPECT_EQ(names(), std::vector<std::string>{"lisp.conf"});
}

TEST_F(SiteSave, NothingIsWrittenThroughALinkInItsWay) {
	const auto other = directory_.file("other");
	put(other, "precious");
	std::filesystem::create_symlink(other, directory_.file(".lisp.conf.new"));
	auto version = known(path_);
	ASSERT_TRUE(save(path_, version));
	EXPECT_EQ(content(path_), text_after);
	EXPECT_EQ(content(other), "precious");
}

TEST_F(SiteSave, AnotherChangeIsKept) {
	auto version = known(path_);
	put(path_, "# new\n" + std::string(text) + "203.0.113.1 1 1 1\n");
	const auto saved = save(path_, version);
	ASSERT_TRUE(saved);
	EXPECT_TRUE(saved->merged);
	EXPECT_EQ(content(path_), "# new\n" + std::string(text_after) + "203.0.113.1 1 1 1\n");
}

// As within one tick of the file system's clock: the time is that of before, and the size too.
TEST_F(SiteSave, AChangeThatNoTimeTellsIsNoticed) {
	const auto soon = std::filesystem::file_time_type::clock::now() + std::chrono::hours{1};
	std::filesystem::last_write_time(path_, soon);
	auto version = known(path_);
	std::string other{text};
	other[other.find("100")] = '2';
	put(path_, other);
	std::filesystem::last_write_time(path_, soon);
	const auto saved = save(path_, version);
	ASSERT_TRUE(saved);
	EXPECT_TRUE(saved->merged);
	EXPECT_NE(content(path_).find("192.0.2.1 9 200 1"), std::string::npos);
}

TEST_F(SiteSave, AChangeBetweenReadingAndReplacingIsNoticed) {
	Diagnostics found;
	const auto file = LockedFile::open(path_, found);
	ASSERT_TRUE(file);
	auto old = file->read(found);
	ASSERT_TRUE(old);
	std::string other{text};
	other[other.find("100")] = '2';
	put(path_, other);
	EXPECT_EQ(file->replace(old->version, "@PITR\n", found), LockedFile::Outcome::changed);
	EXPECT_EQ(content(path_), other);
	EXPECT_EQ(names(), std::vector<std::string>{"lisp.conf"});
	EXPECT_EQ(lines(found), Lines{});
}

// Who renames a file into its place at any moment of the saving has it there afterwards, edited or
// not.
TEST_F(SiteSave, NoFileThatComesMeanwhileIsOverwritten) {
	const auto foreign = path_ + ".foreign";
	std::mt19937 random{7};
	for (unsigned round = 0; round < 300; ++round) {
		auto version = known(path_);
		const auto mark = "# " + std::to_string(round) + "\n";
		put(foreign, mark + std::string(text));
		std::atomic<bool> goes{false};
		const auto wait = std::chrono::microseconds{random() % 300};
		std::thread other{[&] {
			while (!goes) {
			}
			const auto until = std::chrono::steady_clock::now() + wait;
			while (std::chrono::steady_clock::now() < until) {
			}
			EXPECT_EQ(rename(foreign.c_str(), path_.c_str()), 0);
		}};
		goes = true;
		save(path_, version, static_cast<std::uint8_t>(round % 200 + 2));
		other.join();
		ASSERT_EQ(content(path_).substr(0, mark.size()), mark);
	}
	EXPECT_EQ(names().size(), 1U);
}

TEST_F(SiteSave, RefusesAnotherChangeThatDoesNotFit) {
	auto version = known(path_);
	const std::string broken = std::string(text) + "203.0.113.1 300 1 1\n";
	put(path_, broken);
	EXPECT_FALSE(save(path_, version));
	EXPECT_EQ(told_, (Lines{"f:4:13: changed by somebody else, and not edited for this error: "
	                        "300 is no priority, expected 0 to 255"}));
	EXPECT_EQ(content(path_), broken);
	const std::string gone = "@EID\n10.0.0.0/8 1 1\n192.0.2.2 1 100 1\n";
	put(path_, gone);
	EXPECT_FALSE(save(path_, version));
	EXPECT_EQ(told_, (Lines{"f:1:1: 192.0.2.1 is no RLOC of 10.0.0.0/8"}));
	EXPECT_EQ(content(path_), gone);
}

TEST_F(SiteSave, WhatCannotBeSaved) {
	auto version = known(path_);
	ASSERT_EQ(unlink(path_.c_str()), 0);
	EXPECT_FALSE(save(path_, version));
	EXPECT_EQ(told_, (Lines{"f: cannot be read: No such file or directory"}));
	put(path_, text);
	std::filesystem::create_directory(directory_.file(".lisp.conf.new"));
	EXPECT_FALSE(save(path_, version));
	EXPECT_EQ(told_, (Lines{"f: cannot be saved: File exists"}));
	EXPECT_EQ(content(path_), text);
}

} // namespace
} // namespace lisp
