// Files: who may read them, key files beside them, what cannot be read.
#include "config/found.h"
#include "config/key_file.h"
#include "config/mapserver_config.h"
#include "config/secret_file.h"
#include "config/site_config.h"
#include "scratch_directory.h"

#include <sys/stat.h>

#include <fstream>

namespace lisp {
namespace {

const std::string open_to_others =
    ": holds keys and is open to group or others, expected mode 0600 "
    "(--insecure-perms accepts it)";

class Load : public testing::Test {
protected:
	std::string put(const std::string &name, std::string_view text, mode_t mode = 0600) {
		const auto path = directory_.file(name);
		std::ofstream{path} << text;
		EXPECT_EQ(chmod(path.c_str(), mode), 0);
		return path;
	}
	Lines site(const std::string &path, bool insecure_perms = false) {
		Diagnostics found;
		site_ = load_site_config(path, insecure_perms, found);
		return lines(found);
	}
	Lines map_server(const std::string &path, bool insecure_perms = false) {
		Diagnostics found;
		load_mapserver_config(path, insecure_perms, found);
		return lines(found);
	}

	ScratchDirectory directory_;
	SiteConfig site_;
};

constexpr std::string_view eid_text = "@EID\n10.0.0.0/8 1 1\n192.0.2.1 1 1 1\n";
constexpr std::string_view map_server_text = "@SITE a\nkey k\neid ::/0\n";

TEST_F(Load, ReadsAFileOfItsOwner) {
	for (const mode_t mode : {0600U, 0400U, 0700U})
		EXPECT_EQ(site(put("c", "@MAPSERVER\nms k\n", mode)), Lines{});
	EXPECT_EQ(site_.map_servers.size(), 1U);
	EXPECT_EQ(map_server(put("m", map_server_text)), Lines{});
}

TEST_F(Load, RefusesKeysThatOthersMayRead) {
	for (const mode_t mode : {0644U, 0640U, 0604U, 0620U, 0660U}) {
		for (const auto *text :
		    {"@MAPSERVER\nms k\n", "@HYPERVISOR\n10.0.0.0/8 k\n", "@XTR\n10.0.0.1 k\n"})
			EXPECT_EQ(site(put("c", text, mode)), (Lines{"f" + open_to_others})) << text;
		EXPECT_EQ(map_server(put("m", map_server_text, mode)), (Lines{"f" + open_to_others}));
		Diagnostics found;
		EXPECT_TRUE(load_key_file(put("k", "key", mode), false, found).empty());
		EXPECT_EQ(lines(found), (Lines{"f" + open_to_others}));
	}
}

TEST_F(Load, AcceptsThemWhenTold) {
	EXPECT_EQ(site(put("c", "@MAPSERVER\nms k\n", 0644), true), Lines{});
	EXPECT_EQ(map_server(put("m", map_server_text, 0644), true), Lines{});
}

TEST_F(Load, AFileWithoutKeysIsNoSecret) {
	EXPECT_EQ(site(put("c", eid_text, 0644)), Lines{});
	put("k", "secret");
	EXPECT_EQ(site(put("d", "@MAPSERVER\nms key-file=k\n", 0644)), Lines{});
}

TEST_F(Load, NamesKeyFilesBeforeItReadsThem) {
	const auto far = directory_.file("far");
	const auto path = put("c", "@MAPSERVER\nms - key-file=k\nother - key-file=k\nmine secret\n"
	                           "@HYPERVISOR\n10.1.0.0/16 - key-file=" +
	                               far + "\n@XTR\n192.0.2.7 - key-file=none\n");
	std::vector<std::string> named;
	Diagnostics found;
	const auto config = load_site_config(path, false, found, [&](auto paths) {
		named = std::move(paths);
		put("k", "secret");
		put("far", "other");
	});
	EXPECT_EQ(named, (std::vector{far, directory_.file("k"), directory_.file("none")}));
	EXPECT_EQ(config.map_servers[0].secret, "secret");
	EXPECT_EQ(config.hypervisors[0].secret, "other");
	EXPECT_EQ(lines(found).size(), 1U); // there is no such file as none
}

TEST_F(Load, KeyFilesStandBesideTheConfiguration) {
	put("k", "192.0.2.1 by-address\nkey-id=7 by-id\n* any\n10.0.0.0/8 by-prefix\n");
	EXPECT_EQ(
	    site(put("c", "@MAPSERVER\n192.0.2.1 - key-file=k key-id=7\nms - key-file=k key-id=7\n"
	                  "ms - key-file=" +
	                      directory_.file("k") +
	                      "\n"
	                      "@HYPERVISOR\n10.1.0.0/16 - key-file=k\n")),
	    Lines{});
	ASSERT_EQ(site_.map_servers.size(), 3U);
	EXPECT_EQ(site_.map_servers[0].secret, "by-address");
	EXPECT_EQ(site_.map_servers[1].secret, "by-id");
	EXPECT_EQ(site_.map_servers[2].secret, "any");
	ASSERT_EQ(site_.hypervisors.size(), 1U);
	EXPECT_EQ(site_.hypervisors[0].secret, "by-prefix");
}

TEST_F(Load, TheKeyBeforeStandsBehindTheNewOne) {
	put("k", "* new\n192.0.2.1 other\n* old\n");
	EXPECT_EQ(site(put("c", "@MAPSERVER\nms key-file=k\n192.0.2.1 key-file=k\n")), Lines{});
	ASSERT_EQ(site_.map_servers.size(), 2U);
	EXPECT_EQ(site_.map_servers[0].secret, "new");
	EXPECT_EQ(site_.map_servers[0].previous_secret, "old");
	EXPECT_EQ(site_.map_servers[1].secret, "other");
	EXPECT_EQ(site_.map_servers[1].previous_secret, "");
}

TEST_F(Load, WhatIsWrongWithAKeyFileStandsAtItsLine) {
	const auto key = put("k", "secret", 0640);
	const auto other = put("o", "key-id=1 secret\n");
	const auto missing = directory_.file("none");
	EXPECT_EQ(site(put("c", "@MAPSERVER\na key-file=k\n b key-file=none\nc key-file=o\n")),
	    (Lines{"f:2:1: " + key + open_to_others,
	        "f:3:2: " + missing + ": cannot be read: No such file or directory",
	        "f:4:1: " + other + ": no key for this line in it"}));
	EXPECT_EQ(site(put("c", "@MAPSERVER\na key-file=k\n"), true), Lines{});
}

TEST_F(Load, WhatIsNoFile) {
	EXPECT_EQ(
	    site(directory_.file("none")), (Lines{"f: cannot be read: No such file or directory"}));
	EXPECT_EQ(site(directory_.path()), (Lines{"f: not a regular file"}));
	const auto fifo = directory_.file("fifo");
	ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
	EXPECT_EQ(site(fifo), (Lines{"f: not a regular file"}));
	Diagnostics found;
	EXPECT_TRUE(load_key_file(put("k", "# nothing\n"), false, found).empty());
	EXPECT_EQ(lines(found), (Lines{"f: no key in it, expected one"}));
}

TEST_F(Load, AnEmptyFileIsAnEmptyConfiguration) {
	EXPECT_EQ(site(put("c", "", 0644)), Lines{});
	EXPECT_EQ(site_, SiteConfig{});
}

TEST_F(Load, ReadsEveryOctet) {
	for (const std::size_t size : {0U, 1U, 4096U, 100'000U}) {
		const std::string text(size, 'x');
		Diagnostics found;
		EXPECT_EQ(read_text_file(put("t", text), found), text);
	}
}

} // namespace
} // namespace lisp
