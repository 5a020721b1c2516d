// lisp.conf(5): the one truth about a site's EIDs, RLOCs, map-servers and peers.
#pragma once

#include "address/eid_prefix.h"
#include "auth/hmac.h"
#include "config/text_file.h"
#include "message/authentication.h"
#include "message/map_record.h"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace lisp {

enum class WholeSite : std::uint8_t { automatic, yes, no };

// Which EIDs are withdrawn rather than left to expire.
enum class Withdraw : std::uint8_t {
	none,
	removed, // those that are not to be registered any more
	all,     // at the end of the registration all others, too
};

// A line of @MAPSERVER: "host key" and words of the form name=value.
struct MapServerLine {
	std::string host; // a name in lower case or an address in its canonical form; never a port
	std::uint16_t port = 4342;
	std::string secret;          // never to be printed
	std::string previous_secret; // from a key file, during a change of keys; else empty
	std::string key_file;        // read in place of the secret when not empty
	Algorithm algorithm = Algorithm::hmac_sha1;
	std::uint8_t key_id = 0;
	bool want_map_notify = true;
	bool proxy_reply = false;
	bool merge = false;
	WholeSite whole_site = WholeSite::automatic;
	Withdraw withdraw = Withdraw::none;
	std::optional<XtrIdentity> identity; // xtr-id=, site-id=
	Position position;
	bool operator==(const MapServerLine &) const = default;
};

// A line of @HYPERVISOR (`source` is a prefix) or @XTR (a host): who may send which
// Change-Priority Messages.
struct PeerLine {
	EidPrefix source;
	std::string secret;
	std::string previous_secret; // as above
	Algorithm algorithm = Algorithm::hmac_sha256;
	std::uint8_t key_id = 0;
	bool random_nonce = false;   // nonce=random, for senders of 2012
	std::vector<EidPrefix> eids; // eid=: empty for any
	std::string key_file;        // read in place of the secret when not empty
	Position position;
	bool operator==(const PeerLine &) const = default;
};

struct RlocLine {
	IpAddress rloc;
	std::uint8_t priority = 0;
	std::uint8_t weight = 0;
	std::uint8_t multicast_priority = 255; // mprio=
	std::uint8_t multicast_weight = 0;     // mweight=
	bool local = false;
	std::uint16_t site = 0; // site=TAG: 0 for none, else 1 + its index in SiteConfig::site_tags
	bool operator==(const RlocLine &) const = default;
};

// One @EID section. Its RLOCs are rlocs[first_rloc, first_rloc + rloc_count) of the configuration.
struct EidSection {
	EidPrefix eid;
	RecordTtl ttl{};
	bool register_it = false; // Flag
	std::uint8_t rloc_count = 0;
	std::uint16_t map_version = 0; // map-version=: 12 bits, 0 for none
	std::uint32_t first_rloc = 0;
	std::uint32_t line = 0; // of the section's keyword
	bool operator==(const EidSection &) const = default;
};

struct SiteConfig {
	std::vector<MapServerLine> map_servers;
	std::vector<std::string> map_resolvers; // @MAPRESOLVER: "host" or "host:port"
	std::vector<EidSection> eids;           // in the file's order
	std::vector<RlocLine> rlocs;
	std::vector<std::string> proxy_itrs; // @PITR
	std::vector<PeerLine> hypervisors;
	std::vector<PeerLine> xtrs;
	std::vector<std::string> site_tags;

	std::span<const RlocLine> rlocs_of(const EidSection &section) const {
		return std::span(rlocs).subspan(section.first_rloc, section.rloc_count);
	}
	bool operator==(const SiteConfig &) const = default;
};

// Never stops at an error: what could be understood is returned, what could not is in `found`.
SiteConfig parse_site_config(std::string_view text, Diagnostics &found);

// In the seed's form, keys included, unless a key file holds them: parse(print(c)) == c but for
// positions and the secrets that were read from key files.
std::string print_site_config(const SiteConfig &config);

// Reads and parses a file; an unreadable file, and one with keys that others may read (unless
// `insecure_perms`), is a diagnostic too. Key files, relative to the file's directory, fill the
// secrets of the lines that name them; what is wrong with one is told at the line.
SiteConfig load_site_config(const std::string &path, bool insecure_perms, Diagnostics &found);

// The same, for who watches the key files: `key_files` is called with their paths, each once,
// before they are read, unless the file itself cannot be.
SiteConfig load_site_config(const std::string &path, bool insecure_perms, Diagnostics &found,
    const std::function<void(std::vector<std::string>)> &key_files);

// The same, for who will edit it with save_site_edits().
SiteConfig load_site_config_to_edit(const std::string &path, bool insecure_perms,
    Diagnostics &found, FileVersion &version,
    const std::function<void(std::vector<std::string>)> &key_files = {});

// The EID-record that stands for a section, locators in the order of RFC 9301 section 5.5: A and,
// on every locator, R set; L and the Map-Version as the section says. Lives in the arena.
MapRecord map_record(const SiteConfig &config, const EidSection &section, Arena &arena);

} // namespace lisp
