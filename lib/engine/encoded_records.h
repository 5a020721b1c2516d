// EID-records of a site, encoded once a configuration: Map-Registers and Map-Replies are headers
// before copies of them.
#pragma once

#include "config/site_config.h"

#include <array>
#include <vector>

namespace lisp {

// 255 locators have 6,120 octets with IPv6, the EID-prefix before them a few dozen.
using RecordRoom = std::array<std::uint8_t, 8192>;

// One of them; `scratch` is reset.
Bytes encode_record(
    const SiteConfig &config, const EidSection &section, Arena &scratch, RecordRoom &room);

// In one of them: clears R of the local locators that are `lost`, which is in ascending order, and
// sets it on the other local ones. `scratch` is reset.
void set_lost(Room record, const std::vector<IpAddress> &lost, Arena &scratch);

class EncodedRecords {
public:
	// Room for so many records and locators, of IPv4.
	void reserve(std::size_t records, std::size_t locators) {
		starts_.reserve(records + 1);
		octets_.reserve(records * 16 + locators * 12);
	}
	// `scratch` is reset.
	void append(const SiteConfig &config, const EidSection &section, Arena &scratch);
	void append(Bytes record);
	void set_lost(const std::vector<IpAddress> &lost); // as above, in all
	void shrink_to_fit() { octets_.shrink_to_fit(); }

	std::size_t size() const { return starts_.size() - 1; }

	// `count` consecutive ones, as they go onto the wire.
	Bytes octets(std::size_t first, std::size_t count = 1) const {
		return Bytes{octets_}.subspan(starts_[first], starts_[first + count] - starts_[first]);
	}

private:
	Octets octets_;
	std::vector<std::size_t> starts_{0}; // of each record, and the end of the last
};

} // namespace lisp
