// Key files (--keys, -k): lines "SELECTOR KEY", or one line with a key alone.
#pragma once

#include "address/eid_prefix.h"
#include "config/diagnostics.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace lisp {

struct AnySelector {
	bool operator==(const AnySelector &) const = default;
};
struct KeyIdSelector {
	std::uint8_t key_id = 0;
	bool operator==(const KeyIdSelector &) const = default;
};
// "*", a map-server's address, an EID-prefix, or key-id=N. An address alone selects the map-server,
// and EIDs below it, too.
using KeySelector = std::variant<AnySelector, IpAddress, EidPrefix, KeyIdSelector>;

struct KeyFileLine {
	KeySelector selector;
	std::string secret;
	bool operator==(const KeyFileLine &) const = default;
};

// In the file's order; a key alone has AnySelector. While keys change, a selector may stand twice:
// the new key first, then the one before. A file without a key is an error when loaded.
std::vector<KeyFileLine> parse_key_file(std::string_view text, Diagnostics &found);
std::vector<KeyFileLine> load_key_file(
    const std::string &path, bool insecure_perms, Diagnostics &found);

// The closest line: the peer's address, then the longest prefix around that or around the EID (an
// address is one, of full length), then the Key ID, then any; the first of those that are alike.
// nullptr where none fits.
const KeyFileLine *closest_key(const std::vector<KeyFileLine> &lines,
    const std::optional<IpAddress> &peer, unsigned key_id,
    const std::optional<EidPrefix> &eid = std::nullopt);

} // namespace lisp
